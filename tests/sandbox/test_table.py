"""The table of operations, walked as a whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import OPERATIONS, Access, Operation, Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

VALUES = {
    "account": "account007",
    "accountId": "account007",
    "domain": "example.com",
    "mailboxName": "ana",
    "address": "x@partner.example",
    "contact": "Ana",
    "fwd-mailbox": "ben@example.com",
}
ANONYMOUS = {
    "mailbox.action",
    "exchange.action",
    "short.mailbox.action",
    "short.exchange.action",
    "secrets.get",
    "short.secrets.get",
    "secret_questions.get",
    "secret_question_settings.get",
}
WITHOUT_CONTENT_TYPE = {
    "aliases.list",
    "statistics.mailbox_type_count",
    "mailbox.messagestats",
    "exchange.messagestats",
    "usernames.get",
    "usernames.list",
    "domain.get",
    "avas.sso_link",
    "secret_question_settings.get",
}


def path(operation: Operation) -> str:
    filled = operation.template
    for name, value in VALUES.items():
        filled = filled.replace(f"{{{name}}}", value)
    if ".exchange." in f".{operation.id}":
        filled = filled.replace("/ana/", "/eva/")
    return filled


def credentials(operation: Operation) -> tuple[str, str]:
    if operation.access is Access.OWNER:
        return ("ana@example.com", "Ana-secret-1")
    return ("admin", "sandbox")


def test_has_all_63_operations() -> None:
    """No operation is missing, listed twice, or reachable by two names."""
    assert len(OPERATIONS) == 63
    assert len({operation.id for operation in OPERATIONS}) == 63
    assert len({(operation.method, operation.template) for operation in OPERATIONS}) == 63


@pytest.mark.anyio
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
class TestEachOperation:
    """What holds for every operation of the API."""

    async def test_is_routed_and_counted(
        self, ask: Ask, sandbox: Sandbox, operation: Operation
    ) -> None:
        """A request reaches the operation that its verb and path name, and nothing else."""
        sandbox.domain.contacts["Ana"] = {"email": "a@b.example"}
        sandbox.domain.blackwhitelist["x@partner.example"] = "W"
        sandbox.mailbox("ana").blackwhitelist["x@partner.example"] = "W"
        sandbox.mailbox("ana").forwards.append("ben@example.com")

        answer = await ask(operation.method, path(operation), auth=credentials(operation))

        assert sandbox.requests == {operation.id: 1}
        assert sandbox.unknown == []
        assert sandbox.count(operation.method, operation.template) == 1
        # Writes were sent without a body, so they may find something missing in it.
        refused = operation.method in ("POST", "PUT")
        assert answer.status_code in ((200, 201, 204, 400, 409) if refused else (200, 204))

    async def test_wants_credentials_unless_anonymous(self, ask: Ask, operation: Operation) -> None:
        """Password resets and reading secret questions need no credentials, all else does."""
        missing = await ask(operation.method, path(operation), auth=None)
        wrong = await ask(operation.method, path(operation), auth=("admin", "wrong"))

        for answer in (missing, wrong):
            assert (answer.status_code == 401) is (operation.id not in ANONYMOUS)

    async def test_wants_the_content_type_where_it_is_required(
        self, ask: Ask, operation: Operation
    ) -> None:
        """The header is wanted even of a GET, where the manual says so."""
        auth = credentials(operation)

        answer = await ask(operation.method, path(operation), auth=auth, headers={})

        wanted = operation.id not in WITHOUT_CONTENT_TYPE
        reason = {"Content-Type": "Required"}
        assert (answer.status_code == 400 and reason in _details(answer)) is wanted

    async def test_knows_no_other_account_or_domain(self, ask: Ask, operation: Operation) -> None:
        """Whatever belongs to another account or domain is not found."""
        whole = path(operation)
        for old, new in (("account007", "Account007"), ("example.com", "example.net")):
            if old in whole:
                answer = await ask(
                    operation.method, whole.replace(old, new), auth=credentials(operation)
                )
                assert answer.status_code == 404


def _details(answer: httpx.Response) -> list[object]:
    try:
        return [answer.json()["badRequest"]["details"]]
    except (ValueError, KeyError, TypeError):
        return []
