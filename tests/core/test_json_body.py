"""Request bodies without a model of this package: JSON, retries, and masked secrets."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, RootModel, Secret, SecretBytes, SecretStr

from hostway_email import InvalidRequestError, MailboxUpdate
from hostway_email._core.json_body import GivenBody, body_of

CANARY = "Canary-wyrm"


class Colour(Enum):
    RED = "red"


class Login(BaseModel):
    """A model of a user's own."""

    user_name: str = Field(alias="userName")
    password: SecretStr
    note: str | None = None


class Names(RootModel[list[str]]):
    """A model whose document is a list."""


@dataclass
class Point:
    x: int


@dataclass
class Held:
    by: SecretStr


class Fields(BaseModel):
    """A model with fields of many types."""

    day: date | None = None
    colour: Colour | None = None
    id: UUID | None = None
    at: Point | None = None
    tags: set[str] = set()
    pins: set[SecretStr] = set()
    held: Held | None = None
    pin: Secret[int] | None = None
    queue: deque[SecretStr] = deque()
    any: Any = None


# On the wire


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        ({"a": 1, "b": [True, None, 1.5]}, {"a": 1, "b": [True, None, 1.5]}),
        ([], []),
        ({}, {}),
        ({"q": "ü"}, {"q": "ü"}),
        ({"password": SecretStr(CANARY)}, {"password": CANARY}),
        ({"list": [{"deep": SecretStr(CANARY)}]}, {"list": [{"deep": CANARY}]}),
        ([SecretStr(CANARY)], [CANARY]),
        ({"pin": SecretBytes(CANARY.encode())}, {"pin": CANARY}),
        ({"pair": (SecretStr(CANARY), 1)}, {"pair": [CANARY, 1]}),
        (MappingProxyType({"password": SecretStr(CANARY)}), {"password": CANARY}),
        ({"pin": Secret(7)}, {"pin": 7}),
        (
            Login(userName="ana", password=SecretStr(CANARY)),
            {"userName": "ana", "password": CANARY},
        ),
        (
            {"login": Login(userName="ana", password=SecretStr(CANARY), note=None)},
            {"login": {"userName": "ana", "password": CANARY, "note": None}},
        ),
        (Names(["a", "b"]), ["a", "b"]),
        (
            Fields(day=date(2026, 3, 1), colour=Colour.RED, id=UUID(int=1), at=Point(2)),
            {"day": "2026-03-01", "colour": "red", "id": str(UUID(int=1)), "at": {"x": 2}},
        ),
        ({"inner": Fields(tags={"x"})}, {"inner": {"tags": ["x"]}}),
        ([Fields(pins={SecretStr(CANARY)})], [{"pins": [CANARY]}]),
        (Fields(held=Held(SecretStr(CANARY))), {"held": {"by": CANARY}}),
        (
            Fields(pin=Secret[int](7), any=[Fields(held=Held(SecretStr(CANARY)))]),
            {"pin": 7, "any": [{"held": {"by": CANARY}}]},
        ),
        ({"mailbox": MailboxUpdate(password=CANARY)}, {"mailbox": {"password": CANARY}}),
    ],
)
def test_wire(value: Any, wire: object) -> None:
    """Values go out as JSON, models under their aliases, secrets in the clear."""
    body = body_of(value)

    assert body is not None
    assert json.loads(body.to_wire()) == wire


def test_wire_is_compact_utf_8() -> None:
    """JSON has no extra spaces, and is the same bytes each time."""
    body = GivenBody({"a": [1, 2], "b": "x y"})

    assert body.to_wire() == body.to_wire() == b'{"a":[1,2],"b":"x y"}'


def test_body_is_fixed() -> None:
    """A body does not change with its source, so a retry sends the same bytes."""
    value: dict[str, object] = {"a": 1}
    body = GivenBody(value)

    value["password"] = "later"

    assert body.to_wire() == b'{"a":1}'
    assert body.retryable()


def test_no_body_and_bodies_of_ours() -> None:
    """None stays None, and a request model serializes itself."""
    model = MailboxUpdate(quota_mb=5)

    assert body_of(None) is None
    assert body_of(model) is model


json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["Cs"])),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(st.one_of(st.lists(json_values), st.dictionaries(st.text(), json_values)))
def test_any_json(value: Any) -> None:
    """Any JSON value is sent unchanged."""
    body = GivenBody(value)

    assert json.loads(body.to_wire()) == value
    assert all(isinstance(secret, str) for secret in body.secrets())


# Invalid bodies


