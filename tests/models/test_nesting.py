"""Request bodies inside of a user's own models: their errors, without secrets."""

from __future__ import annotations

import dataclasses
import json
import traceback
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

import pydantic
import pytest
from pydantic import BaseModel, ConfigDict, RootModel, TypeAdapter, ValidationError

from hostway_email import InvalidRequestError, models
from hostway_email.models import (
    BlackWhitelistUpdate,
    ContactCreate,
    ExchangeUpdate,
    MailboxCreate,
    MailboxUpdate,
    RequestModel,
    WebmailUpdate,
)

from ..support.reporters import frames, leaks
from ..test_secrets import BODIES

CANARY = "Canary"
B = TypeVar("B")
Model = type[RequestModel]


class Holder(BaseModel, Generic[B]):
    m: B


class FromAttributes(BaseModel, Generic[B]):
    model_config = ConfigDict(from_attributes=True)

    m: B


def _as_dataclass(model: Model, values: object) -> object:
    @pydantic.dataclasses.dataclass
    class Held:
        m: model  # type: ignore[valid-type] # a model of a parameter

    # Annotations are strings in this module, and `model` is no global.
    Held.__annotations__["m"] = model
    Held.__dataclass_fields__["m"].type = model
    pydantic.dataclasses.rebuild_dataclass(Held, force=True, _types_namespace={"model": model})
    return Held(m=values)


def _as_argument(model: Model, values: object) -> object:
    def take(m: object) -> object:
        return m

    take.__annotations__["m"] = model
    return pydantic.validate_call(take)(values)


WAYS: dict[str, tuple[Callable[[Model, Any], object], tuple[object, ...]]] = {
    "model": (lambda model, v: Holder[model](m=v), ("m",)),  # type: ignore[valid-type] # a model of a parameter
    "model from JSON": (
        lambda model, v: Holder[model].model_validate_json(json.dumps({"m": v})),  # type: ignore[valid-type] # a model of a parameter
        ("m",),
    ),
    "strict model": (
        lambda model, v: Holder[model].model_validate({"m": v}, strict=True),  # type: ignore[valid-type] # a model of a parameter
        ("m",),
    ),
    "strict model from JSON": (
        lambda model, v: Holder[model].model_validate_json(json.dumps({"m": v}), strict=True),  # type: ignore[valid-type] # a model of a parameter
        ("m",),
    ),
    "list": (lambda model, v: Holder[list[model]](m=[v]), ("m", 0)),  # type: ignore[valid-type] # a model of a parameter
    "dict": (lambda model, v: Holder[dict[str, model]](m={"k": v}), ("m", "k")),  # type: ignore[valid-type] # a model of a parameter
    "tuple": (lambda model, v: Holder[tuple[int, model]](m=(1, v)), ("m", 1)),  # type: ignore[valid-type] # a model of a parameter
    "optional": (lambda model, v: Holder[model | None](m=v), ("m",)),  # type: ignore[valid-type] # a model of a parameter
    "two deep": (lambda model, v: Holder[Holder[model]](m={"m": v}), ("m", "m")),  # type: ignore[valid-type] # a model of a parameter
    "root model": (lambda model, v: RootModel[list[model]]([v]), (0,)),  # type: ignore[valid-type] # a model of a parameter
    "adapter": (lambda model, v: TypeAdapter(model).validate_python(v), ()),
    "strict adapter": (lambda model, v: TypeAdapter(model).validate_python(v, strict=True), ()),
    "adapter from JSON": (lambda model, v: TypeAdapter(model).validate_json(json.dumps(v)), ()),
    "adapter of a list": (lambda model, v: TypeAdapter(list[model]).validate_python([v]), (0,)),  # type: ignore[valid-type] # a model of a parameter
    "adapter of an optional": (
        lambda model, v: TypeAdapter(model | None).validate_python(v),
        (),
    ),
    "dataclass": (_as_dataclass, ("m",)),
    "argument": (_as_argument, (0,)),
    "attributes": (
        lambda model, v: FromAttributes[model].model_validate(SimpleNamespace(m=v)),  # type: ignore[valid-type] # a model of a parameter
        ("m",),
    ),
}
"""Ways to validate a body, with the prefix of its fields in the `loc` of an error."""


def mistakes(name: str) -> Iterator[dict[str, Any]]:
    """Yield invalid versions of a body with a secret in it."""
    values = BODIES[name]
    yield values | {"pasword": CANARY}
    yield values | {"pasword": {"deep": [CANARY]}}
    for field in ("password", "answers"):
        if field in values:
            yield values | {field: [CANARY]}
            yield values | {field: {"tk1": {"deep": CANARY}}}
    yield {name: value for name, value in values.items() if name != "display_name"} | {"type": 5}
    if name.startswith("Mailbox"):
        yield values | {"quota_mb": CANARY}
        yield values | {"quota_mb": -3}


