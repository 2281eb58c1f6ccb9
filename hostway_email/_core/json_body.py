"""Request bodies for which this package has no model."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, JsonValue, Secret, SecretBytes, SecretStr
from pydantic_core import to_jsonable_python

from hostway_email._core.call import Body
from hostway_email._core.secret_values import MASK, MASK_RULE, SECRETS, is_mask
from hostway_email.errors import InvalidRequestError
from hostway_email.transports.error_chain import forgetting_arguments

__all__ = ["AnyBody", "GivenBody", "body_of"]

AnyBody = BaseModel | Mapping[str, object] | list[object]
"""A body of `request()`: a model, or JSON values in which secrets may be `SecretStr`."""

_SECRET_NAME = re.compile(r"password|secret|answer|token", re.IGNORECASE)
_SET_ONCE = frozenset({"password", "username"})


class GivenBody:
    """A JSON body made from JSON values and models; fields such as `password` are secrets."""

    def __init__(self, value: object) -> None:
        self._revealed: list[str] = []
        self._wire = b""
        with contextlib.suppress(TypeError, ValueError, RecursionError):
            self._wire = json.dumps(
                value, default=self._plain, separators=(",", ":"), allow_nan=False
            ).encode()
        if not self._wire:
            # Raised outside of the `except`: the context could hold a value.
            rule = "must be serializable as JSON"
            raise InvalidRequestError.for_argument("body", rule)
        if MASK.encode() in self._wire and any(map(is_mask, self.secrets())):
            rule = f"with a secret {MASK_RULE}"
            raise InvalidRequestError.for_argument("body", rule)

    def to_wire(self) -> bytes:
        """Return the JSON that is sent."""
        return self._wire

    def retryable(self) -> bool:
        """Return whether the body neither sets a password nor renames."""
        return not any(name in _SET_ONCE for name in _names_in(json.loads(self._wire)))

    def secrets(self) -> Iterator[str]:
        """Yield every secret in the body."""
        yield from self._revealed
        yield from _secrets_in(json.loads(self._wire), below_a_secret=False)

    def _plain(self, value: object) -> object:
        """Convert one level of a value that `json` cannot serialize."""
        if isinstance(value, SECRETS):
            return self._reveal(value)
        if isinstance(value, BaseModel):
            # Not pydantic's JSON mode, which replaces secrets by asterisks.
            fields = value.model_dump(by_alias=True, exclude_unset=True)
            return json.loads(json.dumps(fields, default=self._field, allow_nan=False))
        if isinstance(value, Mapping):
            return dict(value)
        raise TypeError(f"{type(value).__name__} has no JSON")

    def _field(self, value: object) -> object:
        """Convert a field of a model, such as a date, as pydantic does."""
        if isinstance(value, SECRETS):
            return self._reveal(value)
        if isinstance(value, set | frozenset):
            return list(value)
        plain = to_jsonable_python(value)
        if isinstance(plain, list | dict):
            raise TypeError(f"{type(value).__name__} could hold secrets, which pydantic masks")
        return plain

    def _reveal(self, held: SecretStr | SecretBytes | Secret[object]) -> object:
        secret = held.get_secret_value()
        secret = secret.decode() if isinstance(secret, bytes) else secret
        self._revealed.append(str(secret))
        return secret


@forgetting_arguments
def body_of(value: AnyBody | None) -> Body | None:
    """Convert the body given by a caller to one that the session sends.

    Raises:
        InvalidRequestError: the value is not JSON, or a secret in it is the mask.
    """
    if value is None or isinstance(value, Body):
        return value
    InvalidRequestError.require(
        isinstance(value, BaseModel | Mapping | list | tuple),
        "body",
        "must be a model, a mapping or a list",
    )
    return GivenBody(value)


def _names_in(document: JsonValue) -> Iterator[str]:
    if isinstance(document, dict):
        yield from document
        document = list(document.values())
    if isinstance(document, list):
        for item in document:
            yield from _names_in(item)


def _secrets_in(document: JsonValue, *, below_a_secret: bool) -> Iterator[str]:
    if isinstance(document, dict):
        for name, item in document.items():
            secret = below_a_secret or bool(_SECRET_NAME.search(name))
            yield from _secrets_in(item, below_a_secret=secret)
    elif isinstance(document, list):
        for item in document:
            yield from _secrets_in(item, below_a_secret=below_a_secret)
    elif below_a_secret and document is not None and not isinstance(document, bool):
        yield str(document)