def circle() -> list[object]:
    value: list[object] = []
    value.append(value)
    return value


class Reluctant:
    def __repr__(self) -> str:
        return CANARY

    __str__ = __repr__


NOT_JSON: dict[str, Any] = {
    "object": {"password": CANARY, "x": Reluctant()},
    "nan": {"password": CANARY, "x": float("nan")},
    "infinity": {"password": CANARY, "x": float("inf")},
    "bytes": {"password": CANARY, "x": b"\xff"},
    "secret bytes": {"password": SecretBytes(CANARY.encode() + b"\xff")},
    "key": {(CANARY, 1): "x"},
    "circle": {"password": CANARY, "x": circle()},
    "function": {"password": CANARY, "x": lambda: CANARY},
    "set": {"password": {SecretStr(CANARY)}},
    "frozenset": [frozenset({CANARY})],
    "queue": {"password": deque([SecretStr(CANARY)])},
    "iterator": {"password": iter([SecretStr(CANARY)])},
    "generator": {"password": (CANARY for _ in range(2))},
    "dataclass": {"password": Held(SecretStr(CANARY))},
    "date": {"password": CANARY, "x": date(2026, 3, 1)},
    "enum": {"password": CANARY, "x": Colour.RED},
    "queue of a model": Fields(queue=deque([SecretStr(CANARY)])),
    "object of a model": Fields(any=[CANARY, Reluctant()]),
    "nan of a model": {"password": CANARY, "x": Fields(any=float("nan"))},
}


@pytest.mark.parametrize("value", NOT_JSON.values(), ids=NOT_JSON)
def test_values_without_json(value: Any) -> None:
    """A value without JSON is refused before it is sent, and not quoted by the error."""
    with pytest.raises(InvalidRequestError, match="body must be serializable as JSON") as caught:
        body_of(value)

    assert caught.value.fields == {"body": "must be serializable as JSON"}
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert CANARY not in repr(caught.value) + str(caught.value)


def test_too_deep() -> None:
    """A value nested too deeply is refused as well."""
    value: list[object] = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(InvalidRequestError):
        body_of(value)


# Retries


@pytest.mark.parametrize(
    ("value", "retryable"),
    [
        ({"quota": 5}, True),
        ([1], True),
        ({"name": "password"}, True),
        ({"passwords": "no"}, True),
        ({"password": "x"}, False),
        ({"username": "x"}, False),
        ({"quota": 5, "password": None}, False),
        ({"mailbox": {"password": "x"}}, False),
        ([{"username": "x"}], False),
        (Login(userName="ana", password=SecretStr("x")), False),
        ({"login": Login(userName="ana", password=SecretStr("x"))}, False),
    ],
)
def test_retryable(value: Any, retryable: bool) -> None:
    """A body that sets a password or renames, at any depth, is never retried."""
    body = body_of(value)

    assert body is not None
    assert body.retryable() is retryable


# Secrets


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ({"a": "b", "list": ["c"]}, []),
        ({"password": "p", "newPassword": "q", "PASSWORD": "r"}, ["p", "q", "r"]),
        ({"authToken": "t", "secret": "s"}, ["t", "s"]),
        ({"answers": {"tk1": "a1", "tk2": "a2"}}, ["a1", "a2"]),
        ({"secretQuestionsAnswers": [{"key": "k", "value": "v"}]}, ["k", "v"]),
        ({"note": SecretStr("n"), "deep": [{"x": (SecretStr("y"),)}]}, ["n", "y"]),
        ([Fields(pins={SecretStr("n")}), {"bytes": SecretBytes(b"m")}], ["n", "m"]),
        ({"password": 123456}, ["123456"]),
        (Login(userName="ana", password=SecretStr("p")), ["p"]),
        ({"login": Login(userName="ana", password=SecretStr("p"))}, ["p"]),
        ({"mailbox": MailboxUpdate(password="p")}, ["p"]),
        ({"password": None, "token": True}, []),
    ],
)
def test_secrets(value: Any, secrets: list[str]) -> None:
    """A value marked as secret, or with a secret name, is masked."""
    body = body_of(value)

    assert body is not None
    assert sorted(set(body.secrets())) == sorted(secrets)


def test_secrets_can_be_read_twice() -> None:
    """Each error of a call needs them again."""
    body = GivenBody({"password": CANARY})

    assert list(body.secrets()) == list(body.secrets()) == [CANARY]


def test_repr_hides_the_body() -> None:
    """The repr of a body hides its values."""
    body = GivenBody({"password": CANARY})

    assert CANARY not in repr(body) + str(body)
