"""The entry point of the audit: checks its arguments, and creates the run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date

from hostway_email.audit.checks.base import Check
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.records.baseline import BaselineAudit
from hostway_email.audit.records.suppressions import Suppression
from hostway_email.audit.run.auditor import AuditRun
from hostway_email.audit.run.config import AuditConfig
from hostway_email.audit.run.selection import select
from hostway_email.audit.run.suppressions import Suppressions
from hostway_email.errors import InvalidRequestError
from hostway_email.handles import DomainHandle

__all__ = ["audit"]


def audit(
    domains: DomainHandle | Iterable[DomainHandle],
    *,
    checks: Iterable[Check | str] | None = None,
    exclude: Iterable[str] = (),
    settings: AuditSettings | None = None,
    concurrency: int = 32,
    statistics_concurrency: int = 12,
    records: str | os.PathLike[str] | None = None,
    resume: bool = False,
    baseline: str | os.PathLike[str] | None = None,
    suppress: str | os.PathLike[str] | Iterable[Suppression] = (),
    today: date | None = None,
) -> AuditRun:
    """Create an audit of one or more domains, of any accounts; nothing is sent yet.

    ```python
    async with audit(domain) as run:
        async for record in run:
            for finding in record.findings:
                print(record.username, finding.check, finding.text)
    print(run.summary.complete)
    ```

    Every listed mailbox gets exactly one record; a mailbox that cannot be read gets one with the
    reason. Only rejected credentials end the audit.

    Parameters:
        domains: the domains to audit.
        checks: the checks to run: `Check` objects, or ids, groups and severities of available
            checks; by default all. Only the requests they need are sent.
        exclude: ids, groups and severities of checks not to run.
        settings: thresholds and domain lists.
        concurrency: how many mailboxes are read at once; the client's `max_concurrency` limits
            the requests.
        statistics_concurrency: how many message statistics are requested at once, at most
            `concurrency`: the audit reads no more mailboxes a second than this number divided by
            the seconds that a request for statistics takes.
        records: a new file for the records, as JSON lines, readable by its owner only.
        resume: whether to resume the run recorded in `records`: the usernames are listed again,
            but mailboxes with a record are not read again.
        baseline: the records file of an earlier audit to compare with.
        suppress: the accepted risks, or a TOML file of them; see `read_suppressions`.
        today: the date used as today.

    Raises:
        InvalidRequestError: an argument, or a file it names, is invalid. Entering the audit raises
            it for a records file that already exists or was made with different checks or settings,
            and for a baseline of other domains.
        AuthenticationError: the credentials were rejected; raised by the iteration.
        OSError: the disk of the records or of the temporary folder is full; raised by the
            iteration. `filename` names the file; it has complete lines only, and the run can be
            resumed.
    """
    targets = [domains] if isinstance(domains, DomainHandle) else list(domains)
    keys = {(target.account, target.name.casefold()) for target in targets}
    InvalidRequestError.require(bool(targets), "domains", "must name at least one domain")
    InvalidRequestError.require(
        len(keys) == len(targets), "domains", "must not contain a domain twice"
    )
    InvalidRequestError.require(concurrency >= 1, "concurrency", "must be 1 or more")
    InvalidRequestError.require(
        statistics_concurrency >= 1, "statistics_concurrency", "must be 1 or more"
    )
    InvalidRequestError.require(
        not (resume and records is None), "resume", "requires records, the file to resume"
    )
    same = baseline is not None and records is not None and _same_file(baseline, records)
    InvalidRequestError.require(not same, "baseline", "must not be the same file as records")
    today = today or date.today()
    settings = settings or AuditSettings()
    baseline_audit = None if baseline is None else BaselineAudit(baseline, today)
    selection = select(checks, exclude, baseline_audit, settings, keep_records=records is not None)
    config = AuditConfig(
        selection=selection,
        settings=settings,
        suppressions=(
            None if suppress == () else Suppressions.of(suppress, selection.known, today)
        ),
        baseline=baseline_audit,
        today=today,
        concurrency=concurrency,
        statistics_concurrency=min(statistics_concurrency, concurrency),
    )
    return AuditRun(targets, config, records=records, resume=resume)


def _same_file(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False  # One of them does not exist.
