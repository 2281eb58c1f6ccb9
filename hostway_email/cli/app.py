"""The commands and their options; what they do is in the modules beside this one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hostway_email._version import __version__
from hostway_email.audit import Severity
from hostway_email.cli.auditing import AuditOptions, run_audit
from hostway_email.cli.exits import Exit, leave
from hostway_email.cli.sandboxes import SandboxOptions, run_sandbox
from hostway_email.errors import HostwayEmailError, InvalidRequestError

__all__ = ["app"]

app = typer.Typer(
    name="hostway-email",
    help="Audit the mailboxes of domains at the Hostway Email API, or try it out on a sandbox.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Mailboxes = Annotated[int, typer.Option(min=0, help="Mailboxes of the sandbox's domain.")]
Seed = Annotated[int, typer.Option(help="What the sandbox's domain is made from.")]
ImapFailureRate = Annotated[
    float, typer.Option(min=0, max=1, help="Share of statistics the sandbox fails with a 502.")
]
LatencyMs = Annotated[
    float, typer.Option(min=0, help="Milliseconds the sandbox waits before each answer.")
]


@app.callback(invoke_without_command=True)
def common(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        print(__version__)
        raise typer.Exit


@app.command()
def audit(
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="ACCOUNT/DOMAIN...", show_default=False)
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Audit the domain of an embedded sandbox.")
    ] = False,
    checks: Annotated[
        str | None,
        typer.Option(metavar="IDS", help="Only these checks: ids, groups, severities, by commas."),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Mailboxes read at once.")] = 32,
    records: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Write each record as a JSON line.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the file of --records.")
    ] = False,
    fail_on: Annotated[
        Severity | None, typer.Option(help="Exit with 1 if a finding is at least as severe.")
    ] = None,
    username: Annotated[
        str | None, typer.Option(envvar="HOSTWAY_USERNAME", help="The API's username.")
    ] = None,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read the password from a file.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(envvar="HOSTWAY_BASE_URL", help="Where the API is.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
    mailboxes: Mailboxes = 500,
    seed: Seed = 7,
    imap_failure_rate: ImapFailureRate = 0.0,
    latency_ms: LatencyMs = 0.0,
) -> None:
    """Audit every mailbox of domains, and print what was found.

    The password comes from HOSTWAY_PASSWORD, from --password-file, or from a prompt.

    Exit status: 0 done; 1 a finding at or above --fail-on; 2 wrong usage; 3 the audit is
    incomplete; 4 it could not start or go on; 130 interrupted.
    """
    options = AuditOptions(
        targets=targets or [],
        sandbox=SandboxOptions(mailboxes, seed, imap_failure_rate, latency_ms) if sandbox else None,
        checks=None if checks is None else [name.strip() for name in checks.split(",")],
        concurrency=concurrency,
        records=records,
        resume=resume,
        fail_on=fail_on,
        username=username,
        password_file=password_file,
        base_url=base_url,
        quiet=quiet,
    )
    try:
        sys.exit(run_audit(options))
    except InvalidRequestError as error:
        leave(Exit.USAGE, str(error))
    except HostwayEmailError as error:
        leave(Exit.FAILED, str(error))


@app.command()
def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 for any free one.")
    ] = 8025,
    mailboxes: Mailboxes = 500,
    seed: Seed = 7,
    imap_failure_rate: ImapFailureRate = 0.0,
    latency_ms: LatencyMs = 0.0,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="End when standard input does.")
    ] = False,
) -> None:
    """Serve an embedded Hostway Email API with one believable domain, until Ctrl-C."""
    options = SandboxOptions(mailboxes, seed, imap_failure_rate, latency_ms)
    run_sandbox(options, port=port, with_parent=with_parent)
