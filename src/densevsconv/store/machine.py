"""The machine a number was measured on, and how much memory this process takes."""

import contextlib
import ctypes
import gc
import os
import platform
import resource
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from densevsconv.store.process import node

RESOLVED = 0.25
"""Seconds in which a tick of a hundredth is little."""

_STATUS, _STAT = Path("/proc/self/status"), Path("/proc/stat")


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


class Others:
    """Measures from when it is made what other processes do on the cores that this one may use."""

    def __init__(self) -> None:
        self._began, self._busy = time.perf_counter(), _busy_seconds()

    def share(self) -> float | None:
        """Return the share of these cores that others had; None where the system does not tell.

        The system counts in ticks, so a shorter time than :data:`RESOLVED` is waited out: who was
        there is still there.
        """
        time.sleep(max(0.0, self._began + RESOLVED - time.perf_counter()))
        busy, seconds = _busy_seconds(), time.perf_counter() - self._began
        if busy is None or self._busy is None:
            return None
        return min(1.0, max(0.0, (busy - self._busy) / (len(_cores()) * seconds)))


def _cores() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _busy_seconds() -> float | None:
    """Return for how long these cores were busy since they run, with anything but this process."""
    if not _STAT.exists():
        return None
    lines = (line.split() for line in _STAT.read_text(encoding="ascii").splitlines())
    # user, nice, system, idle, iowait, irq, softirq, steal; what follows is in these
    counted = [
        sum(map(int, ticks[:8])) - sum(map(int, ticks[3:5]))
        for name, *ticks in lines
        if name.startswith("cpu") and name != "cpu" and int(name[3:]) in _cores()
    ]
    if not sum(counted):  # some sandboxes count nothing
        return None
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    mine = sum(each.ru_utime + each.ru_stime for each in own)
    return sum(counted) / os.sysconf("SC_CLK_TCK") - mine


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
