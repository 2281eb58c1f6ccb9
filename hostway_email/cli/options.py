"""Options that several commands share, and the panels of the help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

__all__ = [
    "ACCESS",
    "CHECKS",
    "FLAG",
    "RECORDS",
    "REPORTS",
    "RUNNING",
    "SANDBOX",
    "TARGETS",
    "BaseUrl",
    "CsvFile",
    "Domains",
    "HtmlFile",
    "ImapFailureRate",
    "LatencyMs",
    "Mailboxes",
    "PasswordFile",
    "Redact",
    "Seed",
    "Username",
]

TARGETS: Final = "Targets"
CHECKS: Final = "Checks"
RECORDS: Final = "Records and baseline"
REPORTS: Final = "Reports"
RUNNING: Final = "Execution"
ACCESS: Final = "API access"
SANDBOX: Final = "Sandbox"

FLAG: Final = ""
"""The type of an option without a value; by default Typer shows `<bool>`."""

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
        metavar=FLAG,
        help="Replace names by pseudonyms in the summary and reports.",
        rich_help_panel=REPORTS,
    ),
]
Username = Annotated[
    str | None,
    typer.Option(
        envvar="HOSTWAY_USERNAME", metavar="NAME", help="API username.", rich_help_panel=ACCESS
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="File with the API password.", rich_help_panel=ACCESS),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        envvar="HOSTWAY_BASE_URL",
        metavar="URL",
        help="Base URL of the API.",
        rich_help_panel=ACCESS,
    ),
]
Mailboxes = Annotated[
    int,
    typer.Option(
        min=0,
        metavar="N",
        help="Number of mailboxes in each sandbox domain.",
        rich_help_panel=SANDBOX,
    ),
]
Domains = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="N",
        help="Number of domains in the sandbox, each in an account of its own.",
        rich_help_panel=SANDBOX,
    ),
]
Seed = Annotated[
    int,
    typer.Option(metavar="N", help="Seed of the generated sandbox data.", rich_help_panel=SANDBOX),
]
ImapFailureRate = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        metavar="RATE",
        help="Share of message statistics that fail with HTTP 502.",
        rich_help_panel=SANDBOX,
    ),
]
LatencyMs = Annotated[
    float,
    typer.Option(
        min=0,
        metavar="MS",
        help="Latency of each response, in milliseconds.",
        rich_help_panel=SANDBOX,
    ),
]