def everything_in(error: BaseException) -> Iterator[str]:
    """Yield every text that a program, a log or a reporter may show of an error."""
    chain = [error]
    for one in chain:
        yield from (str(one), repr(one), repr(one.args))
        if isinstance(one, ValidationError):
            yield from (repr(one.errors()), one.json(), repr(one.errors(include_url=False)))
            causes = (problem.get("ctx", {}).get("error") for problem in one.errors())
            chain += [cause for cause in causes if isinstance(cause, BaseException)]
        chain += [e for e in (one.__cause__, one.__context__) if e is not None]
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if "/hostway_email/" in frame.f_code.co_filename:
                yield from map(repr, frame.f_locals.values())


def assert_hidden(error: BaseException) -> None:
    for text in everything_in(error):
        assert CANARY not in text


@pytest.mark.parametrize("way", WAYS)
def test_nested_errors_show_no_secret(way: str) -> None:
    """In every kind of validation, the body's own errors do not quote its input."""
    validate, _ = WAYS[way]
    for name in BODIES:
        for values in mistakes(name):
            with pytest.raises(ValidationError) as caught:
                validate(getattr(models, name), values)
            assert_hidden(caught.value)


@pytest.mark.parametrize("way", WAYS)
def test_loc_of_a_nested_error(way: str) -> None:
    """The `loc` of an error is the path to the field, with its name in Python."""
    validate, before = WAYS[way]
    wrong = {"password": CANARY, "quota": -3, "qouta_mb": 5}

    with pytest.raises(ValidationError) as caught:
        validate(MailboxUpdate, wrong)

    found = {problem["loc"]: problem["msg"] for problem in caught.value.errors()}
    assert found == {
        (*before, "quota_mb"): "Input should be greater than 0",
        (*before, "qouta_mb"): "no such field, did you mean 'quota_mb'?",
    }
    assert_hidden(caught.value)


@pytest.mark.parametrize("way", WAYS)
def test_nested_bodies_are_like_others(way: str) -> None:
    """A body validated inside of something equals one from its constructor."""
    validate, _ = WAYS[way]
    result = validate(MailboxUpdate, {"password": CANARY, "quota": 85, "type": None})
    body = next(each for each in parts(result) if isinstance(each, MailboxUpdate))

    assert body == MailboxUpdate(password=CANARY, quota_mb=85)
    assert json.loads(body.to_wire()) == {"password": CANARY, "quota": 85}
    assert CANARY not in repr(result)
    for empty in ({}, {"password": None}):
        with pytest.raises(ValidationError, match="at least one field"):
            validate(MailboxUpdate, empty)


def parts(thing: object) -> Iterator[object]:
    yield thing
    if isinstance(thing, BaseModel):
        thing = dict(thing)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        thing = vars(thing)
    if isinstance(thing, Mapping):
        thing = list(thing.values())
    if isinstance(thing, list | tuple):
        for item in thing:
            yield from parts(item)


@pytest.mark.parametrize("name", BODIES)
def test_unions_of_bodies(name: str) -> None:
    """If all branches are bodies of this package, no branch quotes its input."""
    model = getattr(models, name)
    for union in (model | WebmailUpdate, ContactCreate | model):
        for values in mistakes(name):
            with pytest.raises(ValidationError) as caught:
                Holder[union](m=values)  # type: ignore[valid-type] # a model of a parameter
            assert_hidden(caught.value)
            assert {problem["loc"][1] for problem in caught.value.errors()} == {
                kind.__name__ for kind in union.__args__
            }
        assert isinstance(Holder[union](m=BODIES[name]).m, model)  # type: ignore[valid-type] # a model of a parameter


def test_attributes_that_are_none() -> None:
    """Attributes that are None are not set, like those of a mapping."""
    row = SimpleNamespace(password=CANARY, quota=None, quota_mb=None, type=None, master=True)
    body = MailboxUpdate.model_validate(row, from_attributes=True)

    assert json.loads(body.to_wire()) == {"password": CANARY, "master": True}
    with pytest.raises(InvalidRequestError, match="at least one field"):
        MailboxUpdate.model_validate(SimpleNamespace(password=None), from_attributes=True)


DIRECT: dict[str, Callable[[Model, dict[str, Any]], object]] = {
    "call": lambda model, values: model(**values),
    "model_validate": lambda model, values: model.model_validate(values),
    "model_validate, strict": lambda model, values: model.model_validate(values, strict=True),
    "model_validate_json": lambda model, values: model.model_validate_json(json.dumps(values)),
    "model_validate_strings": lambda model, values: model.model_validate_strings(values),
    "model_construct": lambda model, values: model.model_construct(**values),
    "model_copy": lambda model, values: model.model_construct(**BODIES[model.__name__]).model_copy(
        update=values
    ),
    "attributes": lambda model, values: model.model_validate(
        SimpleNamespace(**values), from_attributes=True
    ),
}


