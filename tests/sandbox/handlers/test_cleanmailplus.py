"""Spam and virus filters of the domain and of a mailbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

BOTH = pytest.mark.parametrize("path", ["cleanmailplus", "usernames/ana/cleanmailplus"])


def selected(response: httpx.Response) -> dict[str, str]:
    return {field["fieldName"]: field["selected"] for field in response.json()}


def wanted(*pairs: tuple[object, object]) -> dict[str, object]:
    return {
        "attributes": [{"attributeName": name, "attributeValue": value} for name, value in pairs]
    }


@BOTH
async def test_fields_and_options(send: Send, path: str) -> None:
    """The response is an array of nine fields; two of them have no options."""
    fields = (await send("GET", path)).json()

    assert [field["fieldName"] for field in fields] == [
        "SPAM_LEVEL",
        "SPAM_ACTION",
        "ATTACHMENT_CONTROL",
        "VIRUS_ACTION",
        "SPAM_LEARNING",
        "SPAM_DISCARD_LEVEL",
        "PHISHING_CHECKS",
        "CLEANMAIL_PLUS",
        "SPAM_CHECK",
    ]
    assert fields[1] == {
        "selected": "1",
        "fieldName": "SPAM_ACTION",
        "description": "SPAM Detected Action",
        "options": [
            {"name": "None", "value": "0"},
            {"name": "Tag Subject", "value": "2"},
            {"name": "Move to SPAM Folder", "value": "1"},
            {"name": "Delete", "value": "3"},
        ],
    }
    assert [field["fieldName"] for field in fields if not field["options"]] == [
        "SPAM_LEARNING",
        "SPAM_DISCARD_LEVEL",
    ]


@BOTH
async def test_put_changes_the_sent_attributes(send: Send, path: str) -> None:
    """Sent attributes change, others stay."""
    before = selected(await send("GET", path))

    response = await send("PUT", path, wanted(("SPAM_LEVEL", "1"), ("SPAM_DISCARD_LEVEL", "15")))

    assert (response.status_code, response.content) == (204, b"")
    after = selected(await send("GET", path))
    assert after == {**before, "SPAM_LEVEL": "1", "SPAM_DISCARD_LEVEL": "15"}


async def test_mailboxes_inherit_from_their_domain(send: Send) -> None:
    """A mailbox inherits the domain's settings, except those set on the mailbox."""
    await send("PUT", "usernames/ana/cleanmailplus", wanted(("SPAM_LEVEL", "2")))
    await send("PUT", "cleanmailplus", wanted(("SPAM_LEVEL", "5"), ("VIRUS_ACTION", "0")))

    ana = selected(await send("GET", "usernames/ana/cleanmailplus"))
    ben = selected(await send("GET", "usernames/ben/cleanmailplus"))

    assert (ana["SPAM_LEVEL"], ana["VIRUS_ACTION"]) == ("2", "0")
    assert (ben["SPAM_LEVEL"], ben["VIRUS_ACTION"]) == ("5", "0")


@BOTH
@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"badBody": "badBodyValue"}, {"attributes": "Required"}),
        ({"attributes": {}}, {"attributes": "Not of type list"}),
        (
            wanted(("SPAM_CHECK", "0"), ("NON_EXISTENT", "1")),
            {"attributes.1": "NON_EXISTENT is not valid filter attribute name"},
        ),
        (
            wanted(("SPAM_LEVEL", "val01")),
            {"attributes.0": "val01 is not valid attribute option for SPAM_LEVEL filter attribute"},
        ),
        (
            wanted(("SPAM_LEARNING", "much"), ([], "1")),
            {
                "attributes.0": "much is not valid attribute option for "
                "SPAM_LEARNING filter attribute",
                "attributes.1": "[] is not valid filter attribute name",
            },
        ),
    ],
)
async def test_refuses_all_attributes_for_an_invalid_one(
    send: Send, sandbox: Sandbox, path: str, body: object, error: dict[str, str]
) -> None:
    """Errors name the index, and no attribute of the request is stored."""
    response = await send("PUT", path, body)

    assert response.status_code == 400
    assert response.json() == error
    assert sandbox.domain.cleanmailplus == sandbox.mailbox("ana").cleanmailplus == {}


async def test_missing_domain(send: Send) -> None:
    """A missing domain is a 404, without a body for GET and with one for PUT."""
    path = "/accounts/account007/email/none.example/cleanmailplus"

    read = await send("GET", path)
    written = await send("PUT", path, wanted(("SPAM_LEVEL", "1")))

    assert (read.status_code, read.content) == (404, b"")
    assert written.json() == {
        "itemNotFound": {
            "message": "Resource not found",
            "code": 404,
            "details": {"message": "Domain not found"},
        }
    }
