"""The file of records of a run: begun, or taken over from a run that was stopped."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from hostway_email.audit.records.file import RecordsFile
from hostway_email.audit.records.models import AuditRecord, HeaderRecord, Record
from hostway_email.errors import InvalidRequestError

__all__ = ["Journal"]

_ADVICE: Final = "; audit into another file, as what is missing cannot be told"


class Journal:
    """Writes the records of a run to its file, if it has one.

    Parameters:
        path: the file; None for none.
        resume: whether to go on with it.

    Attributes:
        count: how many records of mailboxes were taken over.
    """

    def __init__(self, path: str | os.PathLike[str] | None, *, resume: bool) -> None:
        self._path = path
        self._resume = resume
        self.count = 0
        self._file: RecordsFile | None = None

    def open(self, header: HeaderRecord) -> Iterator[AuditRecord]:
        """Begin the file, or take it over and yield the records of mailboxes that it holds.

        The file is locked before anything in it is read, and until it is closed.

        Raises:
            InvalidRequestError: another audit writes the file; it exists and is not to be resumed;
                or it was made with other targets, checks or settings, is damaged, or is no file of
                records.
        """
        if self._path is None:
            return
        if not self._resume:
            self._file = RecordsFile.create(self._path, header)
            return
        self._file = RecordsFile.resume(self._path)
        if not self._file.is_begun():
            self._file.begin(header)
            return
        with self._file.reader() as reader:
            for line in reader.undamaged(_ADVICE):
                if isinstance(line.content, HeaderRecord):
                    _require_same(self._path, line.content, header)
                elif isinstance(line.content, AuditRecord):
                    self.count += 1
                    yield line.content
            self._file.continue_from(reader)

    @property
    def notes(self) -> list[str]:
        """What is to be known of the file."""
        return [] if self._file is None else self._file.notes

    def resumed(self) -> Iterator[AuditRecord]:
        """Yield once more the records that were taken over."""
        if self._file is not None and self.count:
            with contextlib.closing(self._file.records()) as records:
                mailboxes = (record for record in records if isinstance(record, AuditRecord))
                yield from itertools.islice(mailboxes, self.count)

    def write(self, record: Record) -> None:
        """Write one line."""
        if self._file is not None:
            self._file.write(record)

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._file is not None:
            self._file.close()


def _require_same(path: str | os.PathLike[str], baseline: HeaderRecord, now: HeaderRecord) -> None:
    different = [name for name, of in _SAME.items() if of(baseline) != of(now)]
    if different:
        what = " and ".join(different)
        raise InvalidRequestError(
            f"{os.fspath(path)} was made with other {what}; resume it with the same, "
            "or write to another file",
            {"records": f"was made with other {what}"},
        )


_SAME: Final[Mapping[str, Callable[[HeaderRecord], object]]] = MappingProxyType(
    {
        "targets": lambda header: sorted(header.targets),
        "checks": lambda header: {check.id for check in header.checks} | {*header.skipped},
        # As days pass an earlier audit gets old enough for a check. Whoever is held was not asked
        # it, and that must not look like a pass.
        "checks left out (was `today` another?)": lambda header: {*header.skipped},
        "settings": lambda header: header.settings,
        "suppressions": lambda header: header.suppressions,
        "audit to compare with": lambda header: header.baseline,
    }
)
"""What a run that goes on must have in common with the one that was stopped."""
