"""Files of the user with any content: each error is one line."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hostway_email import HostwayEmail, InvalidRequestError
from hostway_email.audit import (
    AuditSettings,
    AuditSummary,
    audit,
    read_records,
    read_settings,
    read_suppressions,
)
from hostway_email.audit.records.line_digests import DigestChain
from hostway_email.audit.reports import write_csv, write_html
from hostway_email.cli.credentials import read_targets
from hostway_email.sandbox import Sandbox

from .conftest import open_domain

Read = Callable[[Path], object]

READERS: Final[dict[str, Read]] = {
    "settings": read_settings,
    "suppressions": read_suppressions,
    "targets": read_targets,
    "records": lambda path: list(read_records(path)),
    "summary": AuditSummary.of_file,
    "csv": lambda path: write_csv(path, path.absolute().parent / "report.csv"),
    "html": lambda path: write_html(path, path.absolute().parent / "report.html"),
}

CONTENTS: Final[dict[str, bytes]] = {
    "empty": b"",
    "nested arrays": b"near_quota = " + b"[" * 100_000,
    "nested tables": b"near_quota = " + b"{a=" * 100_000,
    "nested JSON": b'{"record":' + b"[" * 100_000 + b"\n",
    "a long integer": b"max_masters = " + b"9" * 100_000,
    "a huge integer": b"max_masters = 0x" + b"f" * 100_000,
    "a huge float": b"near_quota = 1e999",
    "infinite": b"sent_surge_factor = inf",
    "no number": b"sent_surge_factor = nan",
    "a huge JSON integer": b'{"record":"header","format":' + b"9" * 100_000 + b"}\n",
    "another format": b'{"record":"header","format":1e400}\n',
    "NUL": b"near_quota = 0.5\0\nacc/a.example\0\n",
    "NULs": b"\0" * 10_000,
    "UTF-16": "acc/a.example\nnear_quota = 0.5\n".encode("utf-16"),
    "UTF-16 without a mark": "acc/a.example\nnear_quota = 0.5\n".encode("utf-16-le"),
    "Latin-1": "acc/a.example\nk\xf6nig = 0.5\n".encode("latin-1"),
    "a lone surrogate": b'acc/\xed\xa0\x80\n{"record":"header","format":3,"started":"\\ud800"}\n',
    "an image": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 10,
    "a key of many parts": b".".join([b"a"] * 200_000) + b" = 1",
    "a table of many parts": b"[" + b' . "b"' * 100_000 + b"]",
    "a long name": b"a" * 1_000_000 + b" = 1",
    "a long line": b"a" * 5_000_000,
    "escapes": b"\x1b[31mred = 1\n\x1b[31m\n",
}


NO_SETTINGS = ("settings", "empty"), ("settings", "/dev/null")
"""These are valid: settings that set nothing."""


@pytest.mark.parametrize("path", ["empty.toml", "/dev/null"])
def test_empty_settings(tmp_path: Path, path: str) -> None:
    """A settings file without content has the defaults."""
    (tmp_path / "empty.toml").touch()
    assert read_settings(tmp_path / path) == AuditSettings()


@pytest.mark.parametrize("content", CONTENTS)
def test_invalid_content(tmp_path: Path, content: str) -> None:
    """The message is one printable line of limited length that names the file."""
    path = tmp_path / "file"
    path.write_bytes(CONTENTS[content])
    for reader in READERS:
        if (reader, content) in NO_SETTINGS:
            continue
        with pytest.raises(InvalidRequestError) as caught:
            READERS[reader](path)
        message = str(caught.value)
        assert str(path) in message, reader
        assert len(message) < 600, reader
        assert message.isprintable(), reader
        assert path.read_bytes() == CONTENTS[content], reader


PATHS = ["/dev/zero", "/dev/null", ".", "missing", "a\0b", "a" * 5000]


@pytest.mark.parametrize("name", PATHS)
def test_not_a_regular_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device, a folder, a missing file and an invalid path are refused."""
    monkeypatch.chdir(tmp_path)
    for reader in READERS:
        if (reader, name) not in NO_SETTINGS:
            with pytest.raises(InvalidRequestError):
                READERS[reader](Path(name))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
