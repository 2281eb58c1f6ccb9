"""The HTML page of an audit, streamed from the templates of this package."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hostway_email._version import __version__
from hostway_email.audit.checks.base import INCOMPLETE, NOT_COVERED, Severity
from hostway_email.audit.records.suppressions import SuppressionUse
from hostway_email.audit.reports.index import RecordsIndex
from hostway_email.audit.reports.view_models import CheckView, Viewer
from hostway_email.audit.text import number_of, printable

__all__ = ["page_of"]

# Writing many small pieces is slow.
_PIECES_AT_ONCE: Final = 200
_MOST_GROUPS: Final = 15
_MOST_NAMED: Final = 2
_MOST_REASONS: Final = 2
_PACKAGE: Final = "hostway_email.audit.reports"


def page_of(index: RecordsIndex) -> Iterator[str]:
    """Yield the HTML page of an audit in pieces."""
    viewer = Viewer(index)
    checks = sorted(viewer.checks.values(), key=_worst_first)
    by_group = _by_group(index, checks)
    style, script = _static("report.css"), _static("report.js")
    template = _environment().get_template("report.html")
    page = template.stream(
        **_head(index),
        checks=checks,
        numbers={check.id: number for number, check in enumerate(checks)},
        groups=_groups(checks),
        by_group=by_group,
        domains=list(viewer.domains()),
        skipped=viewer.skipped(),
        suppressions=_suppressions(index),
        reasons=_reasons(index),
        mailboxes=viewer.mailboxes(),
        style=style,
        script=script,
        policy=_policy(style, script),
    )
    page.enable_buffering(_PIECES_AT_ONCE)
    yield from page


def _head(index: RecordsIndex) -> dict[str, object]:
    names, summary, header = index.names, index.summary, index.header
    targets = [(names.account(account), names.domain(domain)) for account, domain in header.targets]
    return {
        "title": _title([domain for _, domain in targets]),
        "targets": targets,
        "domain_names": sorted({domain for _, domain in targets}),
        "near": round(header.settings.near_quota * 100),
        "header": header,
        "started": _moment(header.started),
        "baseline": _moment(header.baseline) if header.baseline else "",
        "redacted": names.redacted,
        "incomplete": [names.text(line) for line in summary.incomplete],
        "summary": summary,
        "end": index.end,
        "total": len(index),
        "found": sum(index.found.values()),
        "with_findings": len(index) - index.worst[None],
        "with_unknown": summary.with_unknown,
        "worst": index.worst,
        "internal": [names.domain(name) for name in sorted(header.settings.internal_domains)],
        "severities": list(Severity),
        "limits": NOT_COVERED,
        "version": __version__,
    }


def _title(domains: list[str]) -> str:
    return " and ".join(domains) if len(domains) <= _MOST_NAMED else f"{len(domains):,} domains"


def _shortened(reasons: str) -> str:
    """Return the first of many reasons; the page lists all of them further down."""
    first, more = reasons.split("; ")[:_MOST_REASONS], reasons.count("; ") + 1 - _MOST_REASONS
    return "; ".join(first) + (f"; and {number_of(more, 'more', 'more')}" if more > 0 else "")


def _by_group(index: RecordsIndex, checks: list[CheckView]) -> dict[str, Counter[Severity]]:
    groups = {check.id: check.group for check in checks}
    counts: dict[str, Counter[Severity]] = {}
    for (check, severity), count in index.found.items():
        group = groups.get(check, "other")
        counts.setdefault(group, Counter())[severity] += count
    order = sorted(counts, key=lambda group: (-counts[group].total(), group))
    shown = {group: counts[group] for group in order[:_MOST_GROUPS]}
    rest = sum((counts[group] for group in order[_MOST_GROUPS:]), Counter[Severity]())
    return {**shown, "all others": rest} if rest else shown


def _groups(checks: list[CheckView]) -> dict[str, list[CheckView]]:
    """Return the checks that the page can filter by, by group."""
    groups: dict[str, list[CheckView]] = {}
    for check in sorted(checks, key=lambda one: (one.group, one.id)):
        if check.found or check.accepted or check.unknown:
            groups.setdefault(check.group, []).append(check)
    return groups


def _worst_first(check: CheckView) -> tuple[int, int, int, int, str]:
    worst = -1 if check.worst is None else check.worst.weight
    return -worst, -check.found, -check.unknown, -check.accepted, check.id


def _reasons(index: RecordsIndex) -> list[tuple[str, int, list[tuple[str, int]]]]:
    """Return the checks with unknown results, their number, and the reasons."""
    return [
        (check, counts.total(), [(index.names.text(why), n) for why, n in counts.most_common()])
        for check, counts in sorted(index.unknown.items())
    ]


def _suppressions(index: RecordsIndex) -> list[dict[str, object]]:
    """Return the suppressions, those that need a review first."""
    uses: list[SuppressionUse] = index.end.suppressions if index.end else []
    states = {use.suppression: (use.state, use.times) for use in uses}
    order = ("expired", "unused", "not run", "used", "unknown")
    names = index.names
    rows: list[dict[str, object]] = []
    for one in index.header.suppressions:
        state, times = states.get(one, ("unknown", 0))
        rows.append(
            {
                "id": one.id,
                "mailbox": names.pattern(one.mailbox),
                "reason": names.free(one.reason),
                "owner": names.person(one.owner),
                "expires": _day(one.expires),
                "state": state,
                "times": times,
            }
        )
    return sorted(rows, key=lambda row: order.index(str(row["state"])))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters.update(
        number=_number, day=_day, counted=number_of, shortened=_shortened, one_each=_one_each
    )
    environment.globals["INCOMPLETE_ID"] = INCOMPLETE.id
    return environment


def _shown(value: object) -> object:
    """Return a value of a template without characters that are not printable."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _one_each(counts: Mapping[str, int], names: Sequence[str]) -> dict[str, Counter[str]]:
    """Return a row of a chart for each name, whose only part is of the same name."""
    return {name: Counter({name: counts[name]}) for name in names}


def _number(value: float) -> str:
    return f"{value:,}"


def _day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{_day(moment)}, {moment:%H:%M} UTC"


@cache
def _static(name: str) -> Markup:
    return Markup(files(_PACKAGE).joinpath("static", name).read_text("utf-8"))


def _policy(style: str, script: str) -> str:
    """Return the content security policy: only the page's own style and script, and no loading."""
    own = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    ]
    return (
        f"default-src 'none'; style-src 'sha256-{own[0]}'; script-src 'sha256-{own[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
