"""Secret values in pickles and copies of models, and the mask."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, RootModel, SecretBytes, SecretStr, create_model
from pydantic import Secret as AnySecret

from hostway_email import (
    ConflictError,
    HostwayEmail,
    HostwayEmailError,
    InvalidRequestError,
    Mailbox,
    MailboxUpdate,
    SSOLink,
    UsernameHandle,
    Webmail,
    models,
)
from hostway_email._core.json_body import GivenBody, body_of
from hostway_email._core.secret_values import MaskedInPickles, NeverPickled, holds_secret
from hostway_email.models import RequestModel, SSOLinkResponse
from hostway_email.models._response import ResponseModel
from hostway_email.sandbox import Sandbox

from ..support.transports import client_over, response
from ..test_secrets import BODIES

CANARY = "Canary"
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)

ANSWERS: dict[type[ResponseModel], object] = {
    Mailbox: {"authToken": CANARY, "quota": 5},
    SSOLink: {"url": CANARY},
    SSOLinkResponse: {"url": CANARY},
    Webmail: {"authToken": CANARY, "type": "standard"},
}


class Task(BaseModel):
    """A model of a user's own."""

    changes: MailboxUpdate


@dataclass
class Carrier:
    """Something that a program puts a model into, to send it elsewhere."""

    thing: object


def carriers(thing: object) -> Iterator[object]:
    yield from (thing, [thing], {"a": (thing,)}, Carrier(thing), ValueError("failed", thing))


def pickles(thing: object) -> Iterator[bytes]:
    for carried in carriers(thing):
        for protocol in PROTOCOLS:
            yield pickle.dumps(carried, protocol)


def classes(base: type[BaseModel]) -> set[type[BaseModel]]:
    found = {getattr(models, name) for name in models.__all__}
    return {one for one in found if inspect.isclass(one) and issubclass(one, base)}


# Responses


def test_every_response_with_a_secret_is_listed() -> None:
    """A response model with a secret field is known as such, and is tested here."""
    holders = {one for one in classes(ResponseModel) if holds_secret(one)}
    with_a_secret = {
        one
        for one in classes(ResponseModel)
        if any("Secret" in repr(field) for field in one.model_fields.values())
    }

    assert holders == with_a_secret == set(ANSWERS)


def secret_of(response: Any) -> SecretStr:
    if isinstance(response, SSOLinkResponse):
        response = response.link
    found = response.url if isinstance(response, SSOLink) else response.auth_token
    assert isinstance(found, SecretStr)
    return found


@pytest.mark.parametrize("model", ANSWERS, ids=lambda model: model.__name__)
def test_pickles_of_responses(model: type[ResponseModel]) -> None:
    """A pickle of a response has asterisks instead of its secret, copies have the secret."""
    response = model.model_validate_json(json.dumps(ANSWERS[model]))
    secret = secret_of(response)

    for thing in (response, secret, response.model_dump(), dict(response), vars(response)):
        for data in pickles(thing):
            assert CANARY.encode() not in data
    back = pickle.loads(pickle.dumps(response))
    assert secret_of(back).get_secret_value() == "**********"
    assert back.model_dump_json() == response.model_dump_json()
    for same in (copy.copy(response), copy.deepcopy([response])[0], response.model_copy(deep=True)):
        assert same == response
        assert secret_of(same).get_secret_value() == CANARY


def test_bare_link_in_a_pickle() -> None:
    """A sign-on link from a JSON string is masked as well."""
    response = SSOLinkResponse.model_validate_json('"Canary"')

    assert secret_of(response).get_secret_value() == CANARY
    for data in (*pickles(response), *pickles(response.link)):
        assert CANARY.encode() not in data


def test_secrets_set_by_a_program() -> None:
    """A secret that a program has set in a response itself is masked in pickles too."""
    assigned = Mailbox()
    assigned.auth_token = SecretStr(CANARY)
    for mailbox in (
        assigned,
        Mailbox(auth_token=SecretStr(CANARY)),
        Mailbox().model_copy(update={"auth_token": SecretStr(CANARY)}),
        Mailbox.model_construct(auth_token=SecretStr(CANARY), other=SecretStr(CANARY)),
        SSOLink(url=SecretStr(CANARY)),
    ):
        assert secret_of(mailbox).get_secret_value() == CANARY
        for data in pickles(mailbox):
            assert CANARY.encode() not in data
        assert secret_of(mailbox).get_secret_value() == CANARY