@pytest.mark.parametrize("reader", ["records", "summary", "csv", "html"])
def test_records_in_a_fifo(tmp_path: Path, reader: str) -> None:
    """A FIFO is refused without blocking, because records are read more than once."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    with pytest.raises(InvalidRequestError, match="not a regular file"):
        READERS[reader](path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_settings_and_targets_from_a_pipe(tmp_path: Path) -> None:
    """A pipe, as of `<(...)` in a shell, is read."""
    for reader, content in ((read_settings, "near_quota = 0.5\n"), (read_targets, "a/b.example")):
        path = tmp_path / reader.__name__
        os.mkfifo(path)
        writer = threading.Thread(target=path.write_text, args=(content,))
        writer.start()
        assert reader(path)
        writer.join()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_breaks_and_byte_order_mark(tmp_path: Path, ends: str) -> None:
    """Files of editors on Windows are read as well."""
    path = tmp_path / "file"
    path.write_bytes(ends.join(["near_quota = 0.5", "max_masters = 1", ""]).encode("utf-8-sig"))
    assert read_settings(path).near_quota == 0.5
    path.write_bytes(ends.join(["a/b.example", "c/d.example", ""]).encode("utf-8-sig"))
    assert read_targets(path) == [("a", "b.example"), ("c", "d.example")]


@pytest.mark.parametrize("reader", ["settings", "suppressions", "targets"])
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_other_exception(tmp_path: Path, reader: str, content: bytes) -> None:
    """Any content is read or refused with an `InvalidRequestError`."""
    path = tmp_path / "file"
    path.write_bytes(content)
    with suppress(InvalidRequestError):
        READERS[reader](path)


def records_of(folder: Path) -> list[dict[str, Any]]:
    """Return the records of a small audit, without their digests."""
    path = folder / "whole.jsonl"

    async def run() -> None:
        async with open_domain(Sandbox(mailboxes=4, seed=3)) as domain:
            async with audit(domain, records=path) as run:
                async for _ in run:
                    pass

    if not path.exists():
        anyio.run(run)
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    for record in records:
        del record["line"], record["digest"]
    return records


VALUES = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        10**30,
        -(10**4000),
        1e308,
        "",
        "x" * 3000,
        "\0",
        "\x1b[31m",
        "9999-12-31",
        "0001-01-01",
        [],
        {},
        [[[[[[]]]]]],
        {"a": {"b": {}}},
        ["a"] * 50,
    ]
)


@pytest.mark.slow
@given(data=st.data())
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_invalid_values_in_records(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Records with valid digests and invalid values are read or refused by every reader."""
    folder = tmp_path_factory.getbasetemp()
    records = records_of(folder)
    for _ in range(data.draw(st.integers(1, 3))):
        container: Any = records
        while True:
            keys = sorted(container) if isinstance(container, dict) else range(len(container))
            key = data.draw(st.sampled_from(keys))
            inner = container[key]
            if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
                break
            container = inner
        if container is not records:
            container[key] = data.draw(VALUES)
    chain = DigestChain()
    path = folder / "invalid.jsonl"
    path.write_bytes(b"".join(chain.append(json.dumps(one).encode()) for one in records))
    for reader in ("records", "summary", "csv", "html"):
        with suppress(InvalidRequestError):
            READERS[reader](path)
    domain = HostwayEmail().account("account007").domain("example.com")
    with suppress(InvalidRequestError):
        audit(domain, baseline=path, today=date(9999, 12, 31)).plan()


@pytest.mark.parametrize("figure", ["requests", "seconds", "concurrency"])
@pytest.mark.parametrize("value", [10**400, 1e308, -1])
def test_impossible_figures(
    tmp_path_factory: pytest.TempPathFactory, figure: str, value: float
) -> None:
    """A plan refuses impossible figures in the baseline."""
    *records, end = records_of(tmp_path_factory.getbasetemp())
    chain = DigestChain()
    path = tmp_path_factory.mktemp("figures") / "invalid.jsonl"
    lines = [chain.append(json.dumps(one).encode()) for one in [*records, end | {figure: value}]]
    path.write_bytes(b"".join(lines))
    domain = HostwayEmail().account("account007").domain("example.com")
    with pytest.raises(InvalidRequestError, match=f"line {len(records) + 1} is not a valid record"):
        audit(domain, baseline=path, today=date(9999, 12, 31)).plan()
