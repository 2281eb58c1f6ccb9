"""An exclusive lock on an open file, which the operating system releases with the process."""

from __future__ import annotations

import errno
import os
import sys
from typing import Final

__all__ = ["lock", "unlock"]

_TAKEN: Final = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})
_UNSUPPORTED: Final = frozenset(
    {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.ENOTTY}
)

if sys.platform == "win32":
    import msvcrt

    # A locked byte cannot be read by others, so it is one far behind the records, and still where
    # a C runtime of 32-bit offsets finds it.
    _PLACE: Final = 0x7FFF_FFF0

    def _change(descriptor: int, mode: int) -> None:
        here = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _PLACE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, mode, 1)
        finally:
            os.lseek(descriptor, here, os.SEEK_SET)

    def _acquire(descriptor: int) -> None:
        _change(descriptor, msvcrt.LK_NBLCK)

    def _release(descriptor: int) -> None:
        _change(descriptor, msvcrt.LK_UNLCK)

else:
    import fcntl

    # Not `lockf`: its locks belong to the process, which could then take one twice, and would lose
    # it with the first of its descriptors that is closed, such as that of a reader.
    def _acquire(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def lock(descriptor: int) -> bool:
    """Lock a file until `unlock` or the end of the process; False if its file system cannot.

    Raises:
        BlockingIOError: it is locked already, by this process or another.
        OSError: it cannot be locked for another reason.
    """
    try:
        _acquire(descriptor)
    except OSError as error:
        if error.errno in _TAKEN:
            raise BlockingIOError(error.errno, error.strerror) from None
        if error.errno in _UNSUPPORTED:
            return False
        raise
    return True


def unlock(descriptor: int) -> None:
    """Release the lock at once, also where a forked child still has the file open."""
    _release(descriptor)