@pytest.mark.parametrize("way", DIRECT)
def test_direct_use_refuses_without_the_secret(way: str) -> None:
    """An invalid body created directly is an `InvalidRequestError`, with cause and input hidden."""
    for name in BODIES:
        model = getattr(models, name)
        for values in mistakes(name):
            if way == "attributes" and not values.keys() <= model.model_fields.keys():
                continue  # An object may have other attributes.
            with pytest.raises(InvalidRequestError) as caught:
                DIRECT[way](model, values)
            assert_hidden(caught.value)
            assert caught.value.__context__ is None


@pytest.mark.parametrize("text", ['{"password": "Canary', "Canary", '{"password": "Canary"}}', ""])
def test_invalid_json(text: str) -> None:
    """Invalid JSON is refused without being quoted."""
    with pytest.raises(InvalidRequestError) as caught:
        MailboxUpdate.model_validate_json(text)

    assert_hidden(caught.value)


def test_assigning_to_a_body() -> None:
    """A body is frozen, and the assigned value is not quoted."""
    body = MailboxUpdate(quota_mb=5)
    for name in ("password", "quota_mb", "pasword"):
        with pytest.raises(InvalidRequestError) as caught:
            setattr(body, name, CANARY)
        assert_hidden(caught.value)
    assert body == MailboxUpdate(quota_mb=5)


def test_bodies_inside_of_bodies() -> None:
    """Invalid items of a list are named by their index."""
    entries = [{"address": "a@b", "type": "W"}, {"address": CANARY, "type": "X", "typo": CANARY}]
    with pytest.raises(InvalidRequestError) as direct:
        BlackWhitelistUpdate.model_validate({"list": entries})
    with pytest.raises(ValidationError) as nested:
        Holder[BlackWhitelistUpdate](m={"addresses": entries})  # type: ignore[arg-type] # invalid on purpose

    places = [f"addresses.1.{name}" for name in ("address", "type", "typo")]
    assert list(direct.value.fields) == places
    assert [".".join(map(str, each["loc"][1:])) for each in nested.value.errors()] == places
    assert "did you mean 'type'" in direct.value.fields["addresses.1.typo"]
    for caught in (direct, nested):
        assert_hidden(caught.value)


def test_rules_of_a_subclass() -> None:
    """A user's subclass hides the input of its own validators too."""

    class Longer(MailboxUpdate):
        note: str | None = None

        @pydantic.field_validator("note")
        @classmethod
        def check_note(cls, note: str) -> str:
            raise ValueError("must be shorter")

        @pydantic.model_validator(mode="after")
        def check_all(self) -> Longer:
            raise ValueError("must be another")

    for values, rule in (
        ({"password": CANARY}, "must be another"),
        ({"note": CANARY}, "must be shorter"),
    ):
        with pytest.raises(InvalidRequestError, match=rule) as direct:
            Longer(**values)
        with pytest.raises(ValidationError, match=rule) as nested:
            Holder[Longer](m=values)  # type: ignore[arg-type] # invalid on purpose
        for caught in (direct, nested):
            assert_hidden(caught.value)


class Faulty(MailboxUpdate):
    """A user's subclass with a fault in a validator."""

    @pydantic.field_validator("quota_mb")
    @classmethod
    def check_quota(cls, quota_mb: int) -> int:
        raise LookupError(f"no such quota: {quota_mb}")


@pytest.mark.parametrize("way", [*DIRECT, "nested"])
def test_fault_of_a_subclass(way: str) -> None:
    """An unexpected error shows the program's own frames, and no argument in any other."""
    ways: dict[str, Callable[[Any, dict[str, Any]], object]] = {
        **DIRECT,
        "model_copy": lambda model, values: model(password=CANARY).model_copy(update=values),
        "nested": lambda model, values: Holder[model](m=values),
    }
    values = {"password": CANARY, "quota_mb": 5}

    with pytest.raises(LookupError, match="no such quota: 5") as caught:
        ways[way](Faulty, values)

    found = [*frames(caught.value.__traceback__)]
    own = [frame for frame in found if frame.f_code.co_filename == __file__]
    assert own[-1].f_code.co_name == "check_quota"
    shown = {
        f"{frame.f_globals['__name__']}: {frame.f_locals!r}"
        for frame in found
        if frame.f_globals["__name__"].startswith("hostway_email.")
    }
    assert not any(CANARY in text for text in shown)
    if way != "nested":  # The frames of pydantic belong to the program's own model.
        assert leaks(caught.value, [CANARY]) == []


def test_instances_are_kept() -> None:
    """An instance is used unchanged, and another kind of body is refused."""
    body = MailboxUpdate(password=CANARY)

    assert Holder[MailboxUpdate](m=body).m is body
    assert Holder[MailboxUpdate | ExchangeUpdate](m=body).m is body
    with pytest.raises(ValidationError) as caught:
        Holder[MailboxCreate](m=body)  # type: ignore[arg-type] # invalid on purpose
    assert_hidden(caught.value)
