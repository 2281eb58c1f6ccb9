"""The `audit` command: credentials, the run with its progress, what it writes, the status."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
from rich.console import Console

from hostway_email.audit import (
    AuditRun,
    AuditSettings,
    AuditSummary,
    Severity,
    audit,
    read_settings,
)
from hostway_email.cli.credentials import Access, parse_target, read_targets
from hostway_email.cli.exits import Exit, leave
from hostway_email.cli.planning import print_plan
from hostway_email.cli.progress import showing_progress
from hostway_email.cli.reporting import ReportOptions
from hostway_email.cli.sandboxes import (
    ACCOUNT,
    DOMAIN,
    PASSWORD,
    USERNAME,
    SandboxOptions,
    beside,
)
from hostway_email.cli.summary import print_summary
from hostway_email.client import HostwayEmail
from hostway_email.errors import HostwayEmailError, InvalidRequestError
from hostway_email.scopes import DomainScope
from hostway_email.transports._proxies import DIRECT

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
    since: Path | None
    suppress: Path | None
    reports: ReportOptions
    plan: bool
    fail_on: Severity | None
    access: Access
    quiet: bool


def run_audit(options: AuditOptions) -> Exit:
    """Audit as the options say, print the summary, write reports, and return the exit status.

    Raises:
        InvalidRequestError: the options cannot be used.
        HostwayEmailError: the audit could not start, or not go on.
    """
    targets = _targets(options)
    options.reports.require_writable(options.records)
    with contextlib.ExitStack() as stack:
        records = stack.enter_context(_records(options))
        if options.plan:
            return _plan(targets, records, options)
        server = None if options.sandbox is None else stack.enter_context(beside(options.sandbox))
        client = (
            HostwayEmail(
                USERNAME,
                PASSWORD,
                base_url=server.base_url,
                proxy=DIRECT,
                max_concurrency=options.concurrency,
            )
            if server
            else options.access.client(max_concurrency=options.concurrency)
        )
        try:
            run = anyio.run(_audit, client, targets, records, options)
        except KeyboardInterrupt:
            leave(Exit.INTERRUPTED, "; ".join(["interrupted", *_kept(records, options)]))
        except InvalidRequestError:
            raise
        except HostwayEmailError as error:
            leave(Exit.FAILED, "; ".join([str(error), *_kept(records, options)]))
        counted = None if server is None else server.requests()
        if not _listed(run):
            reasons = "; ".join(domain.failed["usernames"] for domain in run.domains)
            leave(Exit.FAILED, f"no mailbox could be listed: {reasons}")
        print_summary(
            Console(highlight=False),
            run.summary,
            targets,
            counted_by_server=counted,
            hide=options.reports.hiding(records),
        )
        options.reports.write(records)
    return exit_status(run.summary, options.fail_on)


def exit_status(summary: AuditSummary, fail_on: Severity | None) -> Exit:
    """Return the status that a finished audit ends with."""
    if not summary.complete:
        return Exit.INCOMPLETE
    if fail_on is not None and summary.at_or_above(fail_on):
        return Exit.FINDINGS
    return Exit.OK


async def _audit(
    client: HostwayEmail,
    targets: Sequence[tuple[str, str]],
    records: Path | None,
    options: AuditOptions,
) -> AuditRun:
    async with client, _prepared(client, targets, records, options) as run:
        with showing_progress(run, quiet=options.quiet):
            async for _ in run:
                pass
    return run


def _prepared(
    client: HostwayEmail,
    targets: Sequence[tuple[str, str]],
    records: Path | None,
    options: AuditOptions,
) -> AuditRun:
    domains: list[DomainScope] = [client.account(account).domain(name) for account, name in targets]
    return audit(
        domains,
        checks=options.checks,
        exclude=options.exclude,
        settings=read_settings(options.settings) if options.settings else AuditSettings(),
        concurrency=options.concurrency,
        records=records,
        resume=options.resume,
        since=options.since,
        suppress=options.suppress or (),
    )


def _plan(targets: Sequence[tuple[str, str]], records: Path | None, options: AuditOptions) -> Exit:
    """Print what the audit would ask; no credentials are needed, as nothing is sent."""
    # As nothing is sent, a proxy of the environment that cannot be used does not matter.
    plan = _prepared(HostwayEmail(proxy=DIRECT), targets, records, options).plan()
    known = plan.mailboxes if options.sandbox is None else options.sandbox.mailboxes
    print_plan(Console(highlight=False), plan, known)
    return Exit.OK


@contextlib.contextmanager
def _records(options: AuditOptions) -> Iterator[Path | None]:
    """Yield where the records go: reports are made from them, so without a file, to a passing one.

    Raises:
        InvalidRequestError: what was raised within. If the audit was made by then, and only its
            report could not be, the passing file is kept, and named.
    """
    if options.records is not None or options.resume or not options.reports.any:
        yield options.records
        return
    folder = Path(tempfile.mkdtemp(prefix="hostway-email-"))
    records = folder / "records.jsonl"
    kept = False
    try:
        yield records
    except InvalidRequestError as error:
        if not records.exists():
            raise
        kept = True
        raise InvalidRequestError(f"{error}; what was recorded is in {records}") from error
    finally:
        if not kept:
            shutil.rmtree(folder)


def _kept(records: Path | None, options: AuditOptions) -> Iterator[str]:
    """Write the reports of an audit that has ended early, and yield what is left of it."""
    if records is None or not records.exists():
        return
    if options.records is not None:
        yield f"{options.records} is complete up to here"
    try:
        if written := options.reports.write(records):
            yield f"so far reported in {' and '.join(map(str, written))}"
    except InvalidRequestError as error:
        # Why the audit has ended matters more, and has a status of its own.
        yield f"a report is missing: {error}"


def _listed(run: AuditRun) -> bool:
    """Whether any list of usernames could be read at all."""
    return bool(run.summary.mailboxes) or any("usernames" not in one.failed for one in run.domains)


def _targets(options: AuditOptions) -> list[tuple[str, str]]:
    named = [parse_target(text) for text in options.targets]
    if options.targets_file is not None:
        named += read_targets(options.targets_file)
    if (options.sandbox is None) == (not named):
        raise InvalidRequestError("name ACCOUNT/DOMAIN to audit, or use --sandbox")
    return named or [(ACCOUNT, DOMAIN)]
