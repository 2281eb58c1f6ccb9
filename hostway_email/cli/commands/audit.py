"""The `audit` command: runs an audit, writes reports, and prints the summary."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

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
    ACCOUNT,
    DOMAIN,
    PASSWORD,
    USERNAME,
    SandboxOptions,
    SandboxProcess,
    sandbox_process,
)
from hostway_email.cli.credentials import Access, parse_target, read_targets
from hostway_email.cli.exits import CommandError, Exit, error_message
from hostway_email.cli.render.consoles import result_console
from hostway_email.cli.render.plan import print_plan
from hostway_email.cli.render.progress import showing_progress
from hostway_email.cli.render.summary import print_summary
from hostway_email.cli.signals import interruptible, run_cancellable
from hostway_email.client import HostwayEmail
from hostway_email.errors import InvalidRequestError
from hostway_email.handles import DomainHandle
from hostway_email.transports.proxies import DIRECT

__all__ = ["AuditOptions", "exit_status", "run_audit"]


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """The options of the command."""

    targets: Sequence[str]
    targets_file: Path | None
    sandbox: SandboxOptions | None
    checks: Sequence[str] | None
    exclude: Sequence[str]
    settings: Path | None
    concurrency: int
    records: Path | None
    resume: bool
    baseline: Path | None
    suppress: Path | None
    reports: ReportOptions
    plan: bool
    fail_on: Severity | None
    access: Access
    quiet: bool

    @property
    def inputs(self) -> dict[str, Path | None]:
        """The input files, by option."""
        return {
            "--targets": self.targets_file,
            "--settings": self.settings,
            "--baseline": self.baseline,
            "--suppress": self.suppress,
            "--password-file": self.access.password_file,
        }


def run_audit(options: AuditOptions) -> Exit:
    """Run an audit, write the reports, print the summary, and return the exit status.

    Raises:
        InvalidRequestError: the options are invalid.
        HostwayEmailError: the audit could not start or continue.
        OSError: records, a report or the summary could not be written.
        Interrupted: a signal was received.
    """
    with interruptible():
        targets = _targets(options)
    with contextlib.ExitStack() as stack:
        if options.plan:
            return _plan(targets, options)
        reports = stack.enter_context(options.reports.opened(options.inputs, options.records))
        records = stack.enter_context(_records(options, reports))
        server = None
        if options.sandbox is not None:
            server = stack.enter_context(sandbox_process(options.sandbox))
        client = _client(options, server)
        run = _run_to_end(client, targets, records, reports, options)
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
    return exit_status(run.summary, options.fail_on)


def exit_status(summary: AuditSummary, fail_on: Severity | None) -> Exit:
    """Return the exit status of a completed audit."""
    if not summary.complete:
        return Exit.INCOMPLETE
    if fail_on is not None and summary.at_or_above(fail_on):
        return Exit.FINDINGS
    return Exit.OK


def _client(options: AuditOptions, server: SandboxProcess | None) -> HostwayEmail:
    if server is None:
        with interruptible():
            return options.access.client(max_concurrency=options.concurrency)
    return HostwayEmail(
        USERNAME,
        PASSWORD,
        base_url=server.base_url,
        proxy=DIRECT,
        max_concurrency=options.concurrency,
    )


def _run_to_end(
    client: HostwayEmail,
    targets: Sequence[tuple[str, str]],
    records: Path | None,
    reports: Reports,
    options: AuditOptions,
) -> AuditRun:
    """Run an audit to its end.

    Raises:
        BaseException: the error that interrupted it, with notes about its files.
    """
    entered = False

    async def audit_all() -> AuditRun:
        nonlocal entered
        async with client, _create_run(client, targets, records, options) as run:
            entered = True
            with showing_progress(run, quiet=options.quiet):
                async for _ in run:
                    pass
        return run

    try:
        return run_cancellable(audit_all)
    except BaseException as error:
        if entered and records is not None:
            for note in _write_partial_reports(records, reports, options):
                error.add_note(note)
        # A file that could not be created because of a full disk can be resumed as well.
        if options.records is not None and (entered or _is_about(error, options.records)):
            error.add_note("run the command again with --resume to continue")
        raise


def _is_about(error: BaseException, path: Path) -> bool:
    return isinstance(error, OSError) and error.filename == os.fspath(path)


def _create_run(
    client: HostwayEmail,
    targets: Sequence[tuple[str, str]],
    records: Path | None,
    options: AuditOptions,
) -> AuditRun:
    domains: list[DomainHandle] = [
        client.account(account).domain(name) for account, name in targets
    ]
    return audit(
        domains,
        checks=options.checks,
        exclude=options.exclude,
        settings=read_settings(options.settings) if options.settings else AuditSettings(),
        concurrency=options.concurrency,
        records=records,
        resume=options.resume,
        baseline=options.baseline,
        suppress=options.suppress or (),
    )


def _plan(targets: Sequence[tuple[str, str]], options: AuditOptions) -> Exit:
    """Print the requests of the audit; no credentials are needed, as nothing is sent."""
    # Reports need records, and with records the probes for a later comparison run too.
    records = options.records
    if records is None and options.reports.any and not options.resume:
        records = Path(os.devnull)
    # As nothing is sent, an unusable proxy in the environment must not be an error.
    plan = _create_run(HostwayEmail(proxy=DIRECT), targets, records, options).plan()
    mailboxes = plan.mailboxes if options.sandbox is None else options.sandbox.mailboxes
    with interruptible():
        print_plan(result_console(), plan, mailboxes)
    return Exit.OK


@contextlib.contextmanager
def _records(options: AuditOptions, reports: Reports) -> Iterator[Path | None]:
    """Yield the path of the records: reports need them, so by default a temporary file.

    If only a report fails, the temporary file is kept, and named in the error.
    """
    if options.records is not None or options.resume or not options.reports.any:
        yield options.records
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


def _write_partial_reports(records: Path, reports: Reports, options: AuditOptions) -> Iterator[str]:
    """Write the reports of an interrupted audit, and yield notes about its files."""
    if options.records is not None:
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


def _targets(options: AuditOptions) -> list[tuple[str, str]]:
    named = [parse_target(text) for text in options.targets]
    if options.targets_file is not None:
        named += read_targets(options.targets_file)
    if (options.sandbox is None) == (not named):
        raise InvalidRequestError("either ACCOUNT/DOMAIN or --sandbox is required")
    return named or [(ACCOUNT, DOMAIN)]
