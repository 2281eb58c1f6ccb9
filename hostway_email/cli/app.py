"""The commands of `hostway-email`; each is a class, whose fields are its options."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from hostway_email._version import __version__
from hostway_email.cli.commands.audit import AuditCommand
from hostway_email.cli.commands.report import ReportCommand
from hostway_email.cli.commands.sandbox import SandboxCommand
from hostway_email.cli.commands.usernames import UsernamesCommand
from hostway_email.cli.exits import run_to_status
from hostway_email.cli.options import FLAG

__all__ = ["app"]

Command = AuditCommand | ReportCommand | UsernamesCommand | SandboxCommand

app = typer.Typer(
    name="hostway-email",
    help="Audit the mailboxes of domains over the Hostway Email API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _run(command: Command | None, **_: object) -> None:
    if command is not None:
        sys.exit(run_to_status(command.run))


@app.callback(invoke_without_command=True, result_callback=_run)
def common(
    version: Annotated[
        bool, typer.Option("--version", metavar=FLAG, help="Show the version and exit.")
    ] = False,
) -> None:
    if version:
        print(__version__)
        raise typer.Exit


# Typer calls a class with the options, as it calls a function, and passes the object to `_run`.
app.command("audit")(AuditCommand)
app.command("report")(ReportCommand)
app.command("usernames")(UsernamesCommand)
app.command("sandbox")(SandboxCommand)
