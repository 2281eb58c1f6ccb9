"""An exclusive lock on an open file, released by the operating system with the process."""

from __future__ import annotations

import errno
import os
import sys
from typing import Final

__all__ = ["lock", "unlock"]

_LOCKED: Final = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})
_UNSUPPORTED: Final = frozenset(
    {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.ENOTTY}
)

if sys.platform == "win32":
    import msvcrt

    # A locked byte cannot be read by other processes, so it is far beyond the records, but within
    # the 32-bit offsets of the C runtime.
    _OFFSET: Final = 0x7FFF_FFF0

    def _change(descriptor: int, mode: int) -> None:
        position = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _OFFSET, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, mode, 1)
        finally:
            os.lseek(descriptor, position, os.SEEK_SET)

    def _acquire(descriptor: int) -> None:
        _change(descriptor, msvcrt.LK_NBLCK)

    def _release(descriptor: int) -> None:
        _change(descriptor, msvcrt.LK_UNLCK)

else:
    import fcntl

    # Not `lockf()`: its locks belong to the process, so two audits in one process could both
    # acquire one, and closing any other descriptor of the file, such as a reader's, releases it.
    def _acquire(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def lock(descriptor: int) -> bool:
    """Lock a file until `unlock()` or the end of the process; False if its file system cannot.

    Raises:
        BlockingIOError: the file is already locked, by this process or another.
        OSError: the file cannot be locked for another reason.
    """
    try:
        _acquire(descriptor)
    except OSError as error:
        if error.errno in _LOCKED:
            raise BlockingIOError(error.errno, error.strerror) from None
        if error.errno in _UNSUPPORTED:
            return False
        raise
    return True


def unlock(descriptor: int) -> None:
    """Release the lock at once, even if a forked child still has the file open."""
    _release(descriptor)
