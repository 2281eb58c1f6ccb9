"""The file of a report: there as a whole or not at all, and readable by its owner alone."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from hostway_email.audit.record_reader import starts_like_records
from hostway_email.errors import InvalidRequestError

__all__ = ["replaced"]


@contextlib.contextmanager
def replaced(
    path: str | os.PathLike[str],
    records: str | os.PathLike[str],
    *,
    encoding: str = "utf-8",
) -> Iterator[TextIO]:
    """Open a new file that takes the place of `path` once all of it is written.

    Parameters:
        path: the report.
        records: the file of records, which must not be replaced by its own report.
        encoding: how the text is written.

    Raises:
        InvalidRequestError: the file cannot be written there, or is that of the records.
    """
    # A link is followed, not replaced: it may lead to where reports are published.
    target = Path(os.path.realpath(path))
    if target == Path(os.path.realpath(records)):
        raise _refused(path, "is the file of records, which a report must not replace")
    if target.is_file() and starts_like_records(target):
        raise _refused(path, "is a file of records, which a report must not replace")
    if target.exists() and not target.is_file():
        raise _refused(path, "cannot be written: it is not a file")
    try:
        # Such a file is made with mode 0600, whatever the umask says.
        descriptor, begun = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise _refused(path, f"cannot be written: {error.strerror}") from error
    try:
        # Lines end as the text says: CSV has its own ends of lines.
        with open(descriptor, "w", encoding=encoding, newline="") as file:
            yield file
        os.replace(begun, target)
    except OSError as error:
        raise _refused(path, f"cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(begun)


def _refused(path: str | os.PathLike[str], rule: str) -> InvalidRequestError:
    return InvalidRequestError(f"{os.fspath(path)} {rule}", {"path": rule})
