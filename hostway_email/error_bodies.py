"""How the body of a failed answer becomes an error: every shape the API is known to use.

The HTTP status alone decides the class of the error. The body only explains it, so nothing in a
body, however broken, can keep the error from being raised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape, unescape
from typing import Final
from urllib.parse import quote, urlsplit

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
    "masked",
    "read_text",
    "redirect_host",
    "retry_after",
]

MAX_MESSAGE: Final = 500
MAX_MARKUP: Final = 16_384
"""How much of a page is searched for text: each `<script>` without an end is a long search."""

MASK: Final = "[hidden]"

_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
_NUMBER_OF_A_CHARACTER = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_URL_HEX = re.compile(r"%[0-9A-F]{2}")
_SPELLED_ONE_WAY = re.compile(r"[A-Za-z0-9_.~-]+")
_JSON_HEX = re.compile(r"(?<=\\u)[0-9a-f]{4}")

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
    """What a body says of the failure: a sentence, the fields it names, the failure's identity."""

    message: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    guid: str = ""


def error_class(status: int, template: str, message: str) -> type[StatusError]:
    """Return the class of the error for an HTTP status on the path with this template."""
    if 300 <= status < 400:
        return UnexpectedRedirectError
    if status == 502 and template.endswith("/messagestats"):
        return ImapGatewayError
    if status == 404 and "virtual mailbox" in message.lower():
        return VirtualMailboxError
    return _BY_STATUS.get(status, ServerError if status >= 500 else StatusError)


def explain(content: bytes, content_type: str, secrets: Iterable[str] = ()) -> Explanation:
    """Read what a body says: JSON in any documented shape, broken JSON, plain text, HTML.

    None of `secrets` is in what it returns.
    """
    hidden = _longest_first(secrets)
    text = read_text(content, content_type).strip()
    if not text:
        return Explanation()
    document = _parse(text)
    if isinstance(document, dict):
        explanation = _read_document(document)
    elif isinstance(document, str):
        explanation = Explanation(document)
    else:
        explanation = Explanation(_words(_replaced(text, hidden)[:MAX_MARKUP]))

    def cleaned(text: str) -> str:
        # JSON can spell halves of surrogate pairs, which nobody could print or log.
        return _replaced(text, hidden).encode("utf-8", "replace").decode()

    # Masked before anything is folded or cut off: half of a secret is still one.
    return Explanation(
        " ".join(cleaned(explanation.message).split())[:MAX_MESSAGE],
        {cleaned(name): cleaned(text) for name, text in explanation.fields.items()},
        cleaned(explanation.guid),
    )


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return `text` without any of `secrets`, plain or as JSON, URLs and HTML would write them."""
    return _replaced(text, _longest_first(secrets))


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, given in seconds or as a date."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def redirect_host(location: str) -> str:
    """Return the host a redirect names; the rest of it may carry what nobody should see."""
    try:
        return urlsplit(location).hostname or "the same host"
    except ValueError:
        return "an unreadable address"


def read_text(content: bytes, content_type: str) -> str:
    """Decode a body by its byte order mark, its declared charset, or as UTF-8, never failing."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    declared = _CHARSET.search(content_type)
    if declared and "escape" in declared.group(1).lower():
        declared = None  # no charset of text, though Python has it, and one that warns
    try:
        text = content.decode(declared.group(1) if declared else "utf-8-sig").lstrip("\ufeff")
        text.encode()  # some charsets can spell what is no text
        return text
    except (LookupError, UnicodeError):
        return content.decode("utf-8-sig", errors="replace")


def _longest_first(secrets: Iterable[str]) -> list[str]:
    forms = {form for secret in secrets if secret for form in _spellings(secret)}
    return sorted(forms, key=len, reverse=True)


def _replaced(text: str, hidden: Iterable[str]) -> str:
    for form in hidden:
        text = text.replace(form, MASK)
    return text


def _words(markup: str) -> str:
    # Python reads each number, but not those of more than 4,300 digits.
    return unescape(_NUMBER_OF_A_CHARACTER.sub("\ufffd", _MARKUP.sub(" ", markup)))


def _spellings(secret: str) -> Iterator[str]:
    if _SPELLED_ONE_WAY.fullmatch(secret):
        # Most are of such letters; in an outage, which fails thousands of times, it shows.
        yield secret
        return
    for safe in ("", "/", "!'()*"):
        encoded = quote(secret, safe=safe, errors="replace")
        for url in (encoded, _URL_HEX.sub(lambda found: found[0].lower(), encoded)):
            yield from (url, url.replace("%20", "+"))
    quoted = escape(secret)
    numbered = quoted.replace("&#x27;", "&#39;")
    for text in (
        *(secret, escape(secret, quote=False)),
        *(quoted, numbered, numbered.replace("&quot;", "&#34;")),
    ):
        yield text
        for ascii_only in (True, False):
            escaped = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
            for form in (escaped, _JSON_HEX.sub(lambda found: found[0].upper(), escaped)):
                yield from (form, form.replace("/", "\\/"))


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


def _read_document(document: dict[str, object]) -> Explanation:
    explanation = Explanation()
    for key, value in document.items():
        if key == "details":
            _read_details(value, explanation)
        elif isinstance(value, dict):
            _read_envelope(value, explanation)
        elif isinstance(value, str) and key in ("message", "computeFault", "error"):
            explanation.message = value
        elif isinstance(value, str) and key == "guid":
            explanation.guid = value
        elif isinstance(value, str):
            explanation.fields[key] = value
    if not explanation.message:
        explanation.message = "; ".join(
            f"{name}: {text}" if name else text for name, text in explanation.fields.items()
        )
    return explanation


def _read_envelope(envelope: dict[str, object], explanation: Explanation) -> None:
    message, guid = envelope.get("message"), envelope.get("guid")
    if isinstance(message, str):
        explanation.message = message
    if isinstance(guid, str):
        explanation.guid = guid
    _read_details(envelope.get("details"), explanation)


def _read_details(details: object, explanation: Explanation) -> None:
    if isinstance(details, str) and details:
        details = {"message": details}
    if not isinstance(details, dict):
        return
    said = {str(name): text for name, text in details.items() if isinstance(text, str)}
    more = said.pop("message", "")
    explanation.fields.update(said)
    rules = [f"{name}: {text}" if name else text for name, text in said.items()]
    explanation.message = ": ".join(
        part for part in (explanation.message, more, "; ".join(rules)) if part
    )