def test_responses_without_a_secret_are_pickled_completely() -> None:
    """Other values are pickled unchanged, including unknown fields."""
    mailbox = Mailbox.model_validate({"quota": 5, "new": {"a": [1]}, "links": [{"href": "/x"}]})

    for protocol in PROTOCOLS:
        back = pickle.loads(pickle.dumps(mailbox, protocol))
        assert back == mailbox
        assert back.model_fields_set == mailbox.model_fields_set
        assert back.model_extra == {"new": {"a": [1]}}


# Bodies


@pytest.mark.parametrize("name", BODIES)
def test_bodies_with_a_secret_are_not_pickled(name: str) -> None:
    """A body with a secret, or a part of it, is not pickled; the error says what to do."""
    body: RequestModel = getattr(models, name)(**BODIES[name])

    for thing in (body, body.model_dump(), dict(body)):
        for carried in carriers(thing):
            for protocol in PROTOCOLS:
                with pytest.raises(TypeError, match=r"revealed\(\)") as caught:
                    pickle.dumps(carried, protocol)
                assert CANARY not in f"{caught.value!r} {caught.value.__context__!r}"
    with pytest.raises(TypeError, match=name):
        pickle.dumps(body)
    for same in (copy.copy(body), copy.deepcopy([body])[0], body.model_copy(deep=True)):
        assert same == body
        assert same.to_wire() == body.to_wire()


@pytest.mark.parametrize("name", BODIES)
def test_revealed_body(name: str) -> None:
    """The result of `revealed()` survives JSON and pickle, and recreates the body."""
    model: type[RequestModel] = getattr(models, name)
    body = model(**BODIES[name])

    plain = body.revealed()

    for carried in (plain, json.loads(json.dumps(plain)), pickle.loads(pickle.dumps(plain))):
        again = model.model_validate(carried)
        assert again == body
        assert again.model_fields_set == body.model_fields_set
        assert again.to_wire() == body.to_wire()


def test_revealed_nested_bodies() -> None:
    """Nested bodies are plain values too."""
    body = models.ForwardsCreate.of(["a@b.example", "c@d.example"])

    assert body.revealed() == {"targets": [{"target": "a@b.example"}, {"target": "c@d.example"}]}
    assert models.ForwardsCreate.model_validate(body.revealed()) == body


def test_bodies_without_a_secret_are_pickled() -> None:
    """An update that sets no password can be sent to a worker."""
    for protocol in PROTOCOLS:
        back = pickle.loads(pickle.dumps(MailboxUpdate(quota_mb=5), protocol))
        assert back.to_wire() == b'{"quota":5}'


def test_body_in_a_model_of_a_user() -> None:
    """A model that contains a body is not pickled with its secret either."""
    with pytest.raises(TypeError, match=r"revealed\(\)"):
        pickle.dumps(Task(changes=MailboxUpdate(password=CANARY)))
    with pytest.raises(TypeError, match=r"revealed\(\)"):
        pickle.dumps(MailboxUpdate(password=CANARY).password)


# The mask

MASKS = {
    text
    for secret in (SecretStr("x"), SecretBytes(b"x"), AnySecret("x"), NeverPickled("x"))
    for text in (str(secret), repr(secret))
} | {json.dumps(str(SecretStr("x")))}


def with_a_mask(values: dict[str, Any], mask: object) -> Iterator[dict[str, Any]]:
    """Yield the values with one secret after the other replaced by the mask."""
    for name, value in values.items():
        if name == "password":
            yield values | {name: mask}
        elif name == "answers":
            yield values | {name: value | {"tk2": mask}}


