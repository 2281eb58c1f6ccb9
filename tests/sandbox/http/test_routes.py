"""All operations of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import OPERATIONS, Access, Operation, Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

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
    """No operation is missing or listed twice."""
    assert len(OPERATIONS) == 63
    assert len({operation.id for operation in OPERATIONS}) == 63
    assert len({(operation.method, operation.template) for operation in OPERATIONS}) == 63


@pytest.mark.anyio
class TestEachOperation:
    """Behaviour that all operations share."""

    @pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
    async def test_is_routed_and_counted(
        self, send: Send, sandbox: Sandbox, operation: Operation
    ) -> None:
        """A request reaches the operation of its method and path only."""
        sandbox.domain.contacts["Ana"] = {"email": "a@b.example"}
        sandbox.domain.blackwhitelist["x@partner.example"] = "W"
        sandbox.mailbox("ana").blackwhitelist["x@partner.example"] = "W"
        sandbox.mailbox("ana").forwards.append("ben@example.com")

        response = await send(operation.method, path(operation), auth=credentials(operation))

        assert sandbox.requests == {operation.id: 1}
        assert sandbox.unknown == []
        assert sandbox.count(operation.method, operation.template) == 1
        # Writes were sent without a body, so required fields may be missing.
        refused = operation.method in ("POST", "PUT")
        assert response.status_code in ((200, 201, 204, 400, 409) if refused else (200, 204))

    async def test_requires_credentials_unless_anonymous(self, send: Send) -> None:
        """All operations but password resets and reading secret questions require credentials."""
        for auth in (None, ("admin", "wrong")):
            anonymous = set()
            for operation in OPERATIONS:
                response = await send(operation.method, path(operation), auth=auth)
                if response.status_code != 401:
                    anonymous.add(operation.id)

            assert anonymous == ANONYMOUS

    async def test_requires_the_documented_content_type(self, send: Send) -> None:
        """The header is required where the manual says so, even for a GET."""
        optional = set()
        for operation in OPERATIONS:
            auth = credentials(operation)
            response = await send(operation.method, path(operation), auth=auth, headers={})
            missing = {"Content-Type": "Required"} in _details(response)
            if not (response.status_code == 400 and missing):
                optional.add(operation.id)

        assert optional == WITHOUT_CONTENT_TYPE

    async def test_knows_no_other_account_or_domain(self, send: Send) -> None:
        """Another account or domain is a 404."""
        for operation in OPERATIONS:
            auth, original = credentials(operation), path(operation)
            for old, new in (("account007", "Account007"), ("example.com", "example.net")):
                if old in original:
                    url = original.replace(old, new)
                    response = await send(operation.method, url, auth=auth)
                    assert response.status_code == 404, operation.id


def _details(response: httpx.Response) -> list[object]:
    try:
        return [response.json()["badRequest"]["details"]]
    except (ValueError, KeyError, TypeError):
        return []
