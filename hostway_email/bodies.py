"""The body of a request for which this package has no model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, SecretStr
from pydantic_core import to_jsonable_python

from hostway_email.errors import InvalidRequestError
from hostway_email.models._base import RequestBody

__all__ = ["AnyBody", "GivenBody", "body_of"]

AnyBody = RequestBody | BaseModel | Mapping[str, object] | list[object]
"""What `request()` sends as JSON: a model, or plain values in which secrets may be `SecretStr`."""

_SECRET_NAME = re.compile(r"password|secret|answer|token", re.IGNORECASE)
_SET_ONCE = frozenset({"password", "username"})


class GivenBody:
    """JSON made from plain values; text below a name such as `password` counts as a secret."""

    def __init__(self, value: object) -> None:
        self._value = value
        try:
            self._wire = json.dumps(
                value, default=_revealed, separators=(",", ":"), allow_nan=False
            ).encode()
        except (TypeError, ValueError, RecursionError):
            # The text of json's own error could repeat a value.
            rule = "must hold only what JSON can carry"
            raise InvalidRequestError(f"body {rule}", {"body": rule}) from None

    def to_wire(self) -> bytes:
        """Return the JSON that is sent."""
        return self._wire

    def repeatable(self) -> bool:
        """Return whether it neither sets a password nor renames."""
        return not (isinstance(self._value, Mapping) and _SET_ONCE & self._value.keys())

    def secrets(self) -> Iterator[str]:
        """Yield every secret in it."""
        return _secrets_in(self._value, below_a_secret=False)


def body_of(value: AnyBody | None) -> RequestBody | GivenBody | None:
    """Return what the session sends for a body that a caller gave.

    Raises:
        InvalidRequestError: it cannot be written as JSON.
    """
    if value is None or isinstance(value, RequestBody):
        return value
    if isinstance(value, BaseModel):
        return GivenBody(value.model_dump(by_alias=True, exclude_unset=True))
    return GivenBody(value)


def _revealed(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, BaseModel):
        # Not in JSON mode, which would send asterisks in the place of secrets.
        return value.model_dump(by_alias=True, exclude_unset=True)
    return to_jsonable_python(value)


def _secrets_in(value: object, *, below_a_secret: bool) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, BaseModel):
        yield from _secrets_in(_revealed(value), below_a_secret=below_a_secret)
    elif isinstance(value, str) and below_a_secret:
        yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            secret = below_a_secret or bool(_SECRET_NAME.search(str(name)))
            yield from _secrets_in(item, below_a_secret=secret)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets_in(item, below_a_secret=below_a_secret)
