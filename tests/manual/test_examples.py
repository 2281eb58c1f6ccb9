"""Every example of the manual: its request and its parsed response."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from hostway_email import HostwayEmail, Outcome, Page, RetryPolicy
from hostway_email._core.call import Verb

from ..support.transports import FakeTransport
from .example import (
    Example,
    Raises,
    Reads,
    links_in,
    links_of,
    read_of,
    sent_by,
)
from .examples import EXAMPLES, EXCUSED
from .sections import SECTIONS

REFUSED = [example for example in EXAMPLES if example.refused]


def named(examples: list[Example]) -> list[object]:
    """Return the examples as parameters, with their sections as ids."""
    return [pytest.param(example, id=example.section) for example in examples]


def client(transport: FakeTransport) -> HostwayEmail:
    """Return a client without retries that gets the documented response."""
    return HostwayEmail("admin", "s3cret", transport=transport, retry=RetryPolicy.none())


@pytest.mark.anyio
@pytest.mark.parametrize("example", named(EXAMPLES))
async def test_example(example: Example) -> None:
    """The request is sent as printed, and the response is parsed as expected."""
    transport = FakeTransport(lambda _: example.response)

    async with client(transport) as hostway:
        await check_outcome(example, hostway)

    (request,) = transport.requests
    assert sent_by(request) == (example.verb, example.path, example.query, example.body)


@pytest.mark.anyio
@pytest.mark.parametrize("example", named(REFUSED))
async def test_rejected_example_is_not_sent(example: Example) -> None:
    """Malformed input is rejected by field, and no request is sent."""
    assert example.refused is not None
    transport = FakeTransport(lambda _: example.response)

    async with client(transport) as hostway:
        with pytest.raises(example.refused.by) as caught:
            await example.call(hostway)

    fields = getattr(caught.value, "fields", None)
    if fields is None:
        assert all(field in str(caught.value) for field in example.refused.fields)
    else:
        assert sorted(fields) == sorted(example.refused.fields)
    assert transport.requests == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "example",
    named([each for each in EXAMPLES if each.corrected == "the response has its last brace"]),
)
async def test_error_without_its_last_brace(example: Example) -> None:
    """An error body without its last brace is parsed as the same error."""
    printed = replace(example, answer=example.response.content[:-1].decode())

    async with client(FakeTransport(lambda _: printed.response)) as hostway:
        await check_outcome(printed, hostway)


async def check_outcome(example: Example, hostway: HostwayEmail) -> None:
    expected = example.gives
    if isinstance(expected, Raises):
        with pytest.raises(expected.error) as caught:
            await perform(example, hostway)
        error = caught.value
        assert type(error) is expected.error
        assert error.status == example.status
        assert error.fields == expected.fields
        assert error.guid == expected.guid
        assert expected.says in error.message if expected.says else error.message == ""
        assert error.message in str(error)
        assert error.outcome == (None if example.verb == "GET" else Outcome.NOT_APPLIED)
        return
    result = await perform(example, hostway)
    if not isinstance(expected, Reads):
        assert result == expected
        return
    assert type(result) is expected.model
    assert read_of(result) == expected.fields
    assert {name: getattr(result, name) for name in expected.also} == expected.also
    assert links_of(result) == links_in(example.answer)


async def perform(example: Example, hostway: HostwayEmail) -> object:
    """Make the call, or send the raw request if the client rejects the call."""
    if example.refused is None:
        return await example.call(hostway)
    assert example.verb in get_args(Verb)
    return await hostway.request(example.verb, example.path, body=example.body)  # type: ignore # the method is a variable


def test_documented_examples_are_covered() -> None:
    """Each example of the manual is either one case or excluded with a reason, and none other."""
    assert sorted([*(example.section for example in EXAMPLES), *EXCUSED]) == sorted(SECTIONS)
    assert all(EXCUSED.values())


def test_pages_keep_their_number() -> None:
    """A page has the number that was requested."""
    pages = [example for example in EXAMPLES if "page=" in example.request]

    assert [example.query["page"] for example in pages] == ["1", "1", "2"]
    assert all(isinstance(e.gives, Reads) and e.gives.model is Page for e in pages)
