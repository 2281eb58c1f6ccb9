"""The `audit` command: runs an audit, writes reports, and prints the summary."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from hostway_email.audit import (
    AuditRun,
    AuditSettings,
    AuditSummary,
    Severity,
    audit,
    read_settings,
)
from hostway_email.audit.named_files import naming
from hostway_email.cli.commands.report import ReportOptions, Reports
from hostway_email.cli.commands.sandbox import (
    PASSWORD,
    USERNAME,
    SandboxOptions,
    SandboxProcess,
    sandbox_process,
)
from hostway_email.cli.credentials import Access, parse_target, read_targets
from hostway_email.cli.exits import CommandError, Exit, error_message
from hostway_email.cli.options import (
    CHECKS,
    FLAG,
    RECORDS,
    RUNNING,
    TARGETS,
    BaseUrl,
    CsvFile,
    Domains,
    HtmlFile,
    ImapFailureRate,
    LatencyMs,
    Mailboxes,
    PasswordFile,
    Redact,
    Seed,
    Username,
)
from hostway_email.cli.render.consoles import result_console
from hostway_email.cli.render.plan import print_plan
from hostway_email.cli.render.progress import showing_progress
from hostway_email.cli.render.summary import print_summary
from hostway_email.cli.signals import interruptible, run_cancellable
from hostway_email.client import HostwayEmail
from hostway_email.errors import InvalidRequestError
from hostway_email.handles import DomainHandle
from hostway_email.transports.proxies import DIRECT

__all__ = ["AuditCommand", "exit_status"]


@dataclass(frozen=True, slots=True)
class AuditCommand:
    # Typer keeps these line breaks, so the lines must fit into 80 columns.
    """Audit every mailbox of one or more domains, and print a summary.

    The password is read from --password-file, HOSTWAY_PASSWORD or a prompt, in this order.

    Exit status: 0 success; 1 findings at or above --fail-on; 2 usage error;
    3 incomplete audit; 4 the audit could not start or continue;
    70 unexpected error; 129, 130 and 143 terminated by SIGHUP, SIGINT (Ctrl-C)
    and SIGTERM.
    """

    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="ACCOUNT/DOMAIN", show_default=False, help="Domains to audit."),
    ] = None
    targets_file: Annotated[
        Path | None,
        typer.Option(
            "--targets",
            metavar="FILE",
            help="File with more targets, one per line.",
            rich_help_panel=TARGETS,
        ),
    ] = None
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            metavar=FLAG,
            help="Audit an embedded sandbox instead.",
            rich_help_panel=TARGETS,
        ),
    ] = False
    checks: Annotated[
        str | None,
        typer.Option(
            metavar="IDS",
            help="Checks to run: ids, groups or severities, comma-separated.",
            rich_help_panel=CHECKS,
        ),
    ] = None
    exclude: Annotated[
        str,
        typer.Option(
            metavar="IDS", help="Checks not to run, in the same format.", rich_help_panel=CHECKS
        ),
    ] = ""
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Settings: thresholds, internal and free-mail domains.",
            rich_help_panel=CHECKS,
        ),
    ] = None
    concurrency: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Number of mailboxes read at once.", rich_help_panel=RUNNING
        ),
    ] = 32
    records: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl",
            help="Record the run in a new JSON Lines file.",
            rich_help_panel=RECORDS,
        ),
    ] = None
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            metavar=FLAG,
            help="Resume the run recorded in --records.",
            rich_help_panel=RECORDS,
        ),
    ] = False
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="OLD.jsonl",
            help="Compare with the records of an earlier audit (the baseline).",
            rich_help_panel=RECORDS,
        ),
    ] = None
    suppress: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.toml",
            help="Accepted risks, whose findings are not counted.",
            rich_help_panel=RECORDS,
        ),
    ] = None
    csv: CsvFile = None
    html: HtmlFile = None
    redact: Redact = False
    plan: Annotated[
        bool,
        typer.Option(
            "--plan",
            metavar=FLAG,
            help="Show the requests that would be made, and exit.",
            rich_help_panel=RUNNING,
        ),
    ] = False
    fail_on: Annotated[
        Severity | None,
        typer.Option(
            help="Exit with status 1 on findings of at least this severity.",
            rich_help_panel=RUNNING,
        ),
    ] = None
    username: Username = None
    password_file: PasswordFile = None
    base_url: BaseUrl = None
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", metavar=FLAG, help="Do not show the progress.", rich_help_panel=RUNNING
        ),
    ] = False
    mailboxes: Mailboxes = 500
    domains: Domains = 1
    seed: Seed = 7
    imap_failure_rate: ImapFailureRate = 0.0
    latency_ms: LatencyMs = 0.0

    @property
    def access(self) -> Access:
        """The options for API access."""
        return Access(self.username, self.password_file, self.base_url)

    @property
    def reports(self) -> ReportOptions:
        """The options for reports."""
        return ReportOptions(self.csv, self.html, self.redact)

    @property
    def sandbox_options(self) -> SandboxOptions | None:
        """The options of the embedded sandbox; None without `--sandbox`."""
        if not self.sandbox:
            return None
        return SandboxOptions(
            self.mailboxes, self.seed, self.imap_failure_rate, self.latency_ms, self.domains
        )

    @property
    def inputs(self) -> dict[str, Path | None]:
        """The input files, by option."""
        return {
            "--targets": self.targets_file,
            "--settings": self.settings,
            "--baseline": self.baseline,
            "--suppress": self.suppress,
            "--password-file": self.password_file,
        }

    def run(self) -> Exit:
        """Run an audit, write the reports, print the summary, and return the exit status.

        Raises:
            InvalidRequestError: the options are invalid.
            HostwayEmailError: the audit could not start or continue.
            OSError: records, a report or the summary could not be written.
            Interrupted: a signal was received.
        """
        with interruptible():
            targets = _targets(self)
        with contextlib.ExitStack() as stack:
            if self.plan:
                return _plan(targets, self)
            reports = stack.enter_context(self.reports.opened(self.inputs, self.records))
            records = stack.enter_context(_records(self, reports))
            server = None
            if (sandbox := self.sandbox_options) is not None:
                server = stack.enter_context(sandbox_process(sandbox))
            client = _client(self, server)
            run = _run_to_end(client, targets, records, reports, self)
            counted = None if server is None else server.requests()
            # Reports are written first, as printing may fail.
            reports.write(records)
            _require_listed(run)
            with interruptible():
                print_summary(
                    result_console(to_stderr=reports.on_stdout),
                    run.summary,
                    targets,
                    counted_by_server=counted,
                    hide=reports.redactor(records),
                )
            reports.require_all()
        return exit_status(run.summary, self.fail_on)


def exit_status(summary: AuditSummary, fail_on: Severity | None) -> Exit:
    """Return the exit status of a completed audit."""
    if not summary.complete:
        return Exit.INCOMPLETE
    if fail_on is not None and summary.at_or_above(fail_on):
        return Exit.FINDINGS
    return Exit.OK


def _client(command: AuditCommand, server: SandboxProcess | None) -> HostwayEmail:
    if server is None:
        with interruptible():
            return command.access.client(max_concurrency=command.concurrency)
    return HostwayEmail(
        USERNAME,
        PASSWORD,
        base_url=server.base_url,
        proxy=DIRECT,
        max_concurrency=command.concurrency,
    )


def _run_to_end(
    client: HostwayEmail,
    targets: Sequence[tuple[str, str]],
    records: Path | None,
    reports: Reports,
    command: AuditCommand,
) -> AuditRun:
    """Run an audit to its end.

    Raises:
        BaseException: the error that interrupted it, with notes about its files.
    """
    entered = False

    async def audit_all() -> AuditRun:
        nonlocal entered
        async with client, _create_run(client, targets, records, command) as run:
            entered = True
            with showing_progress(run, quiet=command.quiet):
                async for _ in run:
                    pass
        return run

    try:
        return run_cancellable(audit_all)
    except BaseException as error:
        if entered and records is not None:
            for note in _write_partial_reports(records, reports, command):
                error.add_note(note)
        # A file that could not be created because of a full disk can be resumed as well.
        if command.records is not None and (entered or _is_about(error, command.records)):
            error.add_note("run the command again with --resume to continue")
        raise


def _is_about(error: BaseException, path: Path) -> bool:
    return isinstance(error, OSError) and error.filename == os.fspath(path)


def _create_run(
    client: HostwayEmail,
    targets: Sequence[tuple[str, str]],
    records: Path | None,
    command: AuditCommand,
) -> AuditRun:
    domains: list[DomainHandle] = [
        client.account(account).domain(name) for account, name in targets
    ]
    return audit(
        domains,
        checks=None if command.checks is None else _names(command.checks),
        exclude=_names(command.exclude),
        settings=read_settings(command.settings) if command.settings else AuditSettings(),
        concurrency=command.concurrency,
        records=records,
        resume=command.resume,
        baseline=command.baseline,
        suppress=command.suppress or (),
    )


def _plan(targets: Sequence[tuple[str, str]], command: AuditCommand) -> Exit:
    """Print the requests of the audit; no credentials are needed, as nothing is sent."""
    # Reports need records, and with records the probes for a later comparison run too.
    records = command.records
    if records is None and command.reports.any and not command.resume:
        records = Path(os.devnull)
    # As nothing is sent, an unusable proxy in the environment must not be an error.
    plan = _create_run(HostwayEmail(proxy=DIRECT), targets, records, command).plan()
    mailboxes = command.mailboxes * command.domains if command.sandbox else plan.mailboxes
    with interruptible():
        print_plan(result_console(), plan, mailboxes)
    return Exit.OK


@contextlib.contextmanager
def _records(command: AuditCommand, reports: Reports) -> Iterator[Path | None]:
    """Yield the path of the records: reports need them, so by default a temporary file.

    If only a report fails, the temporary file is kept, and named in the error.
    """
    if command.records is not None or command.resume or not command.reports.any:
        yield command.records
        return
    with naming():
        folder = Path(tempfile.mkdtemp(prefix="hostway-email-"))
    records = folder / "records.jsonl"
    kept = False
    try:
        yield records
    except BaseException as error:
        kept = bool(reports.failures) and records.exists()
        if kept:
            error.add_note(f"the records are in {records}")
        raise
    finally:
        if not kept:
            shutil.rmtree(folder)


def _write_partial_reports(records: Path, reports: Reports, command: AuditCommand) -> Iterator[str]:
    """Write the reports of an interrupted audit, and yield notes about its files."""
    if command.records is not None:
        yield f"the records so far are in {records}"
    if written := reports.write(records):
        yield f"partial report written to {' and '.join(written)}"
    # Only a note: the error that interrupted the audit determines the status.
    for failure in reports.failures:
        yield f"a report could not be written: {error_message(failure)}"


def _require_listed(run: AuditRun) -> None:
    """Raise an error if no list of usernames could be read."""
    if not run.summary.mailboxes and all("usernames" in one.failed for one in run.domains):
        reasons = "; ".join(domain.failed["usernames"] for domain in run.domains)
        raise CommandError(f"no list of usernames could be read: {reasons}")


def _targets(command: AuditCommand) -> list[tuple[str, str]]:
    named = [parse_target(text) for text in command.targets or ()]
    if command.targets_file is not None:
        named += read_targets(command.targets_file)
    if command.sandbox == bool(named):
        raise InvalidRequestError("either ACCOUNT/DOMAIN or --sandbox is required")
    sandbox = command.sandbox_options
    return named if sandbox is None else sandbox.targets


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
