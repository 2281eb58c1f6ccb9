"""Peak memory of a process."""

from __future__ import annotations

from pathlib import Path

__all__ = ["peak_kib"]


def peak_kib() -> int:
    """Return the highest resident memory of this process, in KiB.

    Not `ru_maxrss`, which a process inherits from its parent.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
