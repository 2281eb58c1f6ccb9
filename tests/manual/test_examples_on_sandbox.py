"""Every example of the manual against the sandbox, which is strict by default."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from hostway_email.sandbox import Sandbox, Webmail

from .example import Example
from .examples import EXAMPLES

pytestmark = pytest.mark.anyio

HEADERS = {"Content-Type": "application/json; Charset=UTF-8"}
# Errors that depend on which request an example follows, and those that print another value.
DIFFERENT_BODY = {
    "25.4.4": "its guid",
    "82.4.1": "the response is about another value than the request",
    "113.4.1": "the response is about another value than the request",
}
NEW_MAILBOX = ("56.3.1", "56.3.2", "56.3.3", "70.4.1", "70.4.2")
AS_OWNER = ("84.4.5", "115.4.5")

State = Callable[[Sandbox, str], object]


def with_webmail(**fields: object) -> State:
    def set_webmail(sandbox: Sandbox, name: str) -> None:
        webmail = sandbox.mailbox(name).webmail
        assert webmail is not None
        for field, value in fields.items():
            setattr(webmail, field, value)

    return set_webmail


def with_rules(sandbox: Sandbox, _name: str) -> None:
    sandbox.password_rules = True


def without_limits(sandbox: Sandbox, _name: str) -> None:
    sandbox.domain.limits["activesync"] = -1


STATES: dict[str, State] = {
    "16.4.1": lambda sandbox, _: sandbox.domain.contacts.update({"test-contact": {}}),
    "28.4.3": lambda sandbox, _: setattr(sandbox.domain.infostore, "usage", 200),
    "56.3.3": with_rules,
    "70.4.2": with_rules,
    "70.4.7": lambda sandbox, name: sandbox.mailbox(name).used_passwords.append("pWord123$"),
    "113.4.3": without_limits,
    "25.4.4": lambda sandbox, _: sandbox.domain.contacts.update({"test-contact": {}}),
} | {
    f"{section}.4.{number}": state
    for section in (84, 115)
    for number, state in (
        (4, with_webmail(type="premium")),
        (5, with_webmail(allow_upgrade=False)),
        (8, lambda sandbox, name: usage_over_standard(sandbox, name)),
    )
}


def usage_over_standard(sandbox: Sandbox, name: str) -> None:
    sandbox.mailbox(name).usage = 4000
    sandbox.mailbox(name).webmail = Webmail("premium")


def part_after(example: Example, name: str, default: str) -> str:
    segments = example.path.split("/")[1:]
    following = segments.index(name) + 1 if name in segments else len(segments)
    return segments[following] if following < len(segments) else default


def prepared(example: Example) -> tuple[Sandbox, tuple[str, str]]:
    """Return a sandbox in the state that an example presupposes, and the credentials."""
    account = part_after(example, "accounts", "account007")
    domain = part_after(example, "email", part_after(example, "avas", "example.com"))
    name = part_after(example, "usernames", "test")
    missing = domain.startswith("non-existent")
    sandbox = Sandbox(0, account=account, domain="test.com" if missing else domain)
    sandbox.domain.aliases = ["test-com-alias.com"]
    sandbox.domain.limits["activesync"] = 1
    for other in {"test-fwd", "existing-mailbox", "jack.smith"} - {name}:
        sandbox.add_mailbox(other, webmail=Webmail("activesync"))
    if (example.status != 201 and example.section not in NEW_MAILBOX) or "webmail" in example.path:
        add = sandbox.add_exchange if "/exchange" in example.path else sandbox.add_mailbox
        mailbox = add(name, secrets={"tk1": "answer123"}, forwards=[f"test-fwd-mailbox@{domain}"])
        mailbox.blackwhitelist[part_after(example, "blackwhitelist", "")] = "W"
        if example.request.startswith("POST") and "webmail" in example.path:
            mailbox.webmail = None
    if "/migration" in example.path:
        sandbox.add_mailbox(name)
    sandbox.domain.blackwhitelist[part_after(example, "blackwhitelist", "")] = "W"
    if example.status in (200, 204, 400) and example.verb != "POST":
        sandbox.domain.contacts[part_after(example, "contacts", "")] = {}
    STATES.get(example.section, lambda *_: None)(sandbox, name)
    by_owner = example.path.startswith("/email/") and "webmail" in example.path
    if by_owner or example.section in AS_OWNER:
        return sandbox, (f"{name}@{domain}", "sandbox")
    return sandbox, ("admin", "sandbox")


async def send(example: Example, sandbox: Sandbox, auth: tuple[str, str]) -> httpx.Response:
    content = None if example.body is None else json.dumps(example.body)
    transport = httpx.ASGITransport(sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://api.test") as client:
        return await client.request(
            example.verb,
            quote(example.path),
            params=example.query or None,
            headers=HEADERS,
            content=content,
            auth=auth,
        )


async def test_every_example() -> None:
    """Nothing that an example sends is refused, and it gets the response that is printed."""
    differing: dict[str, object] = {}
    for example in EXAMPLES:
        sandbox, auth = prepared(example)
        response = await send(example, sandbox, auth)
        assert (sandbox.refused, sandbox.unknown) == ([], []), example.section
        if response.status_code != example.status:
            differing[example.section] = (example.status, response.status_code, response.text)
        elif response.is_error and example.section not in DIFFERENT_BODY:
            printed = example.response.content.decode().strip()
            if printed != response.text and example.answer != response.json():
                differing[example.section] = (printed, response.text)
    assert differing == {}


@pytest.mark.parametrize("kind", ["mailbox", "exchange"])
async def test_second_name_of_the_answers(kind: str) -> None:
    """The examples of a wrong answer send a name that the description does not have."""
    sandbox = Sandbox(0)
    (sandbox.add_exchange if kind == "exchange" else sandbox.add_mailbox)("ana")
    data = {"secretQuestionsAnswersList": {"tk1": "wrongAnswer"}, "password": "pWord123$"}
    for path in ("/accounts/account007/email/example.com", "/email/example.com"):
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://api.test") as client:
            response = await client.post(
                f"{path}/usernames/ana/{kind}/action",
                json={"action": "resetPassword", "actionData": data},
            )
        assert response.status_code == 409
    assert sandbox.refused == []
