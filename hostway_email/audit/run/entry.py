"""How an audit is begun: its arguments, checked and put together."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date

from hostway_email.audit.checks.base import Check
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.records.baseline import BaselineAudit
from hostway_email.audit.records.suppressions import (
    Suppression,
    Suppressions,
    read_suppressions,
    why_not_accepted,
)
from hostway_email.audit.run.auditor import AuditRun
from hostway_email.audit.run.domain import AuditConfig
from hostway_email.audit.run.selection import Selection, available_checks, select
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
    records: str | os.PathLike[str] | None = None,
    resume: bool = False,
    baseline: str | os.PathLike[str] | None = None,
    suppress: str | os.PathLike[str] | Iterable[Suppression] = (),
    today: date | None = None,
) -> AuditRun:
    """Return an audit of a domain, or of several domains of any accounts; nothing is sent yet.

    ```python
    async with audit(domain) as run:
        async for record in run:
            for finding in record.findings:
                print(record.username, finding.check, finding.text)
    print(run.summary.complete)
    ```

    Every mailbox of the lists gets exactly one record. One that cannot be read gets a record that
    says why. Only credentials that are refused end the audit.

    Parameters:
        domains: what to audit.
        checks: what to look for: checks, or ids, groups and severities of available checks; by
            default all of them. Only what they need is asked.
        exclude: ids, groups and severities of checks to leave out.
        settings: thresholds and lists.
        concurrency: how many mailboxes are read at once; the client's `max_concurrency` bounds
            the requests.
        records: a file for the records, as JSON lines, readable by its owner alone.
        resume: go on with such a file: the lists are walked again, but no mailbox is asked again
            whose record the file holds.
        baseline: the file of records of an earlier audit to compare with.
        suppress: the risks that are accepted, or a TOML file of them; see `read_suppressions`.
        today: the date that counts as today.

    Raises:
        InvalidRequestError: an argument, or a file that it names, cannot be used; entering the
            audit raises it for a file of records that exists already, or was made with other
            checks or settings, and for an earlier audit of other domains.
        AuthenticationError: the credentials were refused; raised by the iteration.
        OSError: there is no room for the records, or for what waits in the temporary folder;
            raised by the iteration. `filename` names the file, which holds whole lines only, and
            the run can be resumed.
    """
    targets = [domains] if isinstance(domains, DomainHandle) else list(domains)
    keys = {(target.account, target.name.casefold()) for target in targets}
    _require(bool(targets), "domains", "must name at least one domain")
    _require(len(keys) == len(targets), "domains", "must not name a domain twice")
    _require(concurrency >= 1, "concurrency", "must be 1 or more")
    _require(not (resume and records is None), "resume", "needs records, the file to go on with")
    same = baseline is not None and records is not None and _same_file(baseline, records)
    _require(
        not same,
        "baseline",
        "must be another file than records, which would be compared with itself",
    )
    today = today or date.today()
    settings = settings or AuditSettings()
    compared = None if baseline is None else BaselineAudit(baseline, today)
    selection = select(checks, exclude, compared, settings, kept=records is not None)
    accepted = _suppressions(suppress, selection)
    return AuditRun(
        targets,
        AuditConfig(selection, settings, Suppressions(accepted, today), compared, today),
        concurrency=concurrency,
        records=records,
        resume=resume,
    )


def _suppressions(
    suppress: str | os.PathLike[str] | Iterable[Suppression], selection: Selection
) -> list[Suppression]:
    known = {check.id for check in (*available_checks(), *selection.checks)}
    if isinstance(suppress, str | os.PathLike):
        return read_suppressions(suppress, known)
    accepted = list(suppress)
    for number, one in enumerate(accepted, start=1):
        reason = why_not_accepted(one.id, known)
        _require(reason is None, "suppress", f"entry {number}: id: {reason}")
    return accepted


def _same_file(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False  # One of them is not there.


def _require(holds: bool, name: str, rule: str) -> None:
    if not holds:
        raise InvalidRequestError(f"{name} {rule}", {name: rule})
