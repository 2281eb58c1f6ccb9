"""The base of request bodies: strict fields, and secrets that are revealed only when sent."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SecretStr,
    SerializationInfo,
    Tag,
    ValidationError,
    ValidatorFunctionWrapHandler,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticSerializationError, core_schema

from hostway_email._core.documented_names import documents_fields
from hostway_email._core.secret_values import MASK_RULE, NeverPickled, is_mask
from hostway_email.errors import InvalidRequestError
from hostway_email.models._refusals import hidden, problem, refusing
from hostway_email.models.building import WHEN_USED
from hostway_email.transports.error_chain import forgetting_arguments

__all__ = ["RequestModel", "Secret", "SecretAnswer"]

_REVEALED: Final = {"secrets": "revealed"}


class _SecretField:
    """The schema of a secret: accepted as `str` or `SecretStr`, revealed only when sent."""

    def __init__(self, min_length: int = 1) -> None:
        self.min_length = min_length

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def as_secret(value: object) -> SecretStr:
            secret = value.get_secret_value() if isinstance(value, SecretStr) else value
            if not isinstance(secret, str):
                raise ValueError("must be a str or SecretStr")
            if len(secret) < self.min_length:
                raise ValueError(f"must have at least {self.min_length} characters")
            if is_mask(secret):
                raise ValueError(MASK_RULE)
            return NeverPickled(secret)

        return core_schema.no_info_plain_validator_function(
            as_secret,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _serialize_secret, info_arg=True, when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        shape: dict[str, Any] = {"type": "string", "format": "password", "writeOnly": True}
        return shape | ({"minLength": self.min_length} if self.min_length > 1 else {})


def _serialize_secret(value: SecretStr, info: SerializationInfo) -> str:
    return value.get_secret_value() if info.context is _REVEALED else str(value)


Secret = Annotated[str | SecretStr, _SecretField()]
"""A password of a request: accepted as `str` or `SecretStr`, stored as `SecretStr`."""

SecretAnswer = Annotated[str | SecretStr, _SecretField(min_length=2)]
"""The answer to a secret question, with at least two characters."""


@documents_fields
class RequestModel(BaseModel):
    """The base of all request bodies: only documented fields, validated before anything is sent.

    A body sends only the fields that were set. Invalid values raise an `InvalidRequestError` that
    names the field and the rule, but never contains the value. Inside of other models they raise
    pydantic's `ValidationError`, of which the same is true.

    A body that holds a secret cannot be pickled: use `revealed()` to serialize it.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        extra="forbid",
        frozen=True,
        defer_build=WHEN_USED,
        hide_input_in_errors=True,
        loc_by_alias=False,
    )

    sets_once: ClassVar[frozenset[str]] = frozenset()
    """The fields that make a retry unsafe, such as a password, which is accepted only once."""

    needs_a_field: ClassVar[bool] = False
    """Whether a body without fields is invalid, as for an update."""

    leaves_out_none: ClassVar[bool] = False
    """Whether a field that is None counts as not set."""

    @refusing
    def __init__(self, **data: Any) -> None:
        super().__init__(**data)

    # Otherwise pydantic would create nested bodies by this method, and lose their error locations.
    vars(__init__)["__pydantic_base_init__"] = True

    if not TYPE_CHECKING:  # Type checkers accept any assignment on a class with this method.

        @refusing
        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # Outermost, so that it also hides values refused by validators of a user's subclass.
        checked = core_schema.no_info_wrap_validator_function(cls._validated, handler(source))
        # In a union, the location of an error starts with the model, not with this function's name.
        named = Tag(cls.__name__)
        return named.__get_pydantic_core_schema__(source, cast("Any", lambda source: checked))

    @classmethod
    @forgetting_arguments
    def _validated(cls, data: object, validate: ValidatorFunctionWrapHandler) -> Self:
        # The manual has no null in a request, and does not say that null would clear a field.
        if cls.leaves_out_none and isinstance(data, Mapping):
            data = {name: value for name, value in data.items() if value is not None}
        try:
            body: Self = validate(data)
        except ValidationError as error:
            problems = hidden(cls, error)
        else:
            given = body.model_fields_set
            if cls.leaves_out_none:  # Fields read from attributes can still be None.
                given -= {name for name in given if getattr(body, name) is None}
            if given or not cls.needs_a_field:
                return body
            problems = [problem("nothing_given", "must have at least one field to change")]
        # Raised outside of the `except`: the context would hold the given values.
        raise ValidationError.from_exception_data(cls.__name__, problems, hide_input=True)

    @classmethod
    @refusing
    def made_of(cls, **data: object) -> Self:
        """Return the body with these fields, whose nested bodies may be plain mappings."""
        return cls(**data)

    @classmethod
    @refusing
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Validate like pydantic, but raise `InvalidRequestError`."""
        return super().model_validate(obj, **options)

    @classmethod
    @refusing
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Validate like pydantic, but raise `InvalidRequestError`."""
        return super().model_validate_json(json_data, **options)

    @classmethod
    @refusing
    def model_validate_strings(cls, obj: Any, **options: Any) -> Self:
        """Validate like pydantic, but raise `InvalidRequestError`."""
        return super().model_validate_strings(obj, **options)

    @classmethod
    @refusing
    def model_construct(cls, _fields_set: set[str] | None = None, **values: Any) -> Self:
        """Return a body with these values; they are validated, unlike in pydantic."""
        named = values if _fields_set is None else values.keys() & _fields_set
        return cls(**{name: values[name] for name in named})

    @refusing
    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with updated values, which are validated."""
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
        raise refusal  # As above: not with a context that quotes what could not be written.

    def revealed(self) -> dict[str, object]:
        """Return the fields that were set as plain values, with the secrets in clear.

        It is for carrying a body to another process: `model_validate()` makes the body again.
        """
        return {name: _revealed(getattr(self, name)) for name in self.model_fields_set}

    def retryable(self) -> bool:
        """Return whether a retry with this body is safe."""
        return not self.model_fields_set & self.sets_once

    def secrets(self) -> Iterator[str]:
        """Yield every secret in this body, so that errors can mask them."""
        return _secrets_in(dict(self))

    def __getstate__(self) -> dict[Any, Any]:
        if any(self.secrets()):
            name = type(self).__name__
            raise TypeError(
                f"{name} holds a secret and cannot be pickled: use what its revealed() returns, "
                f"and restore the body with {name}.model_validate()"
            )
        return super().__getstate__()


def _secrets_in(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, RequestModel):
        yield from value.secrets()
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _secrets_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets_in(item)


def _revealed(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, RequestModel):
        return value.revealed()
    if isinstance(value, Mapping):
        return {name: _revealed(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_revealed(item) for item in value]
    return value