@pytest.mark.parametrize("name", BODIES)
def test_masks_are_refused(name: str) -> None:
    """The mask is refused as a secret, in every field for one."""
    masks = [*MASKS, *map(SecretStr, MASKS)]
    bodies = [values for mask in masks for values in with_a_mask(BODIES[name], mask)]
    assert len(bodies) >= len(masks)
    for values in bodies:
        with pytest.raises(InvalidRequestError, match="asterisks") as caught:
            getattr(models, name)(**values)
        assert set(caught.value.fields) <= {"password", "answers.tk2"}


@pytest.mark.parametrize(
    "name", ["ExchangeCreate", "ExchangeUpdate", "MailboxCreate", "MailboxUpdate"]
)
def test_printed_bodies_are_not_read_back(name: str) -> None:
    """The JSON of a body has asterisks, and cannot be parsed as a body by mistake."""
    model: type[RequestModel] = getattr(models, name)
    body = model(**BODIES[name])

    for by_alias in (True, False):
        with pytest.raises(InvalidRequestError, match="asterisks"):
            model.model_validate_json(body.model_dump_json(by_alias=by_alias))
        with pytest.raises(InvalidRequestError, match="asterisks"):
            model.model_validate(body.model_dump(mode="json", by_alias=by_alias))
    assert model.model_validate(body.model_dump(exclude_unset=True)) == body


@pytest.mark.parametrize(
    "password",
    ["*", "*" * 9, "*" * 11, "x**********", "********** ", "**********\n", "'*********'"],
)
def test_other_asterisks(password: str) -> None:
    """Only the mask itself is refused, not every password with asterisks."""
    assert MailboxUpdate(password=password).revealed() == {"password": password}


@pytest.mark.anyio
@pytest.mark.parametrize("mask", sorted(MASKS))
async def test_masks_as_arguments(hostway: HostwayEmail, mask: str) -> None:
    """Methods with a secret argument refuse the mask before a request."""
    ana: UsernameHandle = hostway.account("account007").domain("example.com").username("ana")
    for secret in (mask, SecretStr(mask)):
        with pytest.raises(InvalidRequestError, match="password"):
            await ana.mailbox.reset_password(answers={"tk1": "answer"}, password=secret)
        with pytest.raises(InvalidRequestError, match="tk1"):
            await ana.exchange.reset_password(answers={"tk1": secret}, password="Pw-12345")
        with pytest.raises(InvalidRequestError, match="tk1"):
            await ana.secrets.set({"tk1": secret})
        with pytest.raises(InvalidRequestError, match="password"):
            HostwayEmail("admin", secret)
        with pytest.raises(InvalidRequestError, match="password"):
            hostway.with_options(username="admin", password=secret)
        with pytest.raises(InvalidRequestError, match="asterisks"):
            await hostway.request("PUT", "/accounts/a", body={"password": secret})
    with pytest.raises(InvalidRequestError, match="authorization"):
        HostwayEmail(authorization=f"Bearer {mask}")


class Login(BaseModel):
    name: str
    pin: SecretStr


@pytest.mark.parametrize("mask", sorted(MASKS))
def test_masks_in_given_bodies(mask: str) -> None:
    """A body without a model is refused if a secret in it is the mask."""
    for body in (
        {"password": mask},
        {"list": [{"newPassword": {"deep": [mask]}}]},
        {"answers": {"tk1": mask}},
        {"pin": SecretStr(mask)},
        {"pin": AnySecret(mask)},
        {"pin": SecretBytes(mask.encode())},
        {"login": Login(name="ana", pin=SecretStr(mask))},
        [SecretStr(mask)],
    ):
        with pytest.raises(InvalidRequestError, match="asterisks"):
            GivenBody(body)
    with pytest.raises(InvalidRequestError, match="asterisks"):
        body_of(Login(name="ana", pin=SecretStr(mask)))


def test_asterisks_that_are_no_secret() -> None:
    """Other texts may be asterisks, and a password may contain them."""
    body = {"subject": "**********", "password": "**********x", "resetPassword": True}

    assert json.loads(GivenBody(body).to_wire()) == body


# Secret strings


