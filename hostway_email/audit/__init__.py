"""The bulk audit: reads every mailbox of a domain, or of many, and tells what is amiss."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date

from hostway_email.audit.check import (
    Check,
    Context,
    DomainCheck,
    Evidence,
    Join,
    JoinCheck,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.checks import CATALOGUE
from hostway_email.audit.facts import DomainFacts, MailboxFacts
from hostway_email.audit.probes import DETAILS, DOMAIN_PROBES, MAILBOX_PROBES, STATISTICS
from hostway_email.audit.records import (
    AuditRecord,
    DomainRecord,
    EndRecord,
    Finding,
    HeaderRecord,
    read_records,
)
from hostway_email.audit.run import AuditProgress, AuditRun
from hostway_email.audit.settings import AuditSettings
from hostway_email.audit.summary import AuditSummary, WorstMailbox
from hostway_email.errors import InvalidRequestError
from hostway_email.hints import nearest
from hostway_email.scopes import DomainScope

__all__ = [
    "CATALOGUE",
    "AuditProgress",
    "AuditRecord",
    "AuditRun",
    "AuditSettings",
    "AuditSummary",
    "Check",
    "Context",
    "DomainCheck",
    "DomainFacts",
    "DomainRecord",
    "EndRecord",
    "Evidence",
    "Finding",
    "HeaderRecord",
    "Join",
    "JoinCheck",
    "MailboxCheck",
    "MailboxFacts",
    "Severity",
    "WorstMailbox",
    "audit",
    "read_records",
    "select_checks",
]


def audit(
    domains: DomainScope | Iterable[DomainScope],
    *,
    checks: Iterable[Check | str] | None = None,
    exclude: Iterable[str] = (),
    settings: AuditSettings | None = None,
    concurrency: int = 32,
    records: str | os.PathLike[str] | None = None,
    resume: bool = False,
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
        checks: what to look for: checks, or ids, groups and severities of the catalogue; by
            default the whole catalogue. Only what they need is asked.
        exclude: ids, groups and severities of checks to leave out.
        settings: thresholds and lists.
        concurrency: how many mailboxes are read at once; the client's `max_concurrency` bounds
            the requests.
        records: a file for the records, as JSON lines, readable by its owner alone.
        resume: go on with such a file: the lists are walked again, but no mailbox is asked again
            whose record the file holds.
        today: the date that counts as today.

    Raises:
        InvalidRequestError: an argument cannot be used; entering the audit raises it for a file
            of records that exists already, or was made with other checks or settings.
        AuthenticationError: the credentials were refused; raised by the iteration.
    """
    targets = [domains] if isinstance(domains, DomainScope) else list(domains)
    keys = {(target.account, target.name.casefold()) for target in targets}
    _require(bool(targets), "domains", "must name at least one domain")
    _require(len(keys) == len(targets), "domains", "must not name a domain twice")
    _require(concurrency >= 1, "concurrency", "must be 1 or more")
    _require(not (resume and records is None), "resume", "needs records, the file to go on with")
    return AuditRun(
        targets,
        select_checks(checks, exclude),
        settings=settings or AuditSettings(),
        concurrency=concurrency,
        records=records,
        resume=resume,
        today=today or date.today(),
    )


def select_checks(
    wanted: Iterable[Check | str] | None = None, exclude: Iterable[str] = ()
) -> Sequence[Check]:
    """Return checks by what names them; the whole catalogue for None.

    Parameters:
        wanted: checks, and names of catalogue checks: an id such as `FWD-01`, a group such as
            `forwards`, or a severity such as `high`.
        exclude: such names of checks to leave out.

    Raises:
        InvalidRequestError: a name is none of these, or a check needs an unknown probe.
    """
    unwanted = [check for name in exclude for check in _named(name)]
    chosen: list[Check] = []
    for one in CATALOGUE if wanted is None else wanted:
        found = [one] if isinstance(one, Check) else _named(one)
        chosen.extend(check for check in found if check not in (*chosen, *unwanted))
    _require(bool(chosen), "checks", "must name at least one check")
    for check in chosen:
        unknown = sorted(check.probes - _KNOWN_PROBES)
        _require(not unknown, "checks", f"{check.id} needs an unknown probe: {', '.join(unknown)}")
    return chosen


_KNOWN_PROBES = frozenset(MAILBOX_PROBES) | {DETAILS, STATISTICS}
_KNOWN_PROBES |= {f"domain.{name}" for name in DOMAIN_PROBES}


def _named(name: str) -> list[Check]:
    found = [
        check
        for check in CATALOGUE
        if name.casefold() in (check.id.casefold(), check.group, check.severity)
    ]
    if not found:
        names = {word for check in CATALOGUE for word in (check.id, check.group, check.severity)}
        near = nearest(name, names)
        meant = f"; did you mean {near!r}?" if near else ""
        _require(False, "checks", f"must be ids, groups or severities, not {name!r}{meant}")
    return found


def _require(holds: bool, name: str, rule: str) -> None:
    if not holds:
        raise InvalidRequestError(f"{name} {rule}", {name: rule})
