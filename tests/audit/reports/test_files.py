"""Writing of report files: atomic, private, and never over their own records."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hostway_email import InvalidRequestError
from hostway_email.audit import reports

from ...support.processes import run_process
from .conftest import END, Keep, finding, mailbox, of_domain

Write = Callable[..., None]
FORMATS = {name.removeprefix("write_"): getattr(reports, name) for name in reports.__all__}
EACH = pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)


@EACH
def test_only_the_owner_can_read_it(write: Write, keep: Keep, tmp_path: Path) -> None:
    """A report names people and their forwards, so its mode does not depend on the umask."""
    path = tmp_path / "report"
    write(keep(mailbox(), of_domain(), END), path)
    assert os.stat(path).st_mode & 0o777 == 0o600


@EACH
def test_an_earlier_report_is_replaced(write: Write, keep: Keep, tmp_path: Path) -> None:
    """An existing report is replaced, and no temporary file is left."""
    path = tmp_path / "report"
    path.write_text("of last month")
    write(keep(mailbox("berta", [finding()]), of_domain(), END), path)
    assert "berta" in path.read_text()
    assert sorted(os.listdir(tmp_path)) == ["records.jsonl", "report"]


@EACH
def test_a_report_that_fails_leaves_the_earlier_one(
    write: Write, keep: Keep, tmp_path: Path
) -> None:
    """An invalid record is an error, and an existing report stays."""
    records = keep(mailbox(), of_domain(), END)
    records.write_bytes(records.read_bytes() + b"nonsense\n")
    path = tmp_path / "report"
    path.write_text("of last month")
    with pytest.raises(InvalidRequestError, match="line 5 is not a valid record"):
        write(records, path)
    assert path.read_text() == "of last month"
    assert sorted(os.listdir(tmp_path)) == ["records.jsonl", "report"]


@EACH
def test_records_are_never_replaced(write: Write, keep: Keep, tmp_path: Path) -> None:
    """The report must not be the records file, by this or another name."""
    records = keep(mailbox(), of_domain(), END)
    whole = records.read_bytes()
    (tmp_path / "link").symlink_to(records)
    for path in (records, str(records), tmp_path / "link", tmp_path / "." / "records.jsonl"):
        with pytest.raises(InvalidRequestError, match="is the records file"):
            write(records, path)
    assert records.read_bytes() == whole


@EACH
@pytest.mark.parametrize(
    ("name", "rule"),
    [("no/such/folder/report", "No such file"), ("folder", "not a regular file")],
)
def test_path_that_cannot_be_written(
    write: Write, name: str, rule: str, keep: Keep, tmp_path: Path
) -> None:
    """The error names the path and the reason."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidRequestError, match=rule):
        write(keep(mailbox(), of_domain(), END), tmp_path / name)


@EACH
def test_no_records(write: Write, tmp_path: Path) -> None:
    """A missing records file is an error, and no report is written."""
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        write(tmp_path / "none.jsonl", tmp_path / "report")
    assert os.listdir(tmp_path) == []


@EACH
def test_a_link_is_followed(write: Write, keep: Keep, tmp_path: Path) -> None:
    """A report may be a symbolic link; the link is kept."""
    (tmp_path / "public").mkdir()
    link = tmp_path / "report"
    link.symlink_to(tmp_path / "public" / "report")
    write(keep(mailbox("berta", [finding()]), of_domain(), END), link)
    assert link.is_symlink()
    assert "berta" in (tmp_path / "public" / "report").read_text()


WITHOUT = """
import sys
for name in ("jinja2", "markupsafe"):
    sys.modules[name] = None
from hostway_email.audit.reports import write_csv, write_html
from hostway_email import InvalidRequestError
write_csv(sys.argv[1], sys.argv[2])
try:
    write_html(sys.argv[1], sys.argv[3])
except InvalidRequestError as error:
    print(error)
"""


def test_without_the_extra(keep: Keep, tmp_path: Path) -> None:
    """CSV needs no extra; the error for HTML names the `pip install` to run."""
    records = keep(mailbox("ana", [finding()]), of_domain(), END)
    made = (tmp_path / "a.csv", tmp_path / "a.html")
    done = run_process(["-c", WITHOUT, *map(str, (records, *made))])
    assert done.returncode == 0, done.stderr
    assert "pip install 'hostway-email[cli]'" in done.stdout
    assert (tmp_path / "a.csv").exists()
    assert not (tmp_path / "a.html").exists()


WITHOUT_ROOM = """
import resource, sys
from hostway_email.audit import reports
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    getattr(reports, sys.argv[1])(sys.argv[2], sys.argv[3])
except OSError as error:
    print(error.strerror, error.filename)
"""


@pytest.mark.parametrize("write", ["write_csv", "write_html"])
def test_no_room_for_a_report(write: str, keep: Keep, tmp_path: Path) -> None:
    """The error names the report; the earlier one stays, and nothing of the new one."""
    records = keep(mailbox("ana", [finding()]), of_domain(), END)
    path = tmp_path / "report"
    path.write_text("of last month")
    arguments = ["-W", "always", "-c", WITHOUT_ROOM, write, str(records), str(path)]
    done = run_process(arguments)
    assert done.stdout == f"File too large {path}\n"
    assert done.stderr == ""
    assert path.read_text() == "of last month"
    assert sorted(os.listdir(tmp_path)) == ["records.jsonl", "report"]


@EACH
def test_an_open_file_is_written_as_it_is(write: Write, keep: Keep, tmp_path: Path) -> None:
    """It has the text of the report, but no mark at its beginning, and stays open."""
    records = keep(mailbox("ana", [finding()]), of_domain(), END)
    write(records, tmp_path / "report")
    file = io.StringIO(newline="")
    write(records, file)
    whole = (tmp_path / "report").read_bytes().decode("utf-8-sig")
    assert file.getvalue() == whole
