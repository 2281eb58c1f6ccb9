"""The parser of error bodies, for every shape the API is known to use.

The HTTP status alone decides the class of the error. The body only explains it, so that no body,
however malformed, prevents the error from being raised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from hostway_email._core.decoding import read_text
from hostway_email._core.documented_names import is_documented
from hostway_email._core.path import MAX_URL
from hostway_email._core.redaction import MASK, Mask
from hostway_email.errors import (
    AuthenticationError,
    BadGatewayError,
    BadRequestError,
    ConflictError,
    ImapGatewayError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    StatusError,
    UnexpectedRedirectError,
    VirtualMailboxError,
)

__all__ = [
    "Explanation",
    "error_class",
    "explain",
    "redirect_host",
    "retry_after",
]

MAX_BODY: Final = 65_536
"""The length of a body that is parsed; transports usually read no more."""
MAX_MESSAGE: Final = 500
MAX_NAME: Final = 200
MAX_HOST: Final = 253
MAX_FIELDS: Final = 100
MAX_DEPTH: Final = 20
MAX_DATE: Final = 64
MAX_MARKUP: Final = 16_384
"""The length of an HTML page that is searched for text."""

_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_TAG = re.compile(r"<(/?)(script|style)\b[^<>]*>|<[^<>]*>", re.IGNORECASE)
_LONG_CHARACTER_REFERENCE = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")

_ENVELOPE: Final = frozenset({"message", "details", "code", "guid"})

_BY_STATUS: Final[Mapping[int, type[StatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitedError,
    502: BadGatewayError,
}


@dataclass(slots=True)
class Explanation:
    """The message, the fields, the GUID and the code in an error body.

    Attributes:
        body: the whole document, masked; None if it is not JSON.
        unmasked: the message before masking, for decisions only: it may hold secrets.
    """

    message: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    guid: str = ""
    code: int | str | None = field(default=None, compare=False)
    body: object = field(default=None, compare=False)
    unmasked: str = field(default="", compare=False, repr=False)


def error_class(status: int, template: str, message: str) -> type[StatusError]:
    """Return the error class for an HTTP status and message on the path with this template."""
    if 300 <= status < 400:
        return UnexpectedRedirectError
    if status == 502 and template.endswith("/messagestats"):
        return ImapGatewayError
    if status == 404 and "virtual mailbox" in message.lower():
        return VirtualMailboxError
    return _BY_STATUS.get(status, ServerError if status >= 500 else StatusError)


def explain(
    content: bytes,
    content_type: str,
    secrets: Iterable[str] = (),
    public: Callable[[], frozenset[str]] = frozenset,
) -> Explanation:
    """Parse an error body: JSON in any documented shape, malformed JSON, plain text or HTML.

    The body is parsed unmasked, so that no decision depends on the secrets, and parsed again with
    the mask if it holds any of them: only `unmasked` may.

    Parameters:
        secrets: the texts that must not be shown.
        public: returns the texts of the request that are not secret, such as its field names.
    """
    text = read_text(content[:MAX_BODY], content_type).strip()
    if not text:
        return Explanation()
    document = _parse(text)
    explanation = _Parser(Mask(())).parse(document, text)
    mask = Mask(secrets)
    texts = [text, explanation.message, explanation.guid]
    if any(map(mask.finds, [*texts, *explanation.fields, *explanation.fields.values()])):
        unmasked = explanation.message
        explanation = _Parser(mask, public).parse(document, text)
        explanation.unmasked = unmasked
    else:
        explanation.unmasked = explanation.message
    # Always masked, as it has texts that are decoded from escapes, and found nowhere else.
    explanation.body = _masked(document, mask)
    return explanation


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the delay in a `Retry-After` header, which is in seconds or a date."""
    value = headers.get("retry-after", "")[:MAX_DATE].strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def redirect_host(location: str, mask: Mask | None = None) -> str:
    """Return the host of a redirect; the rest of its URL may hold secrets."""
    try:
        host = urlsplit(location[:MAX_URL]).hostname or ""
    except ValueError:
        return "an invalid URL"
    # The parsed host is in lower case, so a secret in it must be searched for in lower case.
    if mask and (mask.finds(location[:MAX_URL]) or mask.folded().finds(host)):
        return MASK
    return host[:MAX_HOST] or "the same host"


