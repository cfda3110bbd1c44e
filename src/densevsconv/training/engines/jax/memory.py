"""How much memory a program may take."""

from pathlib import Path

import jax

SHARE = 0.5
"""Of a processor's free memory: other jobs run beside this one."""


def free_bytes() -> float:
    """Return the free memory of the device, or of a processor this job's share of it."""
    stats = jax.local_devices()[0].memory_stats()
    if stats:
        return float(stats["bytes_limit"] - stats["bytes_in_use"])
    return SHARE * min(_available(), _of_cgroup())


def _available() -> float:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024.0
    return float("inf")


def _of_cgroup(folder: Path = Path("/sys/fs/cgroup")) -> float:
    try:
        most, used = (
            (folder / f"memory.{name}").read_text(encoding="ascii") for name in ("max", "current")
        )
        return float(most) - float(used)
    except (OSError, ValueError):  # another system, another version, or "max": no limit
        return float("inf")
