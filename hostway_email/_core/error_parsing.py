"""How the body of a failed answer becomes an error: every shape the API is known to use.

The HTTP status alone decides the class of the error. The body only explains it, so nothing in a
body, however broken, can keep the error from being raised.
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
"""How much of a body is read; transports mostly stop there."""
MAX_MESSAGE: Final = 500
MAX_NAME: Final = 200
MAX_HOST: Final = 253
MAX_FIELDS: Final = 100
MAX_DATE: Final = 64
MAX_MARKUP: Final = 16_384
"""How much of a page is searched for text."""

_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_TAG = re.compile(r"<(/?)(script|style)\b[^<>]*>|<[^<>]*>", re.IGNORECASE)
_NUMBER_OF_A_CHARACTER = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")

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
    """What a body says of the failure: a sentence, the fields it names, the failure's identity.

    Attributes:
        said: the sentence with all that it says, for decisions only: it may hold secrets.
    """

    message: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    guid: str = ""
    said: str = field(default="", compare=False, repr=False)


def error_class(status: int, template: str, said: str) -> type[StatusError]:
    """Return the class of the error for an HTTP status on the path with this template."""
    if 300 <= status < 400:
        return UnexpectedRedirectError
    if status == 502 and template.endswith("/messagestats"):
        return ImapGatewayError
    if status == 404 and "virtual mailbox" in said.lower():
        return VirtualMailboxError
    return _BY_STATUS.get(status, ServerError if status >= 500 else StatusError)


def explain(
    content: bytes,
    content_type: str,
    secrets: Iterable[str] = (),
    sent: Callable[[], frozenset[str]] = frozenset,
) -> Explanation:
    """Read what a body says: JSON in any documented shape, broken JSON, plain text, HTML.

    It is read as it came, so that no decision depends on what the secrets happen to be, and read
    again without them where it holds any: only `said` may.

    Parameters:
        secrets: what must not be shown.
        sent: returns what the request said openly, names of fields above all.
    """
    text = read_text(content[:MAX_BODY], content_type).strip()
    if not text:
        return Explanation()
    document = _parse(text)
    explanation = _Reading(Mask(())).of(document, text)
    mask = Mask(secrets)
    seen = [text, explanation.message, explanation.guid]
    if any(map(mask.finds, [*seen, *explanation.fields, *explanation.fields.values()])):
        said = explanation.message
        explanation = _Reading(mask, sent).of(document, text)
        explanation.said = said
    else:
        explanation.said = explanation.message
    return explanation


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, given in seconds or as a date."""
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
    """Return the host a redirect names; the rest of it may carry what nobody should see."""
    try:
        host = urlsplit(location[:MAX_URL]).hostname or ""
    except ValueError:
        return "an unreadable address"
    # A host is read in lower case, in which a secret would not be found.
    if mask and (mask.finds(location[:MAX_URL]) or mask.folded().finds(host)):
        return MASK
    return host[:MAX_HOST] or "the same host"


class _Reading:
    """One reading of a body, in which everything that is kept passes the mask."""

    def __init__(self, mask: Mask, sent: Callable[[], frozenset[str]] = frozenset) -> None:
        self._mask = mask
        self._sent = sent
        self._explanation = Explanation()

    def of(self, document: object, text: str) -> Explanation:
        """Return what a body says that was parsed as `document`, or else is this text."""
        explanation = self._explanation
        if isinstance(document, dict):
            self._read_document(document)
        elif isinstance(document, str):
            explanation.message = self._line(document)
        else:
            # Masked before the markup goes: a secret may look like it.
            explanation.message = self._line(_words(self._mask.shown(text)[:MAX_MARKUP]))
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
            # An identity has no parts that would tell anything.
            shown = MASK if self._mask.finds(guid) else _text(guid)
            self._explanation.guid = shown[:MAX_NAME]

    def _read_details(self, details: object) -> None:
        if isinstance(details, str) and details:
            details = {"message": details}
        if not isinstance(details, dict):
            return
        said = {name: text for name, text in details.items() if isinstance(text, str)}
        more = self._line(said.pop("message", ""))
        rules = _joined(self._add_fields(said))
        explanation = self._explanation
        explanation.message = ": ".join(part for part in (explanation.message, more, rules) if part)

    def _add_fields(self, said: dict[str, str]) -> dict[str, str]:
        room = MAX_FIELDS - len(self._explanation.fields)
        added = {
            self._name(name)[:MAX_NAME]: _text(self._mask.shown(text))[:MAX_MESSAGE]
            for name, text in islice(said.items(), room)
        }
        self._explanation.fields.update(added)
        return added

    def _name(self, name: str) -> str:
        if not self._mask.finds(name) or is_documented(name) or name in self._sent():
            return _text(name)
        return _text(self._mask.shown(name))

    def _line(self, text: str) -> str:
        # Folding may join what was a secret but for its white space.
        return _text(self._mask.shown(" ".join(self._mask.shown(text).split())))


def _text(text: str) -> str:
    # JSON can spell halves of surrogate pairs, which nobody could print or log.
    return text.encode("utf-8", "replace").decode()


def _joined(fields: dict[str, str]) -> str:
    return "; ".join(f"{name}: {text}" if name else text for name, text in fields.items())


def _words(markup: str) -> str:
    """Return the text of HTML, without what stands in a script or style, in one pass."""
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
    # Python reads each number, but not those of more than 4,300 digits.
    return unescape(_NUMBER_OF_A_CHARACTER.sub("\ufffd", " ".join(parts)))


def _parse(text: str) -> object:
    """Return the JSON in `text`, mending the three ways in which the API is known to break it."""
    mended = _TRAILING_COMMA.sub(r"\1", text)
    closed = _TRAILING_COMMA.sub(r"\1", f"{text}}}")
    for candidate in (text, mended, closed, f"{{{mended}}}"):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None
