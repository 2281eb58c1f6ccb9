"""Records: the results of an audit, one for each mailbox and each domain."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from hostway_email.audit.checks.base import CheckInfo, Severity
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts
from hostway_email.audit.records.suppressions import Acceptance, Suppression, SuppressionUse
from hostway_email.models import MailboxKind
from hostway_email.models.building import WHEN_USED

__all__ = [
    "FORMAT",
    "USERNAMES",
    "AuditRecord",
    "DomainRecord",
    "EndRecord",
    "Finding",
    "HeaderRecord",
    "Record",
]

USERNAMES: Final = "usernames"
"""The key of the list of usernames among the failed probes of a domain."""

FORMAT: Final = 3

# A plan calculates with these figures, so impossible values are refused.
_HIGHEST: Final = 10**12
Figure = Annotated[int, Field(ge=0, le=_HIGHEST)]


class _Line(BaseModel):
    model_config = ConfigDict(defer_build=WHEN_USED)


class Finding(_Line):
    """A finding of a check.

    Attributes:
        check: the id of the check.
        severity: its severity.
        title: the title of the check.
        text: the evidence, in one line.
        username: the mailbox concerned, where a check of a whole domain found it.
        change: `new` or `changed` compared with the baseline; None for an unchanged finding,
            without a baseline, and if the check was unknown in the baseline.
        accepted: why and by whom it is accepted; an accepted finding is not counted.
    """

    check: str
    severity: Severity
    title: str
    text: str
    username: str | None = None
    change: Literal["new", "changed"] | None = None
    accepted: Acceptance | None = None


class HeaderRecord(_Line):
    """The header of a records file: its first line.

    Attributes:
        record: the kind of line: `header`.
        format: the version of the format.
        targets: the accounts and domains.
        checks: the checks that were run.
        skipped: the selected checks that could not run, by id, with the reason.
        probes: the names of the probes that were run.
        settings: thresholds and domain lists.
        suppressions: the accepted risks.
        baseline: when the baseline audit was started, in UTC; None without one.
        baseline_damage: the damage in the baseline, whose damaged lines were not used.
        changed_settings: the names of the settings that differ from the baseline: findings may be
            new or resolved only because of them.
        today: the date used as today.
        started: when the audit was started, in UTC.
        pseudonym_key: the key of the pseudonyms in redacted reports; an audit takes it from its
            baseline, so that their reports can be compared.
    """

    record: Literal["header"] = "header"
    format: int = FORMAT
    targets: list[tuple[str, str]]
    checks: list[CheckInfo]
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
    """The facts and findings of one mailbox.

    Attributes:
        record: the kind of line: `mailbox`.
        account: the account.
        domain: the domain.
        username: the mailbox.
        kind: a regular mailbox or Exchange; None if unknown.
        new: whether the baseline has its domain, but not this mailbox.
        findings: the findings of the checks.
        resolved: findings of the baseline that are no longer found.
        unknown: the unknown checks, by id, with the reason.
        failed: the failed probes, by name, with the reason.
        facts: the facts that were read.
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
    """The facts and findings of one domain as a whole.

    Attributes:
        record: the kind of line: `domain`.
        account: the account.
        domain: the domain.
        mailboxes: the number of distinct mailboxes in the list.
        first_total: the total according to the first page of the list.
        last_total: the total according to its last page.
        duplicates: the number of duplicate entries in the list.
        removed_mailboxes: the mailboxes of the baseline that are no longer listed.
        findings: the findings of the checks of the domain.
        resolved: findings of the baseline about the domain that are no longer found.
        unknown: the unknown checks of the domain, by id, with the reason.
        failed: the failed probes of the domain, by name, with the reason.
        facts: the facts that were read.
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
        """The reason why the list of usernames is incomplete; None if it is complete."""
        if USERNAMES in self.failed:
            return f"the list of usernames is incomplete: {self.failed[USERNAMES]}"
        totals = (self.first_total, self.last_total)
        # Fewer than only one of the totals: the list has changed while it was read.
        if all(total is not None and self.mailboxes < total for total in totals):
            listed = f"{self.mailboxes} of {self.last_total} usernames"
            return f"the list of usernames is incomplete: {listed}"
        return None


class EndRecord(_Line):
    """The figures of a completed run: the last line of its file.

    In the file, its number and digest confirm all lines before it.

    Attributes:
        record: the kind of line: `end`.
        requests: how many requests were sent.
        retries: how many of them were retries.
        seconds: the duration of the run.
        concurrency: how many mailboxes were read at once, as configured.
        slowed_down: how often the concurrency was halved because of HTTP 429.
        suppressions: the state of each suppression.
    """

    record: Literal["end"] = "end"
    requests: Figure
    retries: Figure
    seconds: Annotated[float, Field(ge=0, le=_HIGHEST)]
    concurrency: Figure
    slowed_down: Figure
    suppressions: list[SuppressionUse] = []


Record = HeaderRecord | AuditRecord | DomainRecord | EndRecord
