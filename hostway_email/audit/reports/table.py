"""The table of an audit, as CSV: a row for each finding, and for all that is not known."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from typing import Final

from hostway_email.audit.records import INCOMPLETE_ID
from hostway_email.audit.reports.digest import Digest
from hostway_email.audit.reports.files import replaced
from hostway_email.audit.reports.views import DomainView, FindingView, MailboxView, Viewer
from hostway_email.audit.words import harmless_cell, printable

__all__ = ["COLUMNS", "write_csv"]

COLUMNS: Final = (
    *("account", "domain", "mailbox", "kind", "status", "check", "severity", "title", "text"),
    *("change", "accepted_by", "accepted_reason", "accepted_until"),
)
Row = dict[str, str]


def write_csv(
    records: str | os.PathLike[str], path: str | os.PathLike[str], *, redact: bool = False
) -> None:
    """Write the findings of an audit as CSV; a report that is there already is replaced.

    There is a row for each finding, with the `status` `finding` or `accepted`; for each finding
    and mailbox of an earlier audit that is `gone`; for each check of a mailbox or a domain that is
    `unknown`; and for each check that was `left out`. No cell is taken for a formula by a
    spreadsheet. The file begins with a byte order mark, as spreadsheets would else take UTF-8 for
    the encoding of their country; Python reads it with the encoding `utf-8-sig`.

    Parameters:
        records: the file of records.
        path: the report, readable by its owner alone.
        redact: replace names by pseudonyms.

    Raises:
        InvalidRequestError: the records cannot be read, or the report cannot be written.
    """
    with (
        Digest(records, redact=redact) as digest,
        replaced(path, records, encoding="utf-8-sig") as file,
    ):
        table = csv.DictWriter(file, COLUMNS, restval="")
        table.writeheader()
        for row in _rows(digest, Viewer(digest)):
            table.writerow({name: harmless_cell(printable(cell)) for name, cell in row.items()})


def _rows(digest: Digest, viewer: Viewer) -> Iterator[Row]:
    for gap in digest.summary.gaps:
        yield _row("unknown", check=INCOMPLETE_ID, text=gap)
    for check, title, reason in viewer.left_out():
        yield _row("left out", check=check, title=title, text=reason)
    for domain in viewer.domains():
        yield from _with(_rows_of(domain, viewer), account=domain.account, domain=domain.domain)
        for name in domain.gone_mailboxes:
            yield _row(
                "gone",
                account=domain.account,
                domain=domain.domain,
                mailbox=name,
                text="the mailbox is not listed any more",
                change="gone",
            )
    for mailbox in viewer.mailboxes():
        whose = {"account": mailbox.account, "domain": mailbox.domain}
        yield from _with(
            _rows_of(mailbox, viewer), **whose, mailbox=mailbox.username, kind=mailbox.kind
        )


def _rows_of(view: MailboxView | DomainView, viewer: Viewer) -> Iterator[Row]:
    for finding in view.findings:
        yield _finding("accepted" if finding.accepted else "finding", finding)
    for finding in view.gone:
        yield {**_finding("gone", finding), "change": "gone"}
    for reason, checks in view.unanswered:
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
