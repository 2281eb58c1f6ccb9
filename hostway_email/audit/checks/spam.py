"""CleanMail Plus, the spam and virus filter: settings that are off, too weak or too strict.

All checks but SPM-08 examine the settings of each mailbox and of the domain. Each examines its own
field: its findings are the same whether CleanMail Plus as a whole (SPM-07) is on or off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from hostway_email.audit.checks._shared import Owner, SharedCheck
from hostway_email.audit.checks.base import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import shown

__all__ = ["CHECKS"]

_GROUP: Final = "spam"
_PROBES: Final = frozenset({"cleanmailplus"})

_OFF_ON: Final = {"0": "off", "1": "on"}
_FROM_WEAK_TO_STRONG: Final = {
    "CLEANMAIL_PLUS": _OFF_ON,
    "SPAM_CHECK": _OFF_ON,
    "SPAM_LEVEL": {
        "6": "least aggressive",
        "5": "less aggressive",
        "4": "normal",
        "3": "more aggressive",
        "2": "most aggressive",
        "1": "ultra aggressive",
    },
    "SPAM_ACTION": {"0": "none", "2": "tag subject", "1": "move to spam folder", "3": "delete"},
    "VIRUS_ACTION": {"0": "no virus filter", "1": "delete automatically"},
    "PHISHING_CHECKS": _OFF_ON,
    "ATTACHMENT_CONTROL": _OFF_ON,
}
"""The meanings of the values of each field, the weakest first. Other values are ignored, as are the
learning status and the discard level, which the manual does not explain."""


def _is(field: str, value: str) -> Callable[[Owner, Context], Iterator[Evidence]]:
    def find(owner: Owner, _context: Context) -> Iterator[Evidence]:
        if (owner.cleanmailplus or {}).get(field) == value:
            yield Evidence(_setting(field, value))

    return find


SPM_01 = SharedCheck(
    id="SPM-01",
    title="Spam check is off",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="All spam reaches the inbox, and with it most fraud attempts.",
    remediation="Set SPAM_CHECK to 1.",
    probes=_PROBES,
    find=_is("SPAM_CHECK", "0"),
)

SPM_02 = SharedCheck(
    id="SPM-02",
    title="Spam is detected, but no action is taken",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="The check runs, but its result is discarded: spam arrives in the inbox unmarked.",
    remediation="Set SPAM_ACTION to 1 (move to spam folder), or at least to 2 (tag subject).",
    probes=_PROBES,
    find=_is("SPAM_ACTION", "0"),
)

SPM_03 = SharedCheck(
    id="SPM-03",
    title="Least aggressive spam level",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="Only the most obvious spam is detected.",
    remediation="Set SPAM_LEVEL to 4 (normal), unless legitimate mail was lost at that level.",
    probes=_PROBES,
    find=_is("SPAM_LEVEL", "6"),
)

SPM_04 = SharedCheck(
    id="SPM-04",
    title="Virus filter is off",
    severity=Severity.CRITICAL,
    group=_GROUP,
    rationale="Malware is delivered unfiltered; opening a single attachment can be enough.",
    remediation="Set VIRUS_ACTION to 1 (delete automatically).",
    probes=_PROBES,
    find=_is("VIRUS_ACTION", "0"),
)

SPM_05 = SharedCheck(
    id="SPM-05",
    title="Phishing checks are off",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="Messages that impersonate banks, colleagues or this mail service to steal passwords "
    "are delivered unchecked.",
    remediation="Set PHISHING_CHECKS to 1.",
    probes=_PROBES,
    find=_is("PHISHING_CHECKS", "0"),
)

SPM_06 = SharedCheck(
    id="SPM-06",
    title="Attachment control is off",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="Dangerous attachment types, such as executables, are delivered unless they contain "
    "a known virus.",
    remediation="Set ATTACHMENT_CONTROL to 1.",
    probes=_PROBES,
    find=_is("ATTACHMENT_CONTROL", "0"),
)

SPM_07 = SharedCheck(
    id="SPM-07",
    title="CleanMail Plus is off",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="The whole filter is disabled, whatever its individual settings say.",
    remediation="Set CLEANMAIL_PLUS to 1.",
    probes=_PROBES,
    find=_is("CLEANMAIL_PLUS", "0"),
)


def weaker_than_domain(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    own, domain = mailbox.cleanmailplus or {}, context.domain.cleanmailplus or {}
    for field, values in _FROM_WEAK_TO_STRONG.items():
        strength = list(values)
        value, model = own.get(field), domain.get(field)
        if value in values and model in values and strength.index(value) < strength.index(model):
            yield Evidence(f"{_setting(field, value)}; the domain has {_value(field, model)}")


SPM_08 = MailboxCheck(
    id="SPM-08",
    title="Mailbox filter weaker than the domain's",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="The filter was weakened for this mailbox alone, and what gets through here reaches "
    "colleagues from the inside.",
    remediation="Apply the domain's setting to the mailbox, unless there is a documented reason.",
    probes=frozenset({"cleanmailplus", "domain.cleanmailplus"}),
    find=weaker_than_domain,
)


def silent_loss(owner: Owner, _context: Context) -> Iterator[Evidence]:
    settings = owner.cleanmailplus or {}
    level = settings.get("SPAM_LEVEL", "")
    if settings.get("SPAM_ACTION") == "3" and level in ("1", "2"):
        yield Evidence(f"{_setting('SPAM_ACTION', '3')}; {_setting('SPAM_LEVEL', level)}")


SPM_09 = SharedCheck(
    id="SPM-09",
    title="Legitimate mail may be deleted as spam",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="At the most aggressive levels legitimate mail is sometimes classified as spam. "
    "Deleted mail can neither be found nor restored, and its sender is not notified.",
    remediation="Set SPAM_ACTION to 1 (move to spam folder), or SPAM_LEVEL to 3 or 4.",
    probes=_PROBES,
    find=silent_loss,
)

CHECKS: Final[tuple[Check, ...]] = (
    *SPM_01.both(),
    *SPM_02.both(),
    *SPM_03.both(),
    *SPM_04.both(),
    *SPM_05.both(),
    *SPM_06.both(),
    *SPM_07.both(),
    SPM_08,
    *SPM_09.both(),
)


def _setting(field: str, value: str) -> str:
    return f"{field} is {_value(field, value)}"


def _value(field: str, value: str) -> str:
    return f"{shown(value)} ({_FROM_WEAK_TO_STRONG[field][value]})"
