"""The CSV report: its rows, and the escaping of formulas."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hostway_email.audit import DomainRecord, Severity, read_records
from hostway_email.audit.records.models import Record
from hostway_email.audit.reports import write_csv
from hostway_email.audit.reports.csv import COLUMNS
from hostway_email.audit.text import harmless_cell

from .conftest import END, Keep, accepted, finding, header, mailbox, of_domain

Rows = list[dict[str, str]]


@pytest.fixture
def rows_of(keep: Keep, tmp_path: Path) -> object:
    """Return the rows of the CSV report of some records."""

    def rows_of(*records: Record) -> Rows:
        write_csv(keep(*records), tmp_path / "report.csv")
        return read(tmp_path / "report.csv")

    return rows_of


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def only(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if cell}


def test_a_finding(rows_of: object) -> None:
    """A row names the mailbox, the check and the evidence."""
    rows = rows_of(mailbox("ana", [finding(change="new")]), of_domain(), END)
    assert list(rows[0]) == list(COLUMNS)
    assert only(rows[0]) == {
        "account": "a1",
        "domain": "example.net",
        "mailbox": "ana",
        "kind": "regular",
        "status": "finding",
        "check": "FWD-01",
        "severity": "high",
        "title": "External forward",
        "text": "forwards to ana@gmail.com",
        "change": "new",
    }


def test_accepted_finding(rows_of: object) -> None:
    """The row of an accepted finding has its owner, reason and expiry."""
    rows = rows_of(mailbox("ana", [finding(accepted=accepted())]), of_domain(), END)
    assert [row["status"] for row in rows] == ["accepted"]
    assert rows[0]["accepted_by"] == "Ines Roth"
    assert rows[0]["accepted_reason"] == "agreed"
    assert rows[0]["accepted_until"] == "2026-09-01"


def test_resolved_findings_and_removed_mailboxes(rows_of: object) -> None:
    """Findings and mailboxes of the baseline only have rows of their own."""
    rows = rows_of(
        header(baseline="2026-02-02T09:00:00+00:00"),
        mailbox("ana", resolved=[finding(text="forwards to old@gmail.com")]),
        of_domain(removed_mailboxes=["left"]),
        END,
    )
    assert [(row["mailbox"], row["status"], row["change"]) for row in rows] == [
        ("left", "removed", "removed"),
        ("ana", "resolved", "resolved"),
    ]


def test_unknown_result(rows_of: object) -> None:
    """A check without a result has a row with the reason, so that it is not taken for a pass."""
    rows = rows_of(mailbox("ana", unknown={"ACT-01": "statistics: HTTP 502"}), of_domain(), END)
    assert [row["status"] for row in rows] == ["unknown"]
    assert rows[0]["text"] == "statistics: HTTP 502"
    assert rows[0]["title"] == "Mailbox never used (inferred)"


def test_skipped_check(rows_of: object) -> None:
    """A skipped check has one row."""
    rows = rows_of(header(skipped={"ACT-02": "there is no baseline"}), mailbox(), of_domain(), END)
    assert [(row["status"], row["check"], row["text"]) for row in rows] == [
        ("skipped", "ACT-02", "there is no baseline")
    ]


def test_interrupted_run(rows_of: object) -> None:
    """The first row says that the audit is incomplete."""
    rows = rows_of(mailbox("ana", [finding()]))
    assert rows[0]["status"] == "unknown"
    assert rows[0]["check"] == "AUD-01"
    assert "interrupted" in rows[0]["text"]
    assert rows[1]["mailbox"] == "ana"


def test_truncated_last_line(keep: Keep, tmp_path: Path) -> None:
    """A last line that was cut off when the run was interrupted is ignored."""
    path = keep(mailbox("ana", [finding()]), mailbox("berta", [finding()]))
    path.write_bytes(path.read_bytes()[:-20])
    write_csv(path, tmp_path / "report.csv")
    assert [row["mailbox"] for row in read(tmp_path / "report.csv")] == ["", "ana"]


def test_findings_over_the_domain_are_with_their_mailboxes(rows_of: object) -> None:
    """A finding of a domain check about a mailbox is in its rows, whatever the case of the name."""
    loop = finding("FWD-06", "forwards in a circle", username="ANA")
    nobody = finding("FWD-05", "forwards to nobody", username="ghost")
    rows = rows_of(mailbox("ana", [finding()]), of_domain([loop, nobody]), END)
    assert [(row["mailbox"], row["check"], row["kind"]) for row in rows] == [
        ("ghost", "FWD-05", ""),
        ("ana", "FWD-01", "regular"),
        ("ana", "FWD-06", "regular"),
    ]


def test_the_worst_is_first(rows_of: object) -> None:
    """Mailboxes are sorted by their findings, including those of domain checks."""
    bad = finding("FWD-02", severity=Severity.CRITICAL, username="carl")
    rows = rows_of(
        mailbox("ana", [finding(severity=Severity.LOW)]),
        mailbox("berta", [finding(), finding(accepted=accepted(), severity=Severity.CRITICAL)]),
        mailbox("carl"),
        of_domain([bad]),
        END,
    )
    assert [row["mailbox"] for row in rows] == ["carl", "berta", "berta", "ana"]


def test_mailboxes_of_several_domains(rows_of: object) -> None:
    """The same name in two domains is two mailboxes."""
    loop = finding("FWD-06", "a circle", username="ana")
    rows = rows_of(
        header(targets=[("a1", "example.net"), ("a1", "example.org")]),
        mailbox("ana", domain="example.net"),
        mailbox("ana", domain="example.org"),
        of_domain(domain="example.net"),
        of_domain([loop], domain="example.org"),
        END,
    )
    assert [(row["domain"], row["mailbox"]) for row in rows] == [("example.org", "ana")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", " \t@", "\uff1d"])
def test_no_cell_is_a_formula(start: str, rows_of: object) -> None:
    """A name cannot inject a formula into a spreadsheet."""
    text = f"{start}HYPERLINK(1)"
    rows = rows_of(
        mailbox(text, [finding(text=text, accepted=accepted(text, text))]),
        of_domain(unknown={"QUO-03": text}, removed_mailboxes=[text]),
        END,
    )
    for row in rows:
        for cell in row.values():
            assert cell.lstrip()[:1] not in {*"=+-@\uff1d"}
            assert cell.isprintable()


def test_no_formula_behind_a_semicolon() -> None:
    """A spreadsheet that splits cells at semicolons finds no formula after one."""
    assert harmless_cell('a;=1+1; "@b') == "a;'=1+1; \"'@b"
    assert harmless_cell("a; b - c") == "a; b - c"


def test_spreadsheets_know_the_encoding(keep: Keep, tmp_path: Path) -> None:
    """The file starts with a byte order mark, by which spreadsheets recognise UTF-8."""
    write_csv(keep(mailbox("bj\u00f6rn", [finding()]), of_domain(), END), tmp_path / "report.csv")
    assert (tmp_path / "report.csv").read_bytes().startswith(b"\xef\xbb\xbfaccount,")
    assert read(tmp_path / "report.csv")[0]["mailbox"] == "bj\u00f6rn"


def test_all_findings_of_the_sandbox(of_500: Path, tmp_path: Path) -> None:
    """Every finding has a row, and the only other rows are of skipped checks."""
    write_csv(of_500, tmp_path / "report.csv")
    wanted = 0
    for record, _ in read_records(of_500):
        wanted += len(getattr(record, "findings", ()))
        assert not isinstance(record, DomainRecord) or not record.unknown
    rows = read(tmp_path / "report.csv")
    assert sum(row["status"] == "finding" for row in rows) == wanted
    assert {row["status"] for row in rows} == {"finding", "skipped"}
