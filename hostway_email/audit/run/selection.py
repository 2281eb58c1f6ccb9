"""Which checks a run asks: those of the catalogue, and those that other packages bring along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from hostway_email._core.suggest import nearest
from hostway_email.audit.checks import CATALOGUE
from hostway_email.audit.checks.base import Check, MailboxCheck
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.probes import DETAILS, DOMAIN_PROBES, MAILBOX_PROBES, STATISTICS
from hostway_email.audit.records.baseline import BaselineAudit
from hostway_email.errors import InvalidRequestError

__all__ = ["ENTRY_POINTS", "Selection", "available_checks", "select", "select_checks"]

ENTRY_POINTS: Final = "hostway_email.checks"
"""The group of entry points under which a package brings checks along."""

_KNOWN_PROBES: Final = (
    frozenset(MAILBOX_PROBES) | {DETAILS, STATISTICS} | {f"domain.{name}" for name in DOMAIN_PROBES}
)


@dataclass(frozen=True, slots=True)
class Selection:
    """The checks of a run.

    Attributes:
        checks: those that are asked.
        skipped: those that were chosen, but cannot be asked, by id, with the reason.
        probes: the names of the probes that are asked.
    """

    checks: Sequence[Check]
    skipped: dict[str, str]
    probes: frozenset[str]


def available_checks() -> Sequence[Check]:
    """Return the catalogue, and the checks that installed packages bring along.

    A package does so by an entry point of the group `hostway_email.checks` that names a check, or
    several in a list or tuple.

    Raises:
        InvalidRequestError: an entry point cannot be loaded, names something else, or brings a
            check whose id is taken.
    """
    known = list(CATALOGUE)
    for entry_point in entry_points(group=ENTRY_POINTS):
        taken = {check.id.casefold() for check in known}
        for check in _brought_by(entry_point):
            if check.id.casefold() in taken:
                raise _refused(f"the entry point {entry_point.name}: the id {check.id} is taken")
            known.append(check)
    return known


def select_checks(
    wanted: Iterable[Check | str] | None = None, exclude: Iterable[str] = ()
) -> Sequence[Check]:
    """Return checks by what names them; all that are available for None.

    Parameters:
        wanted: checks, and names of available checks: an id such as `FWD-01`, a group such as
            `forwards`, or a severity such as `high`.
        exclude: such names of checks to leave out.

    Raises:
        InvalidRequestError: a name is none of these, a check needs an unknown probe, or two checks
            have one id.
    """
    known = available_checks()
    unwanted = [check for name in exclude for check in _named(name, known)]
    chosen: list[Check] = []
    for one in known if wanted is None else wanted:
        found = [one] if isinstance(one, Check) else _named(one, known)
        chosen.extend(check for check in found if check not in (*chosen, *unwanted))
    if not chosen:
        raise _refused("must name at least one check")
    for check in chosen:
        if strange := sorted(check.probes - _KNOWN_PROBES):
            raise _refused(f"{check.id} needs an unknown probe: {', '.join(strange)}")
    # One id may stand for a check of mailboxes and one of domains, but not for two of the same.
    ids = Counter((check.id.casefold(), type(check)) for check in chosen)
    if twice := {check.id for check in chosen if ids[check.id.casefold(), type(check)] > 1}:
        raise _refused(f"{', '.join(sorted(twice))} is the id of more than one check")
    return chosen


def select(
    wanted: Iterable[Check | str] | None,
    exclude: Iterable[str],
    baseline: BaselineAudit | None,
    settings: AuditSettings,
    *,
    kept: bool,
) -> Selection:
    """Return the checks of a run: as `select_checks`, but for those that cannot be asked.

    Parameters:
        wanted: as of `select_checks`.
        exclude: as of `select_checks`.
        baseline: the audit to compare with.
        settings: thresholds and lists.
        kept: whether the records are kept. Then this audit may be the one that the next is compared
            with, so it also asks what the checks need that can only be answered then.

    Raises:
        InvalidRequestError: as of `select_checks`; or a check that compares was chosen by its id,
            and there is no earlier audit; or none is left.
    """
    wanted = None if wanted is None else list(wanted)
    chosen = select_checks(wanted, exclude)
    skipped = {check.id: why for check in chosen if (why := _why_not(check, baseline, settings))}
    by_id = {(one.id if isinstance(one, Check) else one).casefold() for one in wanted or ()}
    asked_for = sorted(check for check in skipped if check.casefold() in by_id)
    if baseline is None and asked_for:
        raise _refused(f"{', '.join(asked_for)} must be compared with an earlier audit: give since")
    checks = [check for check in chosen if check.id not in skipped]
    if not checks:
        reasons = "; ".join(f"{check}: {why}" for check, why in skipped.items())
        raise _refused(f"leave nothing to ask: {reasons}")
    asking = chosen if kept else checks
    return Selection(checks, skipped, frozenset[str]().union(*(one.probes for one in asking)))


def _why_not(check: Check, baseline: BaselineAudit | None, settings: AuditSettings) -> str | None:
    if not isinstance(check, MailboxCheck) or check.min_baseline_age_days is None:
        return None
    if baseline is None:
        return "there is no earlier audit to compare with"
    return baseline.lacks(check, check.min_baseline_age_days(settings))


def _brought_by(entry_point: EntryPoint) -> Iterable[Check]:
    try:
        found: object = entry_point.load()
    except Exception as error:
        # Whatever the module of somebody else's package raises while it is imported.
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
    return InvalidRequestError(f"checks {rule}", {"checks": rule})
