"""The CSV report: a row for each finding and for each unknown result."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from hostway_email.audit.checks.base import INCOMPLETE
from hostway_email.audit.reports.files import replaced
from hostway_email.audit.reports.index import RecordsIndex
from hostway_email.audit.reports.view_models import DomainView, FindingView, MailboxView, Viewer
from hostway_email.audit.text import harmless_cell, printable

__all__ = ["COLUMNS", "write_csv"]

COLUMNS: Final = (
    *("account", "domain", "mailbox", "kind", "status", "check", "severity", "title", "text"),
    *("change", "accepted_by", "accepted_reason", "accepted_until"),
)
Row = dict[str, str]


def write_csv(
    records: str | os.PathLike[str],
    path: str | os.PathLike[str] | TextIO,
    *,
    redact: bool = False,
) -> None:
    """Write the findings of an audit as CSV, replacing an existing file.

    The `status` of a row is `finding` or `accepted` for a finding; `resolved` for a finding of the
    baseline only, `removed` for a mailbox of the baseline only; `unknown` for a check of a mailbox
    or a domain without a result; and `skipped` for a check that was not run. Cells are escaped so
    that a spreadsheet takes none for a formula. The file starts with a byte order mark, without
    which spreadsheets do not recognise UTF-8; Python reads it with the encoding `utf-8-sig`. An
    open text file keeps its own encoding, and gets no mark.

    Parameters:
        records: the records file.
        path: the report, readable by its owner only; or an open text file, opened with
            `newline=""` to keep the line endings of the report.
        redact: replace names by pseudonyms.

    Raises:
        InvalidRequestError: the records cannot be read, or the report cannot be created.
        OSError: the report cannot be written, for example on a full disk; `filename` names it.
    """
    with (
        RecordsIndex(records, redact=redact) as index,
        replaced(path, records, encoding="utf-8-sig") as file,
    ):
        table = csv.DictWriter(file, COLUMNS, restval="")
        table.writeheader()
        for row in _rows(index, Viewer(index)):
            table.writerow({name: harmless_cell(printable(cell)) for name, cell in row.items()})


def _rows(index: RecordsIndex, viewer: Viewer) -> Iterator[Row]:
    for gap in index.summary.gaps:
        yield _row("unknown", check=INCOMPLETE.id, text=gap)
    for check, title, reason in viewer.skipped():
        yield _row("skipped", check=check, title=title, text=reason)
    for domain in viewer.domains():
        yield from _with(_rows_of(domain, viewer), account=domain.account, domain=domain.domain)
        for name in domain.removed_mailboxes:
            yield _row(
                "removed",
                account=domain.account,
                domain=domain.domain,
                mailbox=name,
                text="the mailbox is no longer listed",
                change="removed",
            )
    for mailbox in viewer.mailboxes():
        whose = {"account": mailbox.account, "domain": mailbox.domain}
        yield from _with(
            _rows_of(mailbox, viewer), **whose, mailbox=mailbox.username, kind=mailbox.kind
        )


def _rows_of(view: MailboxView | DomainView, viewer: Viewer) -> Iterator[Row]:
    for finding in view.findings:
        yield _finding("accepted" if finding.accepted else "finding", finding)
    for finding in view.resolved:
        yield {**_finding("resolved", finding), "change": "resolved"}
    for reason, checks in view.unknown:
        for check in checks:
            known = viewer.checks.get(check)
            yield _row(
                "unknown",
                check=check,
                severity=known.severity if known else "",
                title=known.title if known else "",
                text=reason,
            )


def _finding(status: str, finding: FindingView) -> Row:
    return _row(
        status,
        mailbox=finding.username,
        check=finding.check,
        severity=finding.severity,
        title=finding.title,
        text=finding.text,
        change=finding.change,
        accepted_by=finding.owner,
        accepted_reason=finding.reason,
        accepted_until=finding.until,
    )


def _row(status: str, **cells: str) -> Row:
    return {"status": status, **cells}


def _with(rows: Iterable[Row], **cells: str) -> Iterator[Row]:
    for row in rows:
        yield {**row, **cells}
