"""Records: what an audit found, one for each mailbox and each domain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from hostway_email.audit.checks.base import INCOMPLETE_ID, Check, Severity
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts
from hostway_email.audit.records.suppressions import Acceptance, Suppression, SuppressionUse
from hostway_email.models import MailboxKind
from hostway_email.models.building import WHEN_USED

__all__ = [
    "FORMAT",
    "INCOMPLETE_ID",
    "USERNAMES",
    "AuditRecord",
    "CheckRecord",
    "DomainRecord",
    "EndRecord",
    "Finding",
    "HeaderRecord",
    "Record",
]

USERNAMES: Final = "usernames"
"""The name under which a list of usernames that broke off is among what failed of a domain."""

FORMAT: Final = 2


# A plan calculates with these; what no run can have reached is from no run.
_HIGHEST: Final = 10**12
Figure = Annotated[int, Field(ge=0, le=_HIGHEST)]


class _Line(BaseModel):
    model_config = ConfigDict(defer_build=WHEN_USED)


class Finding(_Line):
    """Something a check found.

    Attributes:
        check: the id of the check.
        severity: how much it matters.
        title: what the check looks for, in a few words.
        text: what it found, in a line.
        username: whose it is, where a check over the whole domain found it.
        change: `new` or `changed`, as compared with an earlier audit; None where it was there in
            the same words, where there is nothing to compare with, and where the check had no
            answer then.
        accepted: by whom and why it is accepted; such a finding does not count.
    """

    check: str
    severity: Severity
    title: str
    text: str
    username: str | None = None
    change: Literal["new", "changed"] | None = None
    accepted: Acceptance | None = None


class CheckRecord(_Line):
    """A check that was asked, in words.

    Attributes:
        id: its id.
        title: what a finding of it says, in a few words.
        severity: how much that matters.
        group: the group it belongs to.
        rationale: why it matters.
        remediation: what to do about it.
        probes: what it needs to know.
    """

    id: str
    title: str
    severity: Severity
    group: str
    rationale: str
    remediation: str
    probes: list[str]

    @classmethod
    def of(cls, checks: Sequence[Check]) -> list[Self]:
        """Return checks in words, by id; those of a mailbox and of its domain are one."""
        known: dict[str, Self] = {}
        for check in checks:
            twin = known.get(check.id)
            probes = {*check.probes, *(twin.probes if twin else ())}
            known[check.id] = cls(
                id=check.id,
                title=check.title,
                severity=check.severity,
                group=check.group,
                rationale=check.rationale,
                remediation=check.remediation,
                probes=sorted(probes),
            )
        return [known[check] for check in sorted(known)]


class HeaderRecord(_Line):
    """What was asked: the first line of a file.

    Attributes:
        record: `header`, by which a reader of the file knows the line.
        format: the version of the format.
        targets: the accounts and domains.
        checks: the checks, in words.
        skipped: chosen checks that could not be asked at all, by id, with the reason.
        probes: what was asked of mailboxes and domains, by the names of the probes.
        settings: thresholds and lists.
        suppressions: which risks were accepted.
        baseline: when the audit was made that this one is compared with.
        baseline_damage: what is wrong with the records of that audit, which were not believed.
        changed_settings: the names of the settings that are other than in that audit: findings may
            be new, or resolved, because of them alone.
        today: what counted as today.
        started: when the audit was made, in UTC.
        pseudonym_key: what pseudonyms are made from in a report without names; it is the same in
            audits that are compared with each other, so that their reports can be compared too.
    """

    record: Literal["header"] = "header"
    format: int = FORMAT
    targets: list[tuple[str, str]]
    checks: list[CheckRecord]
    skipped: dict[str, str] = {}
    probes: list[str]
    settings: AuditSettings
    suppressions: list[Suppression] = []
    baseline: str | None = None
    baseline_damage: list[str] = []
    changed_settings: list[str] = []
    today: date
    started: str
    pseudonym_key: str


class AuditRecord(_Line):
    """What is known of one mailbox, and what was found.

    Attributes:
        record: `mailbox`, by which a reader of the file knows the line.
        account: the account.
        domain: the domain.
        username: the mailbox.
        kind: whether it is a regular mailbox or Exchange; None where the API did not tell.
        new: whether the earlier audit, if there is one, knew its domain, but not this mailbox.
        findings: what the checks found.
        resolved: findings of the baseline that are no longer found.
        unknown: the checks that could not be answered, each with the reason.
        failed: the probes that failed, each with the reason.
        facts: what was read.
    """

    record: Literal["mailbox"] = "mailbox"
    account: str
    domain: str
    username: str
    kind: MailboxKind | None = None
    new: bool = False
    findings: list[Finding] = []
    resolved: list[Finding] = []
    unknown: dict[str, str] = {}
    failed: dict[str, str] = {}
    facts: MailboxFacts


class DomainRecord(_Line):
    """What is known of one domain as a whole, and what was found.

    Attributes:
        record: `domain`, by which a reader of the file knows the line.
        account: the account.
        domain: the domain.
        mailboxes: how many distinct mailboxes were listed.
        first_total: how many the first page of the list said there are.
        last_total: how many its last page said.
        duplicates: how many entries of the list came twice.
        removed_mailboxes: those that the earlier audit knew, and that are not listed any more.
        findings: what the checks over the domain found.
        resolved: findings of the baseline about the domain that are no longer found.
        unknown: the checks over the domain that could not be answered, with the reason.
        failed: the domain's probes that failed, with the reason.
        facts: what was read.
    """

    record: Literal["domain"] = "domain"
    account: str
    domain: str
    mailboxes: int = 0
    first_total: int | None = None
    last_total: int | None = None
    duplicates: int = 0
    removed_mailboxes: list[str] = []
    findings: list[Finding] = []
    resolved: list[Finding] = []
    unknown: dict[str, str] = {}
    failed: dict[str, str] = {}
    facts: DomainFacts

    @property
    def list_gap(self) -> str | None:
        """Why not all mailboxes are known; None if they are, as far as the list tells."""
        if USERNAMES in self.failed:
            return f"the list of usernames broke off: {self.failed[USERNAMES]}"
        totals = (self.first_total, self.last_total)
        # Fewer than one of the two only says that the list has moved while it was read.
        if all(total is not None and self.mailboxes < total for total in totals):
            return f"{self.mailboxes} distinct usernames were listed, {self.last_total} announced"
        return None


class EndRecord(_Line):
    """The figures of the run: the last line of a file whose run came to its end.

    In the file, its number and digest, like those of each line, vouch for all lines before it.

    Attributes:
        record: `end`, by which a reader of the file knows the line.
        requests: how many requests were sent.
        retries: how many of them were repetitions.
        seconds: how long the run took.
        concurrency: how many mailboxes were read at once, as it was asked for.
        slowed_down: how often that was halved because the API said 429.
        suppressions: what became of each suppression.
    """

    record: Literal["end"] = "end"
    requests: Figure
    retries: Figure
    seconds: Annotated[float, Field(ge=0, le=_HIGHEST)]
    concurrency: Figure
    slowed_down: Figure
    suppressions: list[SuppressionUse] = []


Record = HeaderRecord | AuditRecord | DomainRecord | EndRecord
