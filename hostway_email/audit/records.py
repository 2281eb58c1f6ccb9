"""Records: what an audit found, one JSON line for each mailbox, written as it is known.

A file starts with a header that tells what was asked. Records of mailboxes follow in the order in
which they were finished, then one for each domain, then a line with the figures of the run. Each
line is written and flushed by itself, so whatever stops a run costs at most the line in hand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hostway_email.audit.check import Severity
from hostway_email.audit.facts import DomainFacts, MailboxFacts
from hostway_email.audit.settings import AuditSettings
from hostway_email.errors import InvalidRequestError
from hostway_email.models import MailboxKind

__all__ = [
    "AuditRecord",
    "DomainRecord",
    "EndRecord",
    "Finding",
    "HeaderRecord",
    "RecordsFile",
    "read_records",
]

FORMAT: Final = 1
_HEADER_START: Final = b'{"record":"header"'


class _Line(BaseModel):
    model_config = ConfigDict(defer_build=True)


class Finding(_Line):
    """Something a check found.

    Attributes:
        check: the id of the check.
        severity: how much it matters.
        title: what the check looks for, in a few words.
        text: what it found, in a line.
        username: whose it is, where a check over the whole domain found it.
    """

    check: str
    severity: Severity
    title: str
    text: str
    username: str | None = None


class HeaderRecord(_Line):
    """What was asked: the first line of a file.

    Attributes:
        record: `header`, by which a reader of the file knows the line.
        format: the version of the format.
        targets: the accounts and domains.
        checks: the ids of the checks.
        settings: thresholds and lists.
        started: when the audit was made, in UTC.
    """

    record: Literal["header"] = "header"
    format: int = FORMAT
    targets: list[tuple[str, str]]
    checks: list[str]
    settings: AuditSettings
    started: str


class AuditRecord(_Line):
    """What is known of one mailbox, and what was found.

    Attributes:
        record: `mailbox`, by which a reader of the file knows the line.
        account: the account.
        domain: the domain.
        username: the mailbox.
        kind: whether it is a regular mailbox or Exchange; None where the API did not tell.
        findings: what the checks found.
        unknown: the checks that could not be answered, each with the reason.
        failed: the probes that failed, each with the reason.
        facts: what was read.
    """

    record: Literal["mailbox"] = "mailbox"
    account: str
    domain: str
    username: str
    kind: MailboxKind | None = None
    findings: list[Finding] = []
    unknown: dict[str, str] = {}
    failed: dict[str, str] = {}
    facts: MailboxFacts


class DomainRecord(_Line):
    """What is known of one domain as a whole, and what was found.

    Attributes:
        record: `domain`, by which a reader of the file knows the line.
        account: the account.
        domain: the domain.
        mailboxes: how many distinct mailboxes were listed.
        first_total: how many the first page of the list said there are.
        last_total: how many its last page said.
        duplicates: how many entries of the list came twice.
        findings: what the checks over the domain found.
        unknown: the checks over the domain that could not be answered, with the reason.
        failed: the domain's probes that failed, with the reason.
        facts: what was read.
    """

    record: Literal["domain"] = "domain"
    account: str
    domain: str
    mailboxes: int = 0
    first_total: int | None = None
    last_total: int | None = None
    duplicates: int = 0
    findings: list[Finding] = []
    unknown: dict[str, str] = {}
    failed: dict[str, str] = {}
    facts: DomainFacts


class EndRecord(_Line):
    """The figures of the run: the last line of a file whose run came to its end.

    Attributes:
        record: `end`, by which a reader of the file knows the line.
        requests: how many requests were sent.
        retries: how many of them were repetitions.
        seconds: how long the run took.
        concurrency: how many mailboxes were read at once, as it was asked for.
        slowed_down: how often that was halved because the API said 429.
    """

    record: Literal["end"] = "end"
    requests: int
    retries: int
    seconds: float
    concurrency: int
    slowed_down: int


Record = HeaderRecord | AuditRecord | DomainRecord | EndRecord
_ANY: TypeAdapter[Record] = TypeAdapter(
    Annotated[Record, Field(discriminator="record")], config=ConfigDict(defer_build=True)
)


class RecordsFile:
    """A file of records that is being written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        header: HeaderRecord,
        *,
        over_torn_header: bool = False,
    ) -> RecordsFile:
        """Start a new file, readable by its owner alone.

        Parameters:
            over_torn_header: replace a file that holds no more than the beginning of a header,
                which a run has left that was stopped before it began.

        Raises:
            InvalidRequestError: there is such a file, or it cannot be made.
        """
        try:
            if over_torn_header and os.path.exists(path) and _is_torn_header(Path(path)):
                os.unlink(path)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise _refused(path, "exists already; resume it or choose another name") from None
        except OSError as error:
            raise _refused(path, f"cannot be made: {error.strerror}") from error
        started = cls(os.fdopen(descriptor, "wb"))
        started.write(header)
        return started

    @classmethod
    def append(cls, path: str | os.PathLike[str], end: int) -> RecordsFile:
        """Go on with a file from the byte `end`; what is behind it is dropped."""
        file = Path(path).open("r+b")  # noqa: SIM115 # closed by close()
        file.truncate(end)
        file.seek(end)
        return cls(file)

    def write(self, record: Record) -> None:
        """Write one line, and hand it to the operating system at once."""
        self._file.write(record.model_dump_json(exclude_defaults=False, exclude_none=True).encode())
        self._file.write(b"\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()


def read_records(path: str | os.PathLike[str]) -> Iterator[tuple[Record, int]]:
    """Yield each record of a file, and the byte at which its line ends.

    A last line that was cut short is passed over: its mailbox will be asked again.

    Raises:
        InvalidRequestError: there is no such file, or a line is not a record of this format.
    """
    with _opened(path) as file:
        end = 0
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            end += len(line)
            try:
                record = _ANY.validate_json(line)
            except ValidationError:
                raise _refused(path, f"line {number} is not a record of an audit") from None
            if number == 1 and not isinstance(record, HeaderRecord):
                raise _refused(path, "does not start with the header of an audit")
            if isinstance(record, HeaderRecord) and record.format != FORMAT:
                raise _refused(path, f"has format {record.format}; this version reads {FORMAT}")
            yield record, end


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error


def _is_torn_header(path: Path) -> bool:
    with path.open("rb") as file:
        begun = file.readline()
    size = min(len(begun), len(_HEADER_START))
    return not begun.endswith(b"\n") and begun[:size] == _HEADER_START[:size]


def _refused(path: str | os.PathLike[str], rule: str) -> InvalidRequestError:
    return InvalidRequestError(f"{os.fspath(path)} {rule}", {"records": rule})
