"""The machine a number was measured on, and how much memory this process takes."""

import contextlib
import ctypes
import gc
import os
import platform
import resource
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from densevsconv.store.process import node

_STATUS = Path("/proc/self/status")


def describe_machine(*packages: str) -> dict[str, Any]:
    """Return processor, memory and versions (of ``packages`` too), as the report prints them."""
    return {
        "node": node(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "platform": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in sorted({"numpy", "scikit-learn", *packages})},
    }


def installed(package: str) -> bool:
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def _processor() -> str:
    return _told("model name") or platform.processor() or platform.machine()


def processor_features() -> str:
    """Return what instructions the processor has, where the system tells."""
    return _told("flags") or _told("Features")


def _told(key: str) -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(key):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return ""


def reset_peak_memory() -> int:
    """Start measuring peak memory afresh; return the bytes now resident.

    Freed memory goes back to the system first, so that one measurement does not hide in what an
    earlier one left. Linux only; elsewhere the peak is that of the whole process.
    """
    gc.collect()
    if not _STATUS.exists():
        return peak_memory()
    # another C library keeps its freed memory: the growth then reads lower
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return resident_memory()


def resident_memory() -> int:
    """Return the bytes now resident; Linux only."""
    return _status_bytes("VmRSS")


def peak_memory() -> int:
    """Return the largest number of bytes resident since :func:`reset_peak_memory`."""
    if _STATUS.exists():
        return _status_bytes("VmHWM")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024


def _status_bytes(field: str) -> int:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"{_STATUS} has no {field}")
