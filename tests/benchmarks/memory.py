"""How much memory a process has used."""

from __future__ import annotations

from pathlib import Path

__all__ = ["peak_kib"]


def peak_kib() -> int:
    """Return the highest resident memory of this process, in KiB.

    Not `ru_maxrss`, which a process takes over from the one that started it.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
