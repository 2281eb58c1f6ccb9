"""Where mail is forwarded: sections 58, 60 and 62."""

from __future__ import annotations

from pydantic import JsonValue

from hostway_email import BadRequestError, ConflictError, HostwayEmail
from hostway_email.resources import ForwardsResource

from ..example import NO_SLASH, Example, Raises, Refused

__all__ = ["EXAMPLES"]

PATH = "/accounts/{account}/email/test.com/usernames/test/forwards"
TEMPLATE = "/accounts/{account}/email/{domain}/usernames/{mailbox}/forwards"
LOCATION: JsonValue = {"location": f"{{APIBaseURL}}{TEMPLATE}/", "rel": "self"}


def forwards(hostway: HostwayEmail, account: str = "{account}") -> ForwardsResource:
    return hostway.account(account).domain("test.com").username("test").forwards


def targets(*addresses: str) -> JsonValue:
    return {"targets": [{"target": address} for address in addresses]}


def accepted(section: str, *addresses: str) -> Example:
    return Example(
        section=section,
        call=lambda hostway: forwards(hostway).create(addresses),
        request=f"POST {PATH}",
        body=targets(*addresses),
        status=204,
        corrected=NO_SLASH,
    )


def not_there(section: str, *addresses: str) -> Example:
    *_, last = addresses
    return Example(
        section=section,
        call=lambda hostway: forwards(hostway).create(addresses),
        request=f"POST {PATH}",
        body=targets(*addresses),
        status=400,
        answer={last: "Target not found"},
        gives=Raises(BadRequestError, "Target not found", {last: "Target not found"}),
        corrected=NO_SLASH,
    )


EXAMPLES = [
    Example(
        section="58.4.1",
        call=lambda hostway: forwards(hostway).delete("test-fwd-mailbox"),
        request=f"DELETE {PATH}/test-fwd-mailbox",
        status=204,
        corrected=NO_SLASH,
    ),
    Example(
        section="60.3.2",
        call=lambda hostway: (
            hostway.account("{account}").domain("{domain}").username("{mailbox}").forwards.list()
        ),
        request=f"GET {TEMPLATE}",
        status=200,
        answer={
            "targets": [{"target": "{target_mailbox}"}, {"target": "{target_mailbox}"}],
            "links": [LOCATION],
        },
        gives=["{target_mailbox}", "{target_mailbox}"],
        corrected=NO_SLASH,
    ),
    Example(
        section="60.4.1",
        call=lambda hostway: forwards(hostway).list(),
        request=f"GET {PATH}",
        status=200,
        answer={
            "targets": [{"target": "mb1@test.com"}, {"target": "test@test-forward.com"}],
            "links": [LOCATION],
        },
        gives=["mb1@test.com", "test@test-forward.com"],
        corrected=f"{NO_SLASH}; the tags of the wiki around the response are removed",
    ),
    Example(
        section="62.4.1",
        call=lambda hostway: forwards(hostway).create(),  # type: ignore[call-arg] # invalid on purpose
        refused=Refused.naming("targets", by=TypeError),
        request=f"POST {PATH}",
        body={},
        status=400,
        answer={"targets": "Required"},
        gives=Raises(BadRequestError, "Required", {"targets": "Required"}),
        corrected=f"{NO_SLASH}; the empty body that is only described is an empty object",
    ),
    Example(
        section="62.4.2",
        call=lambda hostway: forwards(hostway).create([]),
        refused=Refused.naming("targets"),
        request=f"POST {PATH}",
        body={"targets": []},
        status=400,
        answer={"targets": "Shorter than minimum length 1"},
        gives=Raises(
            BadRequestError,
            "Shorter than minimum length 1",
            {"targets": "Shorter than minimum length 1"},
        ),
        corrected=NO_SLASH,
    ),
    accepted("62.4.3", "test-fwd@example.com"),
    accepted("62.4.4", "test-fwd@test.com", "test-fwd@example.com"),
    Example(
        section="62.4.6",
        call=lambda hostway: forwards(hostway, "source_account").create(["test@test.com"]),
        request="POST /accounts/source_account/email/test.com/usernames/test/forwards",
        body=targets("test@test.com"),
        status=400,
        answer={"test@test.com": "Is the same as current mailbox"},
        gives=Raises(
            BadRequestError,
            "Is the same as current mailbox",
            {"test@test.com": "Is the same as current mailbox"},
        ),
        corrected=NO_SLASH,
    ),
    Example(
        section="62.4.7",
        call=lambda hostway: forwards(hostway, "source_account").create(
            ["test@test-com-alias.com"]
        ),
        request="POST /accounts/source_account/email/test.com/usernames/test/forwards",
        body=targets("test@test-com-alias.com"),
        status=409,
        answer={
            "conflict": {
                "message": "Circular target test@test-com-alias.com",
                "code": 409,
                "details": "",
            }
        },
        gives=Raises(ConflictError, "Circular target test@test-com-alias.com"),
        corrected=NO_SLASH,
    ),
    not_there("62.4.8", "not-existing-mailbox@test.com"),
    not_there("62.4.9", "existing-mailbox@test.com", "not-existing-mailbox@test.com"),
    accepted("62.4.10", "test-fwd@different-domain.com"),
    accepted("62.4.11", "test-fwd@different-domain_1.com", "test-fwd1@different-domain_2.com"),
]