@pytest.mark.parametrize("kind", [MaskedInPickles, NeverPickled])
def test_secrets_are_like_those_of_pydantic(kind: type[SecretStr]) -> None:
    """A secret behaves like a `SecretStr` that the program made itself."""
    ours, theirs = kind("Canary-ü\ud800"), SecretStr("Canary-ü\ud800")

    assert ours == theirs
    assert theirs == ours
    assert ours == kind("Canary-ü\ud800")
    assert ours != SecretStr("other")
    assert ours != "Canary-ü\ud800"
    assert hash(ours) == hash(theirs)
    assert (str(ours), repr(ours), len(ours)) == (str(theirs), repr(theirs), len(theirs))
    assert copy.copy(ours) is copy.deepcopy(ours) is ours


def frames_of(error: BaseException) -> Iterator[str]:
    """Yield the local variables of this package that a reporter would print."""
    chain: list[BaseException] = [error]
    for one in chain:
        chain += [cause for cause in (one.__cause__, one.__context__) if cause is not None]
        for frame, _ in traceback.walk_tb(one.__traceback__):
            if "/hostway_email/resources/" in frame.f_code.co_filename or (
                "/hostway_email/models/" in frame.f_code.co_filename
            ):
                yield from map(repr, frame.f_locals.values())


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answers", "password"),
    [
        ({"tk1": "Canary-answer"}, CANARY),
        ({"tk1": "Canary-answer", "tk2": ""}, CANARY),
        ({"tk1": ["Canary-answer"]}, CANARY),
        (["Canary-answer"], CANARY),
        ({"tk1": "Canary-answer"}, [CANARY]),
        ({"tk1": "Canary-answer"}, CANARY.encode()),
        ({"tk1": "Canary-answer"}, "**********"),
    ],
)
async def test_arguments_are_in_no_frame(
    sandbox: Sandbox, hostway: HostwayEmail, answers: Any, password: Any
) -> None:
    """Neither a refusal nor an error of the API keeps a secret argument in its frames."""
    ana = hostway.account("account007").domain("example.com").username("ana")
    sandbox.fail_next("POST", "/ana/mailbox/action", status=409)
    sandbox.fail_next("PUT", "/ana/secrets", status=409)

    with pytest.raises(HostwayEmailError) as reset:
        await ana.mailbox.reset_password(answers=answers, password=password)
    with pytest.raises(HostwayEmailError) as chosen:
        await ana.secrets.set(answers)

    for caught in (reset, chosen):
        for shown in frames_of(caught.value):
            assert CANARY not in shown


class Inner(BaseModel):
    code: SecretStr


class InALaterClass(BaseModel):
    later: Later | None = None


class Later(BaseModel):
    back: InALaterClass | None = None
    key: SecretBytes


class Tree(BaseModel):
    """A model without a secret that has itself as a field."""

    below: list[Tree] = []
    name: str = ""


WITH_A_SECRET: dict[str, type[BaseModel]] = {
    "of this package": Mailbox,
    "a field": Inner,
    "bytes": create_model("Bytes", key=(SecretBytes, ...)),
    "another type": create_model("Pin", pin=(AnySecret[int], ...)),
    "optional": create_model("Optional", key=(SecretStr | None, None)),
    "annotated": create_model("Annotated", key=(Annotated[SecretStr, Field(min_length=1)], ...)),
    "in a list": create_model("Keys", keys=(list[SecretStr], ...)),
    "in a model": create_model("Outer", inner=(dict[str, Inner | None], ...)),
    "in a model defined later": InALaterClass,
    "a root": RootModel[list[Inner]],
}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [*WITH_A_SECRET, "none", "a tree without one"])
async def test_errors_of_a_request_for_a_model_with_a_secret(kind: str) -> None:
    """`request(into=)` quotes nothing of a response that may have a secret."""
    plain = {"none": None, "a tree without one": Tree}
    into: type[BaseModel] | None = WITH_A_SECRET.get(kind) or plain[kind]
    hostway, _ = client_over([response(409, {"message": "Canary-of-the-response"})])

    async with hostway:
        with pytest.raises(ConflictError) as caught:
            await (
                hostway.request("GET", "/x", into=into) if into else hostway.request("GET", "/x")
            )

    assert ("Canary" in f"{caught.value} {vars(caught.value)}") is (kind in plain)
