"""The file of a report: there as a whole or not at all, and readable by its owner alone."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from hostway_email.audit.named_files import NamedFile
from hostway_email.errors import InvalidRequestError

__all__ = ["replaced", "require_replaceable"]


@contextlib.contextmanager
def replaced(
    path: str | os.PathLike[str] | TextIO,
    records: str | os.PathLike[str],
    *,
    encoding: str = "utf-8",
) -> Iterator[TextIO]:
    """Open a new file that takes the place of `path` once all of it is written.

    Parameters:
        path: the report; a text file that is open is written as it is, and stays open.
        records: the file of records, which must not be replaced by its own report.
        encoding: how the text is written.

    Raises:
        InvalidRequestError: no file can be made there, or it is that of the records.
        OSError: there is no room for it; `filename` names it.
    """
    if not isinstance(path, (str, os.PathLike)):
        yield path
        path.flush()
        return
    # A link is followed, not replaced: it may lead to where reports are published.
    target = Path(os.path.realpath(path))
    if target == Path(os.path.realpath(records)):
        raise _refused(path, "is the file of records, which a report must not replace")
    descriptor, begun = _begun(path, target)
    try:
        raw = NamedFile(descriptor, path)
        # Lines end as the text says: CSV has its own ends of lines.
        with io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, newline="") as file:
            yield file
        try:
            os.replace(begun, target)
        except OSError as error:
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(begun)


def require_replaceable(path: str | os.PathLike[str]) -> None:
    """Find out whether a report can be put there, by beginning one.

    Raises:
        InvalidRequestError: it cannot.
    """
    descriptor, begun = _begun(path, Path(os.path.realpath(path)))
    os.close(descriptor)
    os.unlink(begun)


def _begun(path: str | os.PathLike[str], target: Path) -> tuple[int, str]:
    """Make the file that is to take the place of `target`, under a passing name beside it."""
    try:
        if target.is_dir():
            raise _refused(path, "cannot be written: it is a folder, not a file")
        if target.exists() and not target.is_file():
            raise _refused(path, "cannot be written: it is not a file")
        # Such a file is made with mode 0600, whatever the umask says.
        return tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except FileNotFoundError as error:
        rule = f"cannot be written: its folder does not exist ({error.strerror})"
        raise _refused(path, rule) from error
    except OSError as error:
        raise _refused(path, f"cannot be written: {error.strerror}") from error


def _refused(path: str | os.PathLike[str], rule: str) -> InvalidRequestError:
    return InvalidRequestError(f"{os.fspath(path)} {rule}", {"path": rule})