class _Parser:
    """A parser of one error body that masks everything it keeps."""

    def __init__(self, mask: Mask, public: Callable[[], frozenset[str]] = frozenset) -> None:
        self._mask = mask
        self._public = public
        self._explanation = Explanation()

    def parse(self, document: object, text: str) -> Explanation:
        """Return the explanation in a JSON document, or in the text if it is not JSON."""
        explanation = self._explanation
        if isinstance(document, dict):
            self._read_document(document)
        elif isinstance(document, str):
            explanation.message = self._line(document)
        else:
            # Masked before the markup is removed: a secret may look like markup.
            explanation.message = self._line(_text_of_html(self._mask.redact(text)[:MAX_MARKUP]))
        explanation.message = " ".join(explanation.message.split())[:MAX_MESSAGE]
        return explanation

    def _read_document(self, document: dict[str, object]) -> None:
        explanation = self._explanation
        for key, value in document.items():
            if isinstance(value, dict) and value.keys() & _ENVELOPE:
                for name in sorted(value, key="details".__eq__):
                    self._read_part(name, value[name])
            else:
                self._read_part("message" if key in ("computeFault", "error") else key, value)
        if not explanation.message:
            explanation.message = _joined(explanation.fields)

    def _read_part(self, name: str, value: object) -> None:
        """Read one member of an envelope, or of a document without one."""
        if name == "details":
            self._read_details(value)
        elif name == "code":
            self._read_code(value)
        elif name == "message" and (message := _leaf(value)):
            self._explanation.message = self._line(message)
        elif name == "guid" and (guid := _leaf(value)):
            # A GUID is masked as a whole: a part of it is of no use.
            shown = MASK if self._mask.finds(guid) else _text(guid)
            self._explanation.guid = shown[:MAX_NAME]
        else:
            self._add_fields(_flat({name: value}))

    def _read_code(self, code: object) -> None:
        if isinstance(code, bool) or not isinstance(code, int | str):
            return
        if self._explanation.code is None and not self._mask.finds(str(code)):
            self._explanation.code = _text(code)[:MAX_NAME] if isinstance(code, str) else code

    def _read_details(self, details: object) -> None:
        if not isinstance(details, dict):
            details = {"message": details}
        fields = _flat(details)
        message = self._line(fields.pop("message", ""))
        rules = _joined(self._add_fields(fields))
        explanation = self._explanation
        explanation.message = ": ".join(
            part for part in (explanation.message, message, rules) if part
        )

    def _add_fields(self, fields: dict[str, str]) -> dict[str, str]:
        capacity = MAX_FIELDS - len(self._explanation.fields)
        added = {
            self._name(name)[:MAX_NAME]: _text(self._mask.redact(text))[:MAX_MESSAGE]
            for name, text in islice(fields.items(), capacity)
        }
        self._explanation.fields.update(added)
        return added

    def _name(self, name: str) -> str:
        if not self._mask.finds(name) or is_documented(name) or name in self._public():
            return _text(name)
        return _text(self._mask.redact(name))

    def _line(self, text: str) -> str:
        # Masked twice: joining lines may form a secret that was split by white space.
        return _text(self._mask.redact(" ".join(self._mask.redact(text).split())))


def _flat(document: Mapping[str, object]) -> dict[str, str]:
    """Return the texts of a document by their paths, such as `list.0.type`."""
    return dict(islice(_paths("", document, 0), MAX_FIELDS + 1))


def _paths(prefix: str, document: Mapping[str, object], depth: int) -> Iterator[tuple[str, str]]:
    # Lazily: a body of many members below a long name would make long paths of all of them.
    for name, value in document.items():
        path = f"{prefix}{name}"
        if (text := _leaf(value)) or value == "":
            yield path, text
        elif isinstance(value, dict | list) and depth < MAX_DEPTH:
            members: dict[str, object]
            members = (
                value
                if isinstance(value, dict)
                else {str(index): item for index, item in enumerate(value)}
            )
            yield from _paths(f"{path}.", members, depth + 1)


def _leaf(value: object) -> str:
    """Return a value, or a list of them, as text; empty if there is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = [_leaf(item) for item in value if not isinstance(item, list)]
        return "; ".join(parts) if all(parts) and len(parts) == len(value) else ""
    return "" if value is None or isinstance(value, dict) else json.dumps(value)


def _masked(value: object, mask: Mask, depth: int = 0) -> object:
    """Return a document without secrets, and without what is nested deeper than anybody reads."""
    if isinstance(value, dict | list) and depth == MAX_DEPTH:
        return MASK
    if isinstance(value, dict):
        return {
            _text(mask.redact(name)): _masked(item, mask, depth + 1) for name, item in value.items()
        }
    if isinstance(value, list):
        return [_masked(item, mask, depth + 1) for item in value]
    if isinstance(value, str):
        return _text(mask.redact(value))
    if value is None or isinstance(value, bool):
        return value
    number = json.dumps(value)
    # NaN and infinity are no JSON.
    return MASK if mask.finds(number) else value if number[-1].isdigit() else number


def _text(text: str) -> str:
    # JSON can escape lone surrogates, which cannot be printed or logged.
    return text.encode("utf-8", "replace").decode()


def _joined(fields: dict[str, str]) -> str:
    return "; ".join(f"{name}: {text}" if name else text for name, text in fields.items())


def _text_of_html(markup: str) -> str:
    """Return the text of HTML without scripts and styles, in one pass."""
    parts: list[str] = []
    within, end = "", 0
    for tag in _TAG.finditer(markup):
        name = (tag[2] or "").lower()
        if not within:
            parts.append(markup[end : tag.start()])
            within = "" if tag[1] else name
        elif tag[1] and name == within:
            within = ""
        end = tag.end()
    if not within:
        parts.append(markup[end:])
    # Python cannot convert numbers of more than 4,300 digits.
    return unescape(_LONG_CHARACTER_REFERENCE.sub("\ufffd", " ".join(parts)))


def _parse(text: str) -> object:
    """Parse JSON, and repair the three errors that the API is known to make in it."""
    repaired = _TRAILING_COMMA.sub(r"\1", text)
    closed = _TRAILING_COMMA.sub(r"\1", f"{text}}}")
    for candidate in (text, repaired, closed, f"{{{repaired}}}"):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None
