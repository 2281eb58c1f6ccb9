"""The commands and their options; their implementations are in `commands`."""

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
    help="Audit the mailboxes of domains over the Hostway Email API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

TARGETS: Final = "Targets"
CHECKS: Final = "Checks"
RECORDS: Final = "Records and baseline"
REPORTS: Final = "Reports"
RUNNING: Final = "Execution"
ACCESS: Final = "API access"
SANDBOX: Final = "Sandbox"

Mailboxes = Annotated[
    int, typer.Option(min=0, help="Number of mailboxes in the sandbox.", rich_help_panel=SANDBOX)
]
Seed = Annotated[
    int, typer.Option(help="Seed of the generated sandbox data.", rich_help_panel=SANDBOX)
]
ImapFailureRate = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        help="Share of message statistics that fail with HTTP 502.",
        rich_help_panel=SANDBOX,
    ),
]
LatencyMs = Annotated[
    float,
    typer.Option(min=0, help="Latency of each response, in milliseconds.", rich_help_panel=SANDBOX),
]


CsvFile = Annotated[
    Path | None,
    typer.Option(
        "--csv",
        metavar="FILE",
        help="Write the findings as CSV; - for standard output.",
        rich_help_panel=REPORTS,
    ),
]
HtmlFile = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help="Write an HTML report; - for standard output.",
        rich_help_panel=REPORTS,
    ),
]
Redact = Annotated[
    bool,
    typer.Option(
        "--redact",
        help="Replace names by pseudonyms in the summary and reports.",
        rich_help_panel=REPORTS,
    ),
]
Username = Annotated[
    str | None,
    typer.Option(envvar="HOSTWAY_USERNAME", help="API username.", rich_help_panel=ACCESS),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="File with the API password.", rich_help_panel=ACCESS),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(envvar="HOSTWAY_BASE_URL", help="Base URL of the API.", rich_help_panel=ACCESS),
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
        list[str] | None,
        typer.Argument(metavar="ACCOUNT/DOMAIN...", show_default=False, help="Domains to audit."),
    ] = None,
    targets_file: Annotated[
        Path | None,
        typer.Option(
            "--targets",
            metavar="FILE",
            help="File with more targets, one per line.",
            rich_help_panel=TARGETS,
        ),
    ] = None,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox", help="Audit an embedded sandbox instead.", rich_help_panel=TARGETS
        ),
    ] = False,
    checks: Annotated[
        str | None,
        typer.Option(
            metavar="IDS",
            help="Checks to run: ids, groups or severities, comma-separated.",
            rich_help_panel=CHECKS,
        ),
    ] = None,
    exclude: Annotated[
        str,
        typer.Option(
            metavar="IDS", help="Checks not to run, in the same format.", rich_help_panel=CHECKS
        ),
    ] = "",
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Settings: thresholds, internal and free-mail domains.",
            rich_help_panel=CHECKS,
        ),
    ] = None,
    concurrency: Annotated[
        int,
        typer.Option(min=1, help="Number of mailboxes read at once.", rich_help_panel=RUNNING),
    ] = 32,
    records: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl",
            help="Record the run in a new JSON Lines file.",
            rich_help_panel=RECORDS,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Resume the run recorded in --records.", rich_help_panel=RECORDS
        ),
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="OLD.jsonl",
            help="Compare with the records of an earlier audit (the baseline).",
            rich_help_panel=RECORDS,
        ),
    ] = None,
    suppress: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Accepted risks, whose findings are not counted.",
            rich_help_panel=RECORDS,
        ),
    ] = None,
    csv: CsvFile = None,
    html: HtmlFile = None,
    redact: Redact = False,
    plan: Annotated[
        bool,
        typer.Option(
            "--plan",
            help="Show the requests that would be made, and exit.",
            rich_help_panel=RUNNING,
        ),
    ] = False,
    fail_on: Annotated[
        Severity | None,
        typer.Option(
            help="Exit with status 1 on findings of at least this severity.",
            rich_help_panel=RUNNING,
        ),
    ] = None,
    username: Username = None,
    password_file: PasswordFile = None,
    base_url: BaseUrl = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Do not show the progress.", rich_help_panel=RUNNING)
    ] = False,
    mailboxes: Mailboxes = 500,
    seed: Seed = 7,
    imap_failure_rate: ImapFailureRate = 0.0,
    latency_ms: LatencyMs = 0.0,
) -> None:
    """Audit every mailbox of one or more domains, and print a summary.

    The password is read from --password-file, HOSTWAY_PASSWORD or a prompt, in this order.

    Exit status: 0 success; 1 findings at or above --fail-on; 2 usage error; 3 incomplete audit;
    4 the audit could not start or continue; 70 unexpected error; 129, 130 and 143 terminated by
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
        Path,
        typer.Argument(metavar="FILE.jsonl", show_default=False, help="Records file of an audit."),
    ],
    csv: CsvFile = None,
    html: HtmlFile = None,
    redact: Redact = False,
) -> None:
    """Print the summary and write the reports of a recorded audit."""
    options = ReportOptions(csv, html, redact)
    sys.exit(run_to_status(lambda: run_report(records, options)))


@app.command()
def usernames(
    target: Annotated[
        str,
        typer.Argument(metavar="ACCOUNT/DOMAIN", show_default=False, help="Domain to list."),
    ],
    pattern: Annotated[
        str | None,
        typer.Option("--filter", metavar="PATTERN", help="Only usernames that match, as 'j*'."),
    ] = None,
    sort: Annotated[SortField | None, typer.Option(help="Sort field.")] = None,
    output_format: Annotated[Format, typer.Option("--format", help="Output format.")] = "table",
    username: Username = None,
    password_file: PasswordFile = None,
    base_url: BaseUrl = None,
) -> None:
    """List the mailboxes of a domain."""
    access = Access(username, password_file, base_url)
    sys.exit(
        run_to_status(
            lambda: run_listing(
                access, target, pattern=pattern, sort=sort, output_format=output_format
            )
        )
    )


@app.command()
def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 for any free port.")
    ] = 8025,
    mailboxes: Mailboxes = 500,
    seed: Seed = 7,
    imap_failure_rate: ImapFailureRate = 0.0,
    latency_ms: LatencyMs = 0.0,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="End when standard input does.")
    ] = False,
) -> None:
    """Serve an embedded Hostway Email API with a generated domain, until Ctrl-C."""
    options = SandboxOptions(mailboxes, seed, imap_failure_rate, latency_ms)
    sys.exit(run_to_status(lambda: run_sandbox(options, port=port, with_parent=with_parent)))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
