"""One domain in an audit: what is known of it so far, and what it comes to in the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import anyio

from hostway_email.audit.checks.base import (
    INCOMPLETE,
    Aggregate,
    AggregateCheck,
    Baseline,
    Context,
    DomainCheck,
    MailboxCheck,
)
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts
from hostway_email.audit.collect.probes import DOMAIN_PROBES, explained
from hostway_email.audit.records.baseline import BaselineAudit, BaselineDomain, compared
from hostway_email.audit.records.models import (
    AuditRecord,
    DomainRecord,
    Finding,
)
from hostway_email.audit.records.suppressions import Suppressions
from hostway_email.audit.run.evaluation import Evaluation, own_failure
from hostway_email.audit.run.selection import Selection
from hostway_email.errors import AuthenticationError, HostwayEmailError
from hostway_email.handles import DomainHandle
from hostway_email.pagination import WalkSummary

__all__ = ["AuditConfig", "Target"]


@dataclass(frozen=True, slots=True)
class AuditConfig:
    """What all domains of a run are judged by.

    Attributes:
        selection: the checks.
        settings: thresholds and lists.
        suppressions: the risks that are accepted.
        baseline: the audit to compare with.
        today: the date that counts as today.
    """

    selection: Selection
    settings: AuditSettings
    suppressions: Suppressions
    baseline: BaselineAudit | None
    today: date


class Target:
    """The audit of one domain.

    Attributes:
        domain: the domain, reached by a session that belongs to the audit.
        patient: the same, for a second and more patient look.
        facts: what is known of the domain.
        failed: which of its probes failed, as `domain.NAME`, with the reason.
        ready: set once its probes are done; no mailbox is judged before.
        walk: what the walk over its usernames has seen.
    """

    def __init__(self, domain: DomainHandle, patient: DomainHandle, brief: AuditConfig) -> None:
        self.domain = domain
        self.patient = patient
        self.facts = DomainFacts(account=domain.account, domain=domain.name)
        self.failed: dict[str, str] = {}
        self.ready = anyio.Event()
        self.walk = WalkSummary()
        self._brief = brief
        self._context = Context(self.facts, brief.settings, brief.today)
        checks = brief.selection.checks
        self._asked = frozenset(check.id for check in checks)
        self._mailbox_checks = [check for check in checks if isinstance(check, MailboxCheck)]
        self._comparing = {
            one.id for one in self._mailbox_checks if one.min_baseline_age_days is not None
        }
        self._domain_checks = [check for check in checks if isinstance(check, DomainCheck)]
        self._aggregate_checks = [check for check in checks if isinstance(check, AggregateCheck)]
        self._aggregates: dict[str, Aggregate] = {}
        self._broken_aggregates: dict[str, str] = {}
        self._names: set[str] = set()
        self._held: set[str] = set()
        self._duplicates = 0
        self._listed = False
        self._unknown = 0

    @property
    def key(self) -> tuple[str, str]:
        """The account and the domain."""
        return self.domain.account, self.domain.name

    @property
    def total(self) -> int | None:
        """How many mailboxes it has, as far as its list has told; None before its first page."""
        return len(self._names) if self._listed else self.walk.first_total

    def listed(self) -> None:
        """Note that its list has come to its end, or has broken off."""
        self._listed = True

    async def learn(self, probes: Iterable[str]) -> None:
        """Ask the domain's own probes, all at once."""
        async with anyio.create_task_group() as tasks:
            for name in probes:
                tasks.start_soon(self._ask, name)
        for check in self._aggregate_checks:
            try:
                self._aggregates[check.id] = check.start(self._context)
            except Exception as error:
                self._broken_aggregates[check.id] = own_failure(error)
        self.ready.set()

    async def _ask(self, name: str) -> None:
        try:
            setattr(self.facts, name, await DOMAIN_PROBES[name](self.domain))
        except AuthenticationError:
            raise
        except HostwayEmailError as error:
            self.failed[f"domain.{name}"] = explained(error)

    def is_new(self, username: str) -> bool:
        """Note a name of the list; False if it was listed before, or its record is held."""
        name = username.casefold()
        if name in self._names:
            self._duplicates += 1
            return False
        self._names.add(name)
        return name not in self._held

    def hold(self, record: AuditRecord) -> None:
        """Take over a record of a run that was stopped: its mailbox is not asked again."""
        self._held.add(record.username.casefold())
        self._unknown += bool(record.unknown)
        self._before(record.username)
        for finding in record.findings:
            if finding.accepted:
                self._brief.suppressions.accepted(finding.check, record.username, record.domain)

    def aggregate_resumed(self, record: AuditRecord) -> None:
        """Let the joins see a mailbox whose record is held."""
        self._join(record.facts, record.failed)

    def judge(self, facts: MailboxFacts, failed: dict[str, str]) -> AuditRecord:
        """Ask the checks about a mailbox, and return its record."""
        missing = failed | self.failed if self.failed else failed
        before = self._before(facts.username)
        context, lacking = self._context, dict[str, str]()
        if before is not None and self._brief.baseline is not None:
            baseline = Baseline(before.facts, self._brief.baseline.days)
            context = replace(context, baseline=baseline)
            lacking = {name: f"in the earlier audit: {why}" for name, why in before.failed.items()}
        verdicts = Evaluation()
        for check in self._mailbox_checks:
            if check.min_baseline_age_days is None:
                verdicts.ask(check, partial(check.find, facts, context), missing)
            elif before is not None:
                verdicts.ask(check, partial(check.find, facts, context), lacking | missing)
        self._unknown += bool(verdicts.unknown)
        self._join(facts, failed)
        findings, resolved = self._marked(verdicts, before, facts.username)
        return AuditRecord(
            account=self.domain.account,
            domain=self.domain.name,
            username=facts.username,
            kind=facts.kind,
            new=before is None and self._baseline is not None and self._baseline.knew_all,
            findings=findings,
            resolved=resolved,
            unknown=verdicts.unknown,
            failed=failed,
            facts=facts,
        )

    @property
    def _baseline(self) -> BaselineDomain | None:
        """What the earlier audit knew of this domain, once it is open."""
        baseline = self._brief.baseline
        return None if baseline is None else baseline.of(*self.key)

    def _before(self, username: str) -> AuditRecord | None:
        """Return the record of a mailbox in the earlier audit."""
        return None if self._baseline is None else self._baseline.take(username)

    def _marked(
        self, verdicts: Evaluation, before: AuditRecord | DomainRecord | None, username: str = ""
    ) -> tuple[list[Finding], list[Finding]]:
        """Return the findings, marked as new, changed and accepted, and those that are resolved."""
        found, resolved = verdicts.findings, list[Finding]()
        baseline = self._brief.baseline
        known = before is not None or (self._baseline is not None and self._baseline.knew_all)
        if baseline is not None and known:
            unknown = verdicts.unknown.keys() | (before.unknown.keys() if before else set())
            # What a check finds that compares has come about since, even if it was not asked then.
            comparable = (self._asked & (baseline.asked | self._comparing)) - unknown
            found, resolved = compared(before.findings if before else (), found, comparable)
        for finding in found:
            whose = finding.username or username
            finding.accepted = self._brief.suppressions.accepted(
                finding.check, whose, self.domain.name
            )
        return found, resolved

    def _join(self, facts: MailboxFacts, failed: dict[str, str]) -> None:
        for check in self._aggregate_checks:
            missing = sorted(check.probes & failed.keys())
            if missing:
                self._broken_aggregates.setdefault(
                    check.id, f"{facts.username}: {failed[missing[0]]}"
                )
                if not check.allow_partial:
                    continue
            if (join := self._aggregates.get(check.id)) is not None:
                try:
                    join.add(facts)
                except Exception as error:
                    self._broken_aggregates[check.id] = own_failure(error)

    def conclude(self) -> DomainRecord:
        """Ask the checks over the whole domain, and return its record."""
        record = DomainRecord(
            account=self.domain.account,
            domain=self.domain.name,
            mailboxes=len(self._names),
            first_total=self.walk.first_total,
            last_total=self.walk.last_total,
            duplicates=self._duplicates,
            failed=self.failed,
            facts=self.facts,
        )
        verdicts = self._verdicts(record.list_gap)
        baseline = self._baseline
        record.findings, record.resolved = self._marked(
            verdicts, baseline.record if baseline else None
        )
        record.unknown = verdicts.unknown
        if baseline is not None and record.list_gap is None:
            record.removed_mailboxes = sorted(baseline.left())
        if gaps := self._gaps(record):
            incomplete = Finding(
                check=INCOMPLETE.id,
                severity=INCOMPLETE.severity,
                title=INCOMPLETE.title,
                text="; ".join(gaps),
            )
            record.findings.append(incomplete)
        return record

    def _verdicts(self, list_gap: str | None) -> Evaluation:
        """Ask the checks over the whole domain; joins need the whole list."""
        verdicts = Evaluation()
        for check in self._domain_checks:
            verdicts.ask(check, partial(check.find, self._context), self.failed)
        for aggregate_check in self._aggregate_checks:
            join = self._aggregates.get(aggregate_check.id)
            broken = self._broken_aggregates.get(aggregate_check.id) or list_gap
            if join is not None and (not broken or aggregate_check.allow_partial):
                verdicts.ask(aggregate_check, partial(join.find, self._names), self.failed)
            if broken:
                verdicts.unknown[aggregate_check.id] = broken
        return verdicts

    def _gaps(self, record: DomainRecord) -> list[str]:
        """Return what is missing of the domain and of its mailboxes."""
        gaps = [record.list_gap] if record.list_gap else []
        if self._unknown:
            mailboxes = "mailbox has" if self._unknown == 1 else "mailboxes have"
            gaps.append(f"{self._unknown} {mailboxes} checks without an answer")
        gaps += [f"{check} has no answer: {why}" for check, why in record.unknown.items()]
        return gaps
