"""Selection of checks, from the catalogue and from other packages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from hostway_email._core.suggest import nearest
from hostway_email.audit.checks import CATALOGUE
from hostway_email.audit.checks.base import AggregateCheck, Check, DomainCheck, MailboxCheck
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.probes import DETAILS, DOMAIN_PROBES, MAILBOX_PROBES, STATISTICS
from hostway_email.audit.records.baseline import BaselineAudit
from hostway_email.errors import InvalidRequestError

__all__ = ["ENTRY_POINTS", "Selection", "available_checks", "select", "select_checks"]

ENTRY_POINTS: Final = "hostway_email.checks"
"""The group of entry points for checks of other packages."""

_KNOWN_PROBES: Final = (
    frozenset(MAILBOX_PROBES) | {DETAILS, STATISTICS} | {f"domain.{name}" for name in DOMAIN_PROBES}
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The checks of a run.

    Attributes:
        checks: the checks to run.
        mailbox_checks: those of each mailbox.
        domain_checks: those of each domain.
        aggregate_checks: those over all mailboxes of each domain.
        skipped: the selected checks that cannot run, by id, with the reason.
        probes: the names of the probes to run.
        known: the ids of the available checks and of the selected ones.
    """

    checks: Sequence[Check]
    mailbox_checks: Sequence[MailboxCheck]
    domain_checks: Sequence[DomainCheck]
    aggregate_checks: Sequence[AggregateCheck]
    skipped: dict[str, str]
    probes: frozenset[str]
    known: frozenset[str]


def available_checks() -> Sequence[Check]:
    """Return the checks of the catalogue and of installed packages.

    A package provides checks by an entry point of the group `hostway_email.checks` that names a
    check, or a list or tuple of checks.

    Raises:
        InvalidRequestError: an entry point cannot be loaded, is not a check, or has a check whose
            id is already used.
    """
    known = list(CATALOGUE)
    for entry_point in entry_points(group=ENTRY_POINTS):
        taken = {check.id.casefold() for check in known}
        for check in _loaded(entry_point):
            if check.id.casefold() in taken:
                rule = f"the id {check.id} is already used"
                raise _refused(f"the entry point {entry_point.name}: {rule}")
            known.append(check)
    return known


def select_checks(
    wanted: Iterable[Check | str] | None = None, exclude: Iterable[str] = ()
) -> Sequence[Check]:
    """Return checks by id, group or severity; all available checks for None.

    Parameters:
        wanted: `Check` objects, and names of available checks: an id such as `FWD-01`, a group
            such as `forwards`, or a severity such as `high`.
        exclude: the ids, groups and severities of checks to exclude.

    Raises:
        InvalidRequestError: a name is unknown, a check needs an unknown probe, or two checks have
            the same id.
    """
    return _chosen(available_checks(), wanted, exclude)


def _chosen(
    known: Sequence[Check], wanted: Iterable[Check | str] | None, exclude: Iterable[str]
) -> Sequence[Check]:
    unwanted = [check for name in exclude for check in _named(name, known)]
    chosen: list[Check] = []
    for one in known if wanted is None else wanted:
        found = [one] if isinstance(one, Check) else _named(one, known)
        chosen.extend(check for check in found if check not in (*chosen, *unwanted))
    if not chosen:
        raise _refused("must name at least one check")
    for check in chosen:
        if unknown := sorted(check.probes - _KNOWN_PROBES):
            raise _refused(f"{check.id} needs an unknown probe: {', '.join(unknown)}")
    # A mailbox check and a domain check may share an id, but not two of the same type.
    ids = Counter((check.id.casefold(), type(check)) for check in chosen)
    if duplicates := {check.id for check in chosen if ids[check.id.casefold(), type(check)] > 1}:
        raise _refused(f"{', '.join(sorted(duplicates))} is the id of more than one check")
    return chosen


def select(
    wanted: Iterable[Check | str] | None,
    exclude: Iterable[str],
    baseline: BaselineAudit | None,
    settings: AuditSettings,
    *,
    keep_records: bool,
) -> Selection:
    """Return the checks of a run as `select_checks` does, without those that cannot run.

    Parameters:
        wanted: as in `select_checks`.
        exclude: as in `select_checks`.
        baseline: the audit to compare with.
        settings: thresholds and domain lists.
        keep_records: whether the records are kept. This audit may then be a later baseline, so the
            probes of skipped comparing checks run as well.

    Raises:
        InvalidRequestError: as `select_checks`; or a comparing check was selected by its id without
            a baseline; or no check can run.
    """
    wanted = None if wanted is None else list(wanted)
    available = available_checks()
    chosen = _chosen(available, wanted, exclude)
    skipped = {
        check.id: reason for check in chosen if (reason := _skip_reason(check, baseline, settings))
    }
    by_id = {(one.id if isinstance(one, Check) else one).casefold() for one in wanted or ()}
    required = sorted(check for check in skipped if check.casefold() in by_id)
    if baseline is None and required:
        raise _refused(f"{', '.join(required)} requires a baseline; give baseline")
    checks = [check for check in chosen if check.id not in skipped]
    if not checks:
        reasons = "; ".join(f"{check}: {reason}" for check, reason in skipped.items())
        raise _refused(f"leave no check that can run: {reasons}")
    probing = chosen if keep_records else checks
    return Selection(
        checks=checks,
        mailbox_checks=[check for check in checks if isinstance(check, MailboxCheck)],
        domain_checks=[check for check in checks if isinstance(check, DomainCheck)],
        aggregate_checks=[check for check in checks if isinstance(check, AggregateCheck)],
        skipped=skipped,
        probes=frozenset[str]().union(*(check.probes for check in probing)),
        known=frozenset(check.id for check in (*available, *checks)),
    )


def _skip_reason(
    check: Check, baseline: BaselineAudit | None, settings: AuditSettings
) -> str | None:
    if not isinstance(check, MailboxCheck) or check.min_baseline_age_days is None:
        return None
    if baseline is None:
        return "there is no baseline"
    return baseline.skip_reason(check, check.min_baseline_age_days(settings))


def _loaded(entry_point: EntryPoint) -> Iterable[Check]:
    try:
        found: object = entry_point.load()
    except Exception as error:
        # Importing a module of another package may raise anything.
        raise _refused(
            f"the entry point {entry_point.name} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    checks = [found] if isinstance(found, Check) else found
    if not isinstance(checks, list | tuple) or not all(isinstance(one, Check) for one in checks):
        raise _refused(
            f"the entry point {entry_point.name} must name a check, or a list or tuple of checks"
        )
    return checks


def _named(name: str, known: Sequence[Check]) -> list[Check]:
    found = [
        check
        for check in known
        if name.casefold() in (check.id.casefold(), check.group, check.severity)
    ]
    if not found:
        names = {str(word) for one in known for word in (one.id, one.group, one.severity)}
        near = nearest(name, names)
        meant = f"; did you mean {near!r}?" if near else ""
        raise _refused(f"must be ids, groups or severities, not {name!r}{meant}")
    return found


def _refused(rule: str) -> InvalidRequestError:
    return InvalidRequestError.for_argument("checks", rule)
