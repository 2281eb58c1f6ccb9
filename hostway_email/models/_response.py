"""The base of response models: typed, but tolerant of missing and unexpected fields.

The tolerance is part of pydantic's core schema, so it costs nothing for a documented response.
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
    """The base of all responses: all fields may be missing, and unknown ones are kept."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        extra="allow",
        defer_build=WHEN_USED,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
        # By default the parser also caches 16,384 short values, which would be every name of a long
        # list: a megabyte that is not used again.
        cache_strings="keys",
    )

    memory_cost: ClassVar[tuple[int, int, int]] = MemoryCost()
    """The memory that parsing takes: a `MemoryCost`."""

    def __getstate__(self) -> dict[Any, Any]:
        # Parsed secrets mask themselves; a value assigned later may be any `SecretStr`.
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
"""A secret of a response: kept in copies, replaced by asterisks in pickles."""

Lenient = Annotated[T | None, _NoneOnError()]
"""A field that is None if it is missing, null or not of the documented type."""

Readable = Annotated[T, _OmittedOnError()]
"""An item of a list that is skipped if it is invalid."""

Listing = Annotated[list[Readable[T]], _EmptyOnError()]
"""An optional list that is empty if it is missing, null or not a list."""
