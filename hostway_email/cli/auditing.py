"""The `audit` command: credentials, the run with its progress, the summary, the status."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
from rich.console import Console

from hostway_email.audit import AuditRun, AuditSummary, Severity, audit
from hostway_email.cli.credentials import Access, parse_target, read_targets
from hostway_email.cli.exits import Exit, leave
from hostway_email.cli.progress import showing_progress
from hostway_email.cli.sandboxes import (
    ACCOUNT,
    DOMAIN,
    PASSWORD,
    USERNAME,
    Beside,
    SandboxOptions,
    beside,
)
from hostway_email.cli.summary import print_summary
from hostway_email.client import HostwayEmail
from hostway_email.errors import InvalidRequestError
from hostway_email.scopes import DomainScope

__all__ = ["AuditOptions", "exit_status", "run_audit"]


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """The options of the command, as they were given."""

    targets: Sequence[str]
    targets_file: Path | None
    sandbox: SandboxOptions | None
    checks: Sequence[str] | None
    exclude: Sequence[str]
    concurrency: int
    records: Path | None
    resume: bool
    fail_on: Severity | None
    access: Access
    quiet: bool


def run_audit(options: AuditOptions) -> Exit:
    """Audit as the options say, print the summary, and return the exit status.

    Raises:
        InvalidRequestError: the options cannot be used.
        HostwayEmailError: the audit could not start, or not go on.
    """
    targets = _targets(options)
    with contextlib.ExitStack() as stack:
        server = None if options.sandbox is None else stack.enter_context(beside(options.sandbox))
        client = (
            _sandbox_client(server, options)
            if server
            else options.access.client(max_concurrency=options.concurrency)
        )
        try:
            run = anyio.run(_audit, client, targets, options)
        except KeyboardInterrupt:
            kept = f"; {options.records} is complete up to here" if options.records else ""
            leave(Exit.INTERRUPTED, f"interrupted{kept}")
        counted = None if server is None else server.requests()
    print_summary(Console(highlight=False), run, counted)
    return exit_status(run, options.fail_on)


async def _audit(
    client: HostwayEmail, targets: Sequence[tuple[str, str]], options: AuditOptions
) -> AuditRun:
    domains = [client.account(account).domain(domain) for account, domain in targets]
    async with client, _started(domains, options) as run:
        with showing_progress(run, quiet=options.quiet):
            async for _ in run:
                pass
    return run


def _started(domains: Sequence[DomainScope], options: AuditOptions) -> AuditRun:
    return audit(
        domains,
        checks=options.checks,
        exclude=options.exclude,
        concurrency=options.concurrency,
        records=options.records,
        resume=options.resume,
    )


def exit_status(run: AuditRun, fail_on: Severity | None) -> Exit:
    """Return the status that a finished audit ends with."""
    summary: AuditSummary = run.summary
    if not summary.mailboxes and any("usernames" in domain.failed for domain in run.domains):
        reasons = "; ".join(domain.failed["usernames"] for domain in run.domains)
        leave(Exit.FAILED, f"no mailbox could be listed: {reasons}")
    if not summary.complete:
        return Exit.INCOMPLETE
    if fail_on is not None and summary.at_or_above(fail_on):
        return Exit.FINDINGS
    return Exit.OK


def _targets(options: AuditOptions) -> list[tuple[str, str]]:
    named = [parse_target(text) for text in options.targets]
    if options.targets_file is not None:
        named += read_targets(options.targets_file)
    if (options.sandbox is None) == (not named):
        raise InvalidRequestError("name ACCOUNT/DOMAIN to audit, or use --sandbox")
    return named or [(ACCOUNT, DOMAIN)]


def _sandbox_client(server: Beside, options: AuditOptions) -> HostwayEmail:
    return HostwayEmail(
        USERNAME, PASSWORD, base_url=server.base_url, max_concurrency=options.concurrency
    )
