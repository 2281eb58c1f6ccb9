"""The parser of error bodies, for every shape the API is known to use.

The HTTP status alone decides the class of the error. The body only explains it, so that no body,
however malformed, prevents the error from being raised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
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
MAX_DATE: Final = 64
MAX_MARKUP: Final = 16_384
"""The length of an HTML page that is searched for text."""

_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_TAG = re.compile(r"<(/?)(script|style)\b[^<>]*>|<[^<>]*>", re.IGNORECASE)
_LONG_CHARACTER_REFERENCE = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")

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
    """The message, the fields and the GUID in an error body.

    Attributes:
        unmasked: the message before masking, for decisions only: it may hold secrets.
    """

    message: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    guid: str = ""
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
            if key == "details":
                self._read_details(value)
            elif isinstance(value, dict):
                self._read_message_and_guid(value)
                self._read_details(value.get("details"))
            elif key in ("message", "computeFault", "error", "guid"):
                self._read_message_and_guid({"guid" if key == "guid" else "message": value})
            elif isinstance(value, str):
                self._add_fields({key: value})
        if not explanation.message:
            explanation.message = _joined(explanation.fields)

    def _read_message_and_guid(self, envelope: dict[str, object]) -> None:
        message, guid = envelope.get("message"), envelope.get("guid")
        if isinstance(message, str):
            self._explanation.message = self._line(message)
        if isinstance(guid, str):
            # A GUID is masked as a whole: a part of it is of no use.
            shown = MASK if self._mask.finds(guid) else _text(guid)
            self._explanation.guid = shown[:MAX_NAME]

    def _read_details(self, details: object) -> None:
        if isinstance(details, str) and details:
            details = {"message": details}
        if not isinstance(details, dict):
            return
        fields = {name: text for name, text in details.items() if isinstance(text, str)}
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
