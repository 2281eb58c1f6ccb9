"""How answers are read: what is there is typed, what is odd or missing costs itself only.

The tolerance runs inside pydantic's core, so it costs nothing where an answer is as documented.
"""

from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, SecretStr
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from hostway_email._core.decoding import MemoryCost
from hostway_email._core.documented_names import documents_fields
from hostway_email._core.secret_values import MaskedInPickles
from hostway_email.models.building import WHEN_USED

__all__ = ["Lenient", "Listing", "Readable", "ResponseModel", "Token"]

T = TypeVar("T")


@documents_fields
class ResponseModel(BaseModel):
    """The base of all answers: it reads what is there, and keeps what it does not know."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        extra="allow",
        defer_build=WHEN_USED,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
        # By default the parser also keeps 16,384 short values: of a long list that is every name,
        # a megabyte that nobody asks for again.
        cache_strings="keys",
    )

    holds_secret: ClassVar[bool] = False
    """Whether the answer documents a secret: then no error shows anything of what came."""

    memory_cost: ClassVar[tuple[int, int, int]] = MemoryCost()
    """What its parts take in memory: a `MemoryCost`."""

    def __getstate__(self) -> dict[Any, Any]:
        # What was read masks itself; a value that was assigned later may be any `SecretStr`.
        state = super().__getstate__()
        for part in ("__dict__", "__pydantic_extra__"):
            values = state[part] or {}
            state[part] = values and {name: _masked(value) for name, value in values.items()}
        return state


def _masked(value: object) -> object:
    return MaskedInPickles(value.get_secret_value()) if isinstance(value, SecretStr) else value


class _NoneOnError:
    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


class _OmittedOnError:
    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), on_error="omit")


class _EmptyOnError:
    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(
            handler(source), default_factory=list, on_error="default"
        )


Token = Annotated[SecretStr, AfterValidator(_masked)]
"""A secret of an answer: copies keep it, pickles hold asterisks in its place."""

Lenient = Annotated[T | None, _NoneOnError()]
"""A field that may be missing, null or of another type than documented: it is None then."""

Readable = Annotated[T, _OmittedOnError()]
"""An item of a list: one that cannot be read is left out, the others stay."""

Listing = Annotated[list[Readable[T]], _EmptyOnError()]
"""A list that a user can live without: empty where it is missing, null or no list."""
