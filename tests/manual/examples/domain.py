"""The domain, its aliases, its InfoStore and its counts: sections 2, 27, 28, 30 and 100."""

from __future__ import annotations

from pydantic import JsonValue

from hostway_email import (
    BadRequestError,
    DomainHandle,
    DomainInfo,
    HostwayEmail,
    InfoStore,
    MailboxTypeCount,
)

from ..example import NO_SLASH, Example, Raises, Reads, Refused, link

__all__ = ["EXAMPLES"]

TEMPLATE = "/accounts/{account}/email/{domain}"
INFOSTORE = "/accounts/{account}/email/test.com/infostore"
NO_STATUS = "no status is printed: 200"


def anywhere(hostway: HostwayEmail) -> DomainHandle:
    return hostway.account("{account}").domain("{domain}")


def domain_of(hostway: HostwayEmail, account: str = "test-account123") -> DomainHandle:
    return hostway.account(account).domain("test.com")


def refusal(details: dict[str, JsonValue]) -> JsonValue:
    return {"badRequest": {"message": "POST data error", "code": 400, "details": details}}


EXAMPLES = [
    Example(
        section="2.3.2",
        call=lambda hostway: anywhere(hostway).aliases.list(),
        request=f"GET {TEMPLATE}/aliases",
        status=200,
        answer={"list": ["{alias}"], "links": [link("{href}", "{rel}")]},
        gives=["{alias}"],
    ),
    Example(
        section="2.4.1",
        call=lambda hostway: domain_of(hostway).aliases.list(),
        request="GET /accounts/test-account123/email/test.com/aliases",
        status=200,
        answer={
            "list": ["test-alias.com", "test-alias-2.com"],
            "links": [
                link("https://api.hostway.com/accounts/test-account123/email/test.com/aliases/")
            ],
        },
        gives=["test-alias.com", "test-alias-2.com"],
        corrected=f"{NO_SLASH}; {NO_STATUS}; the response opens with one brace",
    ),
    Example(
        section="27.3.2",
        call=lambda hostway: anywhere(hostway).infostore.get(),
        request=f"GET {TEMPLATE}/infostore",
        status=200,
        answer={
            "infoStore": {"usage": 0, "quota": 20},
            "links": [{"location": f"{{APIBaseURL}}{TEMPLATE}/infostore/", "rel": "self"}],
        },
        gives=Reads(InfoStore, {"usage_mb": 0, "quota_mb": 20}),
    ),
    Example(
        section="27.4.1",
        call=lambda hostway: domain_of(hostway, "test").infostore.get(),
        request="GET /accounts/test/email/test.com/infostore",
        status=200,
        answer={
            "infoStore": {"usage": 0, "quota": 20},
            "links": [link("{APIBaseURL}/accounts/test/email/test.com/infostore/")],
        },
        gives=Reads(InfoStore, {"usage_mb": 0, "quota_mb": 20}),
    ),
    Example(
        section="28.4.1",
        call=lambda hostway: domain_of(hostway, "{account}").infostore.update(
            foo="bar"  # type: ignore[call-arg] # invalid on purpose
        ),
        refused=Refused.naming("foo", by=TypeError),
        request=f"PUT {INFOSTORE}",
        body={"foo": "bar"},
        status=400,
        answer=refusal({"quota": "Required"}),
        gives=Raises(BadRequestError, "POST data error", {"quota": "Required"}),
        corrected="the response has its last brace",
    ),
    Example(
        section="28.4.2",
        call=lambda hostway: domain_of(hostway, "{account}").infostore.update(quota_mb=-1),
        refused=Refused.naming("quota_mb"),
        request=f"PUT {INFOSTORE}",
        body={"quota": -1},
        status=400,
        answer=refusal({"quota": "-1 is less than minimum value 0"}),
        gives=Raises(
            BadRequestError, "POST data error", {"quota": "-1 is less than minimum value 0"}
        ),
        corrected="the response has its last brace",
    ),
    Example(
        section="28.4.3",
        call=lambda hostway: domain_of(hostway, "{account}").infostore.update(quota_mb=100),
        request=f"PUT {INFOSTORE}",
        body={"quota": 100},
        status=400,
        answer=refusal({"message": "Used storage exceeds the quota value"}),
        gives=Raises(BadRequestError, "POST data error: Used storage exceeds the quota value"),
        corrected="the response has its last brace",
    ),
    Example(
        section="28.4.4",
        call=lambda hostway: domain_of(hostway, "{account}").infostore.update(quota_mb=50),
        request=f"PUT {INFOSTORE}",
        body={"quota": 50},
        status=204,
    ),
    Example(
        section="30.3.2",
        call=lambda hostway: anywhere(hostway).statistics.mailbox_type_count(),
        request=f"GET {TEMPLATE}/statistics/mailboxTypeCount",
        status=200,
        answer={
            "numStandard": 1,
            "numActiveSync": 2,
            "numPremium": 3,
            "numExchange2013Standard": 4,
            "numExchange2013Premium": 5,
            "links": [link("{href}", "{rel}")],
        },
        gives=Reads(
            MailboxTypeCount,
            {
                "num_standard": 1,
                "num_active_sync": 2,
                "num_premium": 3,
                "num_exchange2013_standard": 4,
                "num_exchange2013_premium": 5,
            },
        ),
        corrected="the braces are 1 to 5, and a comma follows the last",
    ),
    Example(
        section="30.4.1",
        call=lambda hostway: domain_of(hostway).statistics.mailbox_type_count(),
        request="GET /accounts/test-account123/email/test.com/statistics/mailboxTypeCount",
        status=200,
        answer={
            "numStandard": 1,
            "numActiveSync": 0,
            "numPremium": 0,
            "numExchange2013Standard": 5,
            "numExchange2013Premium": 2,
            "links": [
                link(
                    "{{APIBaseURL}}/accounts/test-account123/email/test.com/statistics/"
                    "mailboxTypeCount/"
                )
            ],
        },
        gives=Reads(
            MailboxTypeCount,
            {
                "num_standard": 1,
                "num_active_sync": 0,
                "num_premium": 0,
                "num_exchange2013_standard": 5,
                "num_exchange2013_premium": 2,
            },
        ),
        corrected=f"{NO_SLASH}; {NO_STATUS}; a comma follows the last count",
    ),
    Example(
        section="100.3.2",
        call=lambda hostway: anywhere(hostway).get(),
        request=f"GET {TEMPLATE}",
        status=200,
        answer={
            "quota": 19320,
            "links": [{"location": f"{{APIBaseURL}}{TEMPLATE}", "rel": "self"}],
        },
        gives=Reads(DomainInfo, {"quota_mb": 19320}),
    ),
    Example(
        section="100.4.1",
        call=lambda hostway: domain_of(hostway, "test-account").get(),
        request="GET /accounts/test-account/email/test.com",
        status=200,
        answer={
            "quota": 19320,
            "links": [link("{APIBaseURL}/accounts/test-account/email/test.com/")],
        },
        gives=Reads(DomainInfo, {"quota_mb": 19320}),
    ),
]
