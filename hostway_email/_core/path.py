"""The path of a request: a template with placeholders, and their values.

Logs and errors are grouped by the template. Values are percent-encoded completely, so that no
account, username, address or contact can address another resource than its own.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from hostway_email.errors import InvalidRequestError

__all__ = ["MAX_URL", "ROOT", "Path", "has_control"]

MAX_URL: Final = 16_384
"""The length of a URL, in characters, that servers can be expected to accept."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Path:
    """A path built segment by segment: `ROOT / "accounts"`, then `.value("account", name)`.

    Attributes:
        template: the path with `{name}` in place of each value, as in `/accounts/{account}/email`.
        raw: the path as it is sent, with every value percent-encoded.
        values: the names and values of the placeholders, in order, as the caller gave them.
    """

    __slots__ = ("raw", "template", "values")

    def __init__(self, template: str, raw: str, values: tuple[tuple[str, str], ...]) -> None:
        self.template = template
        self.raw = raw
        self.values = values

    def __truediv__(self, literal: str) -> Path:
        """Append a fixed segment; `literal` must never be a caller's value."""
        return Path(f"{self.template}/{literal}", f"{self.raw}/{literal}", self.values)

    def value(self, name: str, value: str) -> Path:
        """Append a segment given by a caller.

        Raises:
            InvalidRequestError: the value is not a `str`, is blank, is `.` or `..` (which servers
                resolve), or contains control characters.
        """
        segment = _encode(name, value)
        plain = str.__str__(value)  # of a text enumeration too
        return Path(
            f"{self.template}/{{{name}}}", f"{self.raw}/{segment}", (*self.values, (name, plain))
        )

    @classmethod
    def given(cls, raw: str) -> Path:
        """Return the path of a `request()`, as its caller wrote it.

        Raises:
            InvalidRequestError: it does not start with one `/`, has `.` or `..` as a segment, or
                contains a query, a fragment, white space or control characters.
        """
        if not isinstance(raw, str) or not raw.startswith("/") or raw.startswith("//"):
            rule = "must be a str that starts with one '/'"
            raise InvalidRequestError.for_argument("path", rule)
        if _CONTROL.search(raw) or not raw.isascii() or any(mark in raw for mark in "?#\\ "):
            raise InvalidRequestError(
                "path must be percent-encoded, without a query or fragment; use query= for a query",
                {"path": "must be percent-encoded, without '?', '#', '\\' or spaces"},
            )
        if any(segment.lower().replace("%2e", ".") in (".", "..") for segment in raw.split("/")):
            raise InvalidRequestError(
                "path must not have '.' or '..' as a segment",
                {"path": "must not have '.' or '..' as a segment"},
            )
        return cls(raw, raw, ())

    def __repr__(self) -> str:
        return f"Path({self.raw!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Path) and (self.template, self.raw) == (other.template, other.raw)

    def __hash__(self) -> int:
        return hash((self.template, self.raw))


ROOT: Final = Path("", "", ())


def has_control(text: str) -> bool:
    """Return whether a text contains control characters, or separators of lines."""
    return _CONTROL.search(text) is not None


def _encode(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise InvalidRequestError.for_argument(name, f"must be a str, not {type(value).__name__}")
    if not value.strip():
        raise InvalidRequestError.for_argument(name, "must not be empty or blank")
    if value in (".", ".."):
        raise InvalidRequestError.for_argument(
            name, "must not be '.' or '..', which servers resolve"
        )
    if _CONTROL.search(value):
        raise InvalidRequestError.for_argument(name, "must not contain control characters")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise InvalidRequestError.for_argument(name, "must be valid Unicode text") from None
