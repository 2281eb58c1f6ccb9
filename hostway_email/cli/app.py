"""The commands and their options; what they do is in the modules beside this one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from hostway_email._version import __version__
from hostway_email.audit import Severity
from hostway_email.cli.commands.audit import AuditOptions, run_audit
from hostway_email.cli.commands.report import ReportOptions, run_report
from hostway_email.cli.commands.sandbox import SandboxOptions, run_sandbox
from hostway_email.cli.commands.usernames import Format, SortField, run_listing
from hostway_email.cli.credentials import Access
from hostway_email.cli.exits import run_to_status

__all__ = ["app"]


app = typer.Typer(
    name="hostway-email",
    help="Audit the mailboxes of domains at the Hostway Email API, or try it out on a sandbox.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

WHAT: Final = "What to audit"
CHECKS: Final = "What to look for"
RECORDS: Final = "Records, and what they are held against"
REPORTS: Final = "Reports"
RUNNING: Final = "How it runs"
ACCESS: Final = "Access to the API"
SANDBOX: Final = "What the sandbox is made from"

Mailboxes = Annotated[
    int, typer.Option(min=0, help="Mailboxes of the sandbox's domain.", rich_help_panel=SANDBOX)
]
Seed = Annotated[
    int, typer.Option(help="What the sandbox's domain is made from.", rich_help_panel=SANDBOX)
]
ImapFailureRate = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        help="Share of statistics the sandbox fails with a 502.",
        rich_help_panel=SANDBOX,
    ),
]
LatencyMs = Annotated[
    float,
    typer.Option(
        min=0, help="Milliseconds the sandbox waits before each answer.", rich_help_panel=SANDBOX
    ),
]


CsvFile = Annotated[
    Path | None,
    typer.Option(
        "--csv",
        metavar="FILE",
        help="Write the findings as a table; - for standard output.",
        rich_help_panel=REPORTS,
    ),
]
HtmlFile = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help="Write a report to hand on; - for standard output.",
        rich_help_panel=REPORTS,
    ),
]
Redact = Annotated[
    bool,
    typer.Option(
        "--redact",
        help="Replace names in summary and reports by pseudonyms.",
        rich_help_panel=REPORTS,
    ),
]
Username = Annotated[
    str | None,
    typer.Option(envvar="HOSTWAY_USERNAME", help="The API's username.", rich_help_panel=ACCESS),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Read the password from a file.", rich_help_panel=ACCESS),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(envvar="HOSTWAY_BASE_URL", help="Where the API is.", rich_help_panel=ACCESS),
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
    targets_file: Annotated[
        Path | None,
        typer.Option(
            "--targets",
            metavar="FILE",
            help="Read them from a file, one a line.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox", help="Audit the domain of an embedded sandbox.", rich_help_panel=WHAT
        ),
    ] = False,
    checks: Annotated[
        str | None,
        typer.Option(
            metavar="IDS",
            help="Only these checks: ids, groups, severities, by commas.",
            rich_help_panel=CHECKS,
        ),
    ] = None,
    exclude: Annotated[
        str,
        typer.Option(
            metavar="IDS", help="Not these checks, named in the same way.", rich_help_panel=CHECKS
        ),
    ] = "",
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Thresholds, internal and free-mail domains.",
            rich_help_panel=CHECKS,
        ),
    ] = None,
    concurrency: Annotated[
        int, typer.Option(min=1, help="Mailboxes read at once.", rich_help_panel=RUNNING)
    ] = 32,
    records: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl", help="Write each record as a JSON line.", rich_help_panel=RECORDS
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the file of --records.", rich_help_panel=RECORDS),
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="OLD.jsonl",
            help="Compare with the records of an earlier audit.",
            rich_help_panel=RECORDS,
        ),
    ] = None,
    suppress: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml", help="The risks that are accepted.", rich_help_panel=RECORDS
        ),
    ] = None,
    csv: CsvFile = None,
    html: HtmlFile = None,
    redact: Redact = False,
    plan: Annotated[
        bool,
        typer.Option(
            "--plan", help="Only tell what would be asked; send nothing.", rich_help_panel=RUNNING
        ),
    ] = False,
    fail_on: Annotated[
        Severity | None,
        typer.Option(
            help="Exit with 1 if a finding is at least as severe.", rich_help_panel=RUNNING
        ),
    ] = None,
    username: Username = None,
    password_file: PasswordFile = None,
    base_url: BaseUrl = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Show no progress.", rich_help_panel=RUNNING)
    ] = False,
    mailboxes: Mailboxes = 500,
    seed: Seed = 7,
    imap_failure_rate: ImapFailureRate = 0.0,
    latency_ms: LatencyMs = 0.0,
) -> None:
    """Audit every mailbox of domains, and print what was found.

    The password comes from HOSTWAY_PASSWORD, from --password-file, or from a prompt.

    Exit status: 0 done; 1 a finding at or above --fail-on; 2 wrong usage; 3 the audit is
    incomplete; 4 it could not start or go on; 70 an unexpected error; 129, 130 and 143 ended by
    SIGHUP, SIGINT (Ctrl-C) and SIGTERM.
    """
    options = AuditOptions(
        targets=targets or [],
        targets_file=targets_file,
        sandbox=SandboxOptions(mailboxes, seed, imap_failure_rate, latency_ms) if sandbox else None,
        checks=None if checks is None else _names(checks),
        exclude=_names(exclude),
        settings=settings,
        concurrency=concurrency,
        records=records,
        resume=resume,
        baseline=baseline,
        suppress=suppress,
        reports=ReportOptions(csv, html, redact),
        plan=plan,
        fail_on=fail_on,
        access=Access(username, password_file, base_url),
        quiet=quiet,
    )
    sys.exit(run_to_status(lambda: run_audit(options)))


@app.command()
def report(
    records: Annotated[
        Path, typer.Argument(metavar="FILE.jsonl", show_default=False, help="What was recorded.")
    ],
    csv: CsvFile = None,
    html: HtmlFile = None,
    redact: Redact = False,
) -> None:
    """Print the summary of an audit once more, and write its reports, from its records alone."""
    options = ReportOptions(csv, html, redact)
    sys.exit(run_to_status(lambda: run_report(records, options)))


@app.command()
def usernames(
    target: Annotated[str, typer.Argument(metavar="ACCOUNT/DOMAIN", show_default=False)],
    pattern: Annotated[
        str | None, typer.Option("--filter", metavar="'j*'", help="Only names like this.")
    ] = None,
    sort: Annotated[SortField | None, typer.Option(help="What to sort by.")] = None,
    shape: Annotated[Format, typer.Option("--format", help="How to print them.")] = "table",
    username: Username = None,
    password_file: PasswordFile = None,
    base_url: BaseUrl = None,
) -> None:
    """List the mailboxes of a domain."""
    access = Access(username, password_file, base_url)
    sys.exit(
        run_to_status(lambda: run_listing(access, target, pattern=pattern, sort=sort, shape=shape))
    )


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
    sys.exit(run_to_status(lambda: run_sandbox(options, port=port, with_parent=with_parent)))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
