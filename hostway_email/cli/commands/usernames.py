"""The `usernames` command: the mailboxes of a domain as a table, CSV or JSON."""

from __future__ import annotations

import codecs
import csv
import json
import sys
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import typer
from rich import box
from rich.table import Table

from hostway_email.audit.text import harmless_cell
from hostway_email.cli.credentials import Access, parse_target
from hostway_email.cli.options import BaseUrl, PasswordFile, Username
from hostway_email.cli.render.consoles import result_console
from hostway_email.cli.render.text import plain_text
from hostway_email.cli.signals import interruptible, run_cancellable
from hostway_email.models import UsernameEntry

__all__ = ["UsernamesCommand"]

Format = Literal["table", "json", "csv"]
SortField = Literal["username", "quota"]
Value = str | int | bool | None
_COLUMNS: Final[tuple[str, ...]] = (
    "username",
    "kind",
    "type",
    "quota_mb",
    "master",
    "trial_type",
    "trial_expiration",
)


@dataclass(frozen=True, slots=True)
class UsernamesCommand:
    """List the mailboxes of a domain."""

    target: Annotated[
        str,
        typer.Argument(metavar="ACCOUNT/DOMAIN", show_default=False, help="Domain to list."),
    ]
    pattern: Annotated[
        str | None,
        typer.Option("--filter", metavar="PATTERN", help="Only usernames that match, as 'j*'."),
    ] = None
    sort: Annotated[SortField | None, typer.Option(help="Sort field.")] = None
    output_format: Annotated[Format, typer.Option("--format", help="Output format.")] = "table"
    username: Username = None
    password_file: PasswordFile = None
    base_url: BaseUrl = None

    def run(self) -> None:
        """Print the usernames of a domain.

        Raises:
            HostwayEmailError: the list could not be read.
        """
        account, domain = parse_target(self.target)
        with interruptible():
            access = Access(self.username, self.password_file, self.base_url)
            client = access.client(max_concurrency=8)

        async def collect() -> list[UsernameEntry]:
            async with client as hostway:
                usernames = hostway.account(account).domain(domain).usernames
                return await usernames.list(
                    filter_username=self.pattern, sort_field=self.sort
                ).collect()

        rows = [_row(entry) for entry in run_cancellable(collect)]
        with interruptible():
            _print(rows, self.output_format)


def _print(rows: list[dict[str, Value]], output_format: Format) -> None:
    if output_format == "json":
        # Any other encoding would replace unknown characters by escapes that are not valid JSON.
        utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
        print(json.dumps(rows, indent=2, ensure_ascii=not utf8))
    elif output_format == "csv":
        writer: csv.DictWriter[str] = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {name: harmless_cell(value) for name, value in row.items()} for row in rows
        )
    else:
        result_console().print(_table(rows))


def _row(entry: UsernameEntry) -> dict[str, Value]:
    ends = entry.trial_expiration
    return {
        "username": entry.username,
        "kind": entry.kind,
        "type": entry.type,
        "quota_mb": entry.quota_mb,
        "master": entry.master,
        "trial_type": entry.trial_type,
        "trial_expiration": ends.isoformat() if ends else None,
    }


def _table(rows: list[dict[str, Value]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name == "quota_mb" else "left", overflow="fold")
    for row in rows:
        table.add_row(
            *(plain_text("" if row[name] is None else str(row[name])) for name in _COLUMNS)
        )
    return table
