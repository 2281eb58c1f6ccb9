"""What all request bodies share: strict fields, and secrets that only the wire shows."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    SecretStr,
    SerializationInfo,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticSerializationError, core_schema

from hostway_email.errors import InvalidRequestError
from hostway_email.hints import nearest

__all__ = ["RequestBody", "Secret", "SecretAnswer"]

T = TypeVar("T")

_REVEALED: Final = {"secrets": "revealed"}


class _SecretField:
    """The schema of a secret: read from `str` or `SecretStr`, shown only on the wire."""

    def __init__(self, min_length: int = 1) -> None:
        self.min_length = min_length

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def conceal(value: object) -> SecretStr:
            secret = SecretStr(value) if isinstance(value, str) else value
            if not isinstance(secret, SecretStr):
                raise ValueError("must be a str or SecretStr")
            if len(secret.get_secret_value()) < self.min_length:
                raise ValueError(f"must have at least {self.min_length} characters")
            return secret

        return core_schema.no_info_plain_validator_function(
            conceal,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _serialize_secret, info_arg=True, when_used="json"
            ),
        )


def _serialize_secret(value: SecretStr, info: SerializationInfo) -> str:
    return value.get_secret_value() if info.context is _REVEALED else str(value)


Secret = Annotated[str | SecretStr, _SecretField()]
"""A password of a request: given as `str` or `SecretStr`, kept as `SecretStr`."""

SecretAnswer = Annotated[str | SecretStr, _SecretField(min_length=2)]
"""The answer to a secret question, of two characters or more."""


class RequestBody(BaseModel):
    """The base of all request bodies: only documented fields, checked before anything is sent.

    A body sends the fields that were set and no others. What it refuses is an
    `InvalidRequestError` that names the field and the rule and never repeats the value.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        extra="forbid",
        frozen=True,
        defer_build=True,
        hide_input_in_errors=True,
        loc_by_alias=False,
    )

    sets_once: ClassVar[frozenset[str]] = frozenset()
    """Fields that make sending the body twice unsafe: a password is accepted once only."""

    needs_a_field: ClassVar[bool] = False
    """Whether a body without any field is refused, as an update that updates nothing."""

    def __init__(self, **data: Any) -> None:
        _checked(type(self), partial(super().__init__, **data))
        if self.needs_a_field and not self.model_fields_set:
            raise InvalidRequestError(f"{type(self).__name__} needs at least one field to change")

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Validate like pydantic, but refuse with `InvalidRequestError`."""
        return _checked(cls, partial(super().model_validate, obj, **options))

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Validate like pydantic, but refuse with `InvalidRequestError`."""
        return _checked(cls, partial(super().model_validate_json, json_data, **options))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values, checked like those of a new body."""
        fields = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self)(**fields | dict(update or {}))

    def to_wire(self) -> bytes:
        """Return the JSON that is sent: the fields that were set, with their secrets.

        Raises:
            InvalidRequestError: a text is not valid Unicode, so that no JSON can carry it.
        """
        try:
            text = self.model_dump_json(by_alias=True, exclude_unset=True, context=_REVEALED)
            return text.encode()
        except PydanticSerializationError:
            refusal = InvalidRequestError(f"{type(self).__name__} must be valid Unicode text")
        raise refusal  # As in _checked: not with a context that quotes what could not be written.

    def repeatable(self) -> bool:
        """Return whether sending this body a second time would do no more than the first."""
        return not self.model_fields_set & self.sets_once

    def secrets(self) -> Iterator[str]:
        """Yield every secret in this body, so that errors can be kept free of them."""
        return _secrets_in(dict(self))


def _checked(model: type[RequestBody], read: Callable[[], T]) -> T:
    try:
        return read()
    except ValidationError as error:
        refusal = _refused(model, error)
    # Only here: raised above it would keep the other as its context, and with it the value that
    # was refused, which may be a password.
    raise refusal


def _secrets_in(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, RequestBody):
        yield from value.secrets()
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secrets_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets_in(item)


def _refused(model: type[RequestBody], error: ValidationError) -> InvalidRequestError:
    fields: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in problem["loc"])
        cause = problem.get("ctx", {}).get("error")
        if isinstance(cause, InvalidRequestError):
            inside = f"{place}." if place else ""
            fields |= {f"{inside}{name}": rule for name, rule in cause.fields.items()}
        elif problem["type"] == "extra_forbidden":
            fields[place] = _unknown(model, place)
        else:
            fields[place] = problem["msg"].removeprefix("Value error, ")
    rules = "; ".join(f"{name}: {rule}" if name else rule for name, rule in fields.items())
    return InvalidRequestError(f"{model.__name__}: {rules}", fields)


def _unknown(model: type[RequestBody], name: str) -> str:
    near = nearest(name, model.model_fields)
    meant = f"did you mean {near!r}?" if near else "it is not documented"
    return f"no such field, {meant}"
