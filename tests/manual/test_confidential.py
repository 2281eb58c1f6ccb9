"""Operations that document a secret: their errors quote nothing of the response."""

from __future__ import annotations

import re

import pytest
from pydantic import JsonValue

from hostway_email import HostwayEmail, HostwayEmailError, Response, RetryPolicy
from hostway_email._core.secret_values import holds_secret

from ..support.transports import FakeTransport, response
from .examples import EXAMPLES
from .operations import OPERATIONS, Operation, documented_sandbox
from .wire import Wire

pytestmark = pytest.mark.anyio

CONFIDENTIAL = {"avas.sso_link", "mailbox.get", "webmail.get", "short.webmail.get"}
"""The operations whose responses may have a token, or a link that signs in."""

QUOTED = "Canary-of-the-response"
ERROR = {"message": QUOTED, "details": {"quota": QUOTED}, "guid": QUOTED}

UNUSABLE = {
    **{
        f"{status} {name}": response(status, body, {"content-type": "application/json"})
        for status in (400, 404, 409, 500, 502)
        for name, body in {
            "of one error": {"error": ERROR},
            "with fields": {"quota": QUOTED},
            "of bare text": QUOTED,
            "without its end": f'{{"message": "{QUOTED}"',
        }.items()
    },
    "200 of another type": response(200, "<html>", {"content-type": f"text/{QUOTED}"}),
}


async def errors_of(operation: Operation, answer: Response) -> list[HostwayEmailError]:
    """Return the errors of an operation's calls if the API responds with `answer`."""
    errors: list[HostwayEmailError] = []
    transport = FakeTransport(lambda request: answer)
    async with HostwayEmail(
        "admin", "pw", transport=transport, retry=RetryPolicy.none()
    ) as hostway:
        for call in filter(None, (operation.call, operation.other)):
            try:
                await call(hostway)
            except HostwayEmailError as error:
                errors.append(error)
    return errors


@pytest.mark.parametrize("case", UNUSABLE)
async def test_errors_quote_the_response_unless_it_may_have_a_secret(case: str) -> None:
    """Each operation says before it is sent whether its response is confidential."""
    quoting = set()
    silent = set()
    for operation in OPERATIONS:
        for error in await errors_of(operation, UNUSABLE[case]):
            quotes = QUOTED in f"{error} {error!r} {vars(error)}"
            (quoting if quotes else silent).add(operation.id)

    assert silent == CONFIDENTIAL
    if case.startswith("200"):  # The body of a successful write is not read.
        reads = {each.id for each in OPERATIONS if each.verb == "GET"}
        assert quoting == reads - CONFIDENTIAL
    else:
        assert quoting == {each.id for each in OPERATIONS} - CONFIDENTIAL


async def test_results_with_a_secret_are_confidential() -> None:
    """The operations that return a model with a secret field are in the list."""
    found = set()
    for operation in OPERATIONS:
        async with HostwayEmail(
            "admin", "sandbox", transport=Wire(documented_sandbox())
        ) as hostway:
            result = await operation.call(hostway)
        if any(holds_secret(type(one)) for one in (result, *as_list(result))):
            found.add(operation.id)

    assert found == CONFIDENTIAL


def test_documented_secrets_are_confidential() -> None:
    """The operations whose examples show a token are in the list."""
    found = {
        operation.id
        for example in EXAMPLES
        if has_secret(example.answer)
        for operation in OPERATIONS
        if operation.verb == example.verb and path_of(operation).fullmatch(example.path)
    }

    assert found
    assert found <= CONFIDENTIAL


def as_list(result: object) -> list[object]:
    return result if isinstance(result, list) else []


def has_secret(document: JsonValue) -> bool:
    """Return whether a field of a response is named like a token."""
    if isinstance(document, list):
        return any(map(has_secret, document))
    if isinstance(document, dict):
        named = any("token" in name.lower() for name in document)
        return named or has_secret([*document.values()])
    return False


def path_of(operation: Operation) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(operation.template)))
