"""The `audit` command: credentials, the run with its progress, what it writes, the status."""

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
    Beside,
    SandboxOptions,
    beside,
)
from hostway_email.cli.credentials import Access, parse_target, read_targets
from hostway_email.cli.exits import CommandError, Exit, described
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
    """The options of the command, as they were given."""

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
        """The files that are read, by the options that name them."""
        return {
            "--targets": self.targets_file,
            "--settings": self.settings,
            "--baseline": self.baseline,
            "--suppress": self.suppress,
            "--password-file": self.access.password_file,
        }


def run_audit(options: AuditOptions) -> Exit:
    """Audit as the options say, write reports, print the summary, and return the exit status.

    Raises:
        InvalidRequestError: the options cannot be used.
        HostwayEmailError: the audit could not start, or not go on.
        OSError: records, a report or the summary could not be written.
        Interrupted: a signal has ended it.
    """
    with interruptible():
        targets = _targets(options)
    with contextlib.ExitStack() as stack:
        if options.plan:
            return _plan(targets, options)
        reports = stack.enter_context(options.reports.opened(options.inputs, options.records))
        records = stack.enter_context(_records(options, reports))
        server = None if options.sandbox is None else stack.enter_context(beside(options.sandbox))
        client = _client(options, server)
        run = _completed(client, targets, records, reports, options)
        counted = None if server is None else server.requests()
        # What was asked for in files is safe before anything is printed.
        reports.write(records)
        _require_listed(run)
        with interruptible():
            print_summary(
                result_console(to_stderr=reports.on_stdout),
                run.summary,
                targets,
                counted_by_server=counted,
                hide=reports.hiding(records),
            )
        reports.require_all()
    return exit_status(run.summary, options.fail_on)


def exit_status(summary: AuditSummary, fail_on: Severity | None) -> Exit:
    """Return the status that a finished audit ends with."""
    if not summary.complete:
        return Exit.INCOMPLETE
    if fail_on is not None and summary.at_or_above(fail_on):
        return Exit.FINDINGS
    return Exit.OK


def _client(options: AuditOptions, server: Beside | None) -> HostwayEmail:
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


def _completed(
    client: HostwayEmail,
    targets: Sequence[tuple[str, str]],
    records: Path | None,
    reports: Reports,
    options: AuditOptions,
) -> AuditRun:
    """Return an audit that has come to its end.

    Raises:
        BaseException: what has ended it early; its notes tell what is left of it.
    """
    begun = False

    async def audit_all() -> AuditRun:
        nonlocal begun
        async with client, _prepared(client, targets, records, options) as run:
            begun = True
            with showing_progress(run, quiet=options.quiet):
                async for _ in run:
                    pass
        return run

    try:
        return run_cancellable(audit_all)
    except BaseException as error:
        if begun and records is not None:
            for note in _kept(records, reports, options):
                error.add_note(note)
        # What could not be begun for want of room can be resumed as well.
        if options.records is not None and (begun or _is_about(error, options.records)):
            error.add_note("repeat the command with --resume to go on")
        raise


def _is_about(error: BaseException, path: Path) -> bool:
    return isinstance(error, OSError) and error.filename == os.fspath(path)


def _prepared(
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
    """Print what the audit would ask; no credentials are needed, as nothing is sent."""
    # Records are kept for reports too, and what is kept decides on what is asked.
    records = options.records
    if records is None and options.reports.any and not options.resume:
        records = Path(os.devnull)
    # As nothing is sent, a proxy of the environment that cannot be used does not matter.
    plan = _prepared(HostwayEmail(proxy=DIRECT), targets, records, options).plan()
    known = plan.mailboxes if options.sandbox is None else options.sandbox.mailboxes
    with interruptible():
        print_plan(result_console(), plan, known)
    return Exit.OK


@contextlib.contextmanager
def _records(options: AuditOptions, reports: Reports) -> Iterator[Path | None]:
    """Yield where the records go: reports are made from them, so without a file, to a passing one.

    If the audit was made, and only a report could not be, the passing file is kept, and named in
    the error.
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
            error.add_note(f"what was recorded is in {records}")
        raise
    finally:
        if not kept:
            shutil.rmtree(folder)


def _kept(records: Path, reports: Reports, options: AuditOptions) -> Iterator[str]:
    """Write the reports of an audit that has ended early, and yield what is left of it."""
    if options.records is not None:
        yield f"{records} is complete up to here"
    if written := reports.write(records):
        yield f"so far reported in {' and '.join(written)}"
    # Why the audit has ended matters more, and has a status of its own.
    for failure in reports.failures:
        yield f"a report is missing: {described(failure)}"


def _require_listed(run: AuditRun) -> None:
    """Raise an error if no list of usernames could be read at all."""
    if not run.summary.mailboxes and all("usernames" in one.failed for one in run.domains):
        reasons = "; ".join(domain.failed["usernames"] for domain in run.domains)
        raise CommandError(f"no mailbox could be listed: {reasons}")


def _targets(options: AuditOptions) -> list[tuple[str, str]]:
    named = [parse_target(text) for text in options.targets]
    if options.targets_file is not None:
        named += read_targets(options.targets_file)
    if (options.sandbox is None) == (not named):
        raise InvalidRequestError("name ACCOUNT/DOMAIN to audit, or use --sandbox")
    return named or [(ACCOUNT, DOMAIN)]
