"""Atomic writing of report files that only their owner can read."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from hostway_email.audit.named_files import NamedFile
from hostway_email.audit.records.reader import starts_like_records
from hostway_email.errors import InvalidRequestError

__all__ = ["replaced", "require_replaceable"]


@contextlib.contextmanager
def replaced(
    path: str | os.PathLike[str] | TextIO,
    records: str | os.PathLike[str],
    *,
    encoding: str = "utf-8",
) -> Iterator[TextIO]:
    """Open a temporary file that replaces `path` when it is complete.

    Parameters:
        path: the report; an open text file is written directly, and stays open.
        records: the records file, which must not be overwritten.
        encoding: the encoding of the text.

    Raises:
        InvalidRequestError: the file cannot be created, or is the records file.
        OSError: the file cannot be written, for example on a full disk; `filename` names it.
    """
    if not isinstance(path, (str, os.PathLike)):
        yield path
        path.flush()
        return
    # A symbolic link is followed, not replaced: it may point to where reports are published.
    target = Path(os.path.realpath(path))
    if target == Path(os.path.realpath(records)):
        raise _refused(path, "is the records file: the report must be a different file")
    if target.is_file() and starts_like_records(target):
        raise _refused(path, "is a records file: the report must be a different file")
    descriptor, temporary = _temporary_file(path, target)
    try:
        raw = NamedFile(descriptor, path)
        # Line endings are written unchanged, since CSV has its own.
        with io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, newline="") as file:
            yield file
        try:
            os.replace(temporary, target)
        except OSError as error:
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def require_replaceable(path: str | os.PathLike[str]) -> None:
    """Raise an error if no report can be created at `path`; tried with a temporary file.

    Raises:
        InvalidRequestError: the report cannot be created.
    """
    descriptor, temporary = _temporary_file(path, Path(os.path.realpath(path)))
    os.close(descriptor)
    os.unlink(temporary)


def _temporary_file(path: str | os.PathLike[str], target: Path) -> tuple[int, str]:
    """Create the temporary file that will replace `target`, in the same folder."""
    try:
        if target.is_dir():
            raise _refused(path, "cannot be written: it is a folder, not a regular file")
        if target.exists() and not target.is_file():
            raise _refused(path, "cannot be written: not a regular file")
        # mkstemp() creates the file with mode 0600, whatever the umask is.
        return tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except FileNotFoundError as error:
        rule = f"cannot be written: its folder does not exist ({error.strerror})"
        raise _refused(path, rule) from error
    except OSError as error:
        raise _refused(path, f"cannot be written: {error.strerror}") from error


def _refused(path: str | os.PathLike[str], rule: str) -> InvalidRequestError:
    return InvalidRequestError(f"{os.fspath(path)} {rule}", {"path": rule})
