"""Atomic writing of report files that only their owner can read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from hostway_email.errors import InvalidRequestError

__all__ = ["replaced"]


@contextlib.contextmanager
def replaced(
    path: str | os.PathLike[str],
    records: str | os.PathLike[str],
    *,
    encoding: str = "utf-8",
) -> Iterator[TextIO]:
    """Open a temporary file that replaces `path` when it is complete.

    Parameters:
        path: the report.
        records: the records file, which must not be overwritten.
        encoding: the encoding of the text.

    Raises:
        InvalidRequestError: the file cannot be written, or is the records file.
    """
    # A symbolic link is followed, not replaced: it may point to where reports are published.
    target = Path(os.path.realpath(path))
    if target == Path(os.path.realpath(records)):
        raise _refused(path, "is the records file: the report must be a different file")
    if target.exists() and not target.is_file():
        raise _refused(path, "cannot be written: not a regular file")
    try:
        # mkstemp() creates the file with mode 0600, whatever the umask is.
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise _refused(path, f"cannot be written: {error.strerror}") from error
    try:
        # Line endings are written unchanged, since CSV has its own.
        with open(descriptor, "w", encoding=encoding, newline="") as file:
            yield file
        os.replace(temporary, target)
    except OSError as error:
        raise _refused(path, f"cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _refused(path: str | os.PathLike[str], rule: str) -> InvalidRequestError:
    return InvalidRequestError(f"{os.fspath(path)} {rule}", {"path": rule})
