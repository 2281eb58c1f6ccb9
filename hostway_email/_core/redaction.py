"""Redaction of secrets in texts that users see."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from html import escape
from typing import Final
from urllib.parse import quote

__all__ = ["MASK", "Mask"]

MASK: Final = "[hidden]"

MAX_SECRETS: Final = 100
"""The number of secrets beyond which texts are hidden completely, as the search would be slow."""
MAX_SECRET: Final = 1_000
"""The length to which secrets are cut for the search, as responses are cut as well."""
MIN_SECRET: Final = 8
"""The length below which a secret, such as `val01`, could be guessed from the text around it."""

_LETTER = re.compile(r"[^\W\d_]")
# Characters that words, lists of words and addresses do not contain.
_RARE_IN_TEXT = re.compile(r"\d|[^\w\s.@,:;/'\"()-]|[a-z]-[A-Z]")
_URL_HEX = re.compile(r"%[0-9A-F]{2}")
_NEVER_ESCAPED = re.compile(r"[A-Za-z0-9_.~-]+")
_JSON_HEX = re.compile(r"(?<=\\u)[0-9a-f]{4}")


class Mask:
    """A redactor of secrets, also as JSON, URLs and HTML escape them.

    A secret that could be a word, a number or a part of one could be guessed from its gap in a
    known text: "Invalid secret [hidden]s". A text with such a secret is hidden completely.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = {secret for secret in secrets if secret}

    def finds(self, text: str) -> bool:
        """Return whether `text` contains a secret."""
        return bool(text) and (self._too_many or any(form in text for form, _ in self._forms))

    def folded(self) -> Mask:
        """Return a mask that hides the same secrets in lower case."""
        return Mask(secret.lower() for secret in self._secrets)

    def redact(self, text: str) -> str:
        """Return `text` without any secret."""
        if self._too_many:
            return MASK if text else text
        for form, replaceable in self._forms:
            if form in text:
                if not replaceable:
                    return MASK
                text = text.replace(form, MASK)
        return text

    @property
    def _too_many(self) -> bool:
        return len(self._secrets) > MAX_SECRETS

    @cached_property
    def _forms(self) -> list[tuple[str, bool]]:
        """The encodings of each secret, and whether it can be replaced by a gap; longest first."""
        forms: dict[str, bool] = {}
        for secret in self._secrets:
            replaceable = _is_hard_to_guess(secret)
            for form in _encodings(secret[:MAX_SECRET]):
                forms[form] = replaceable and forms.get(form, True)
        return sorted(forms.items(), key=lambda item: (item[1], -len(item[0])))


def _is_hard_to_guess(secret: str) -> bool:
    if not MIN_SECRET <= len(secret) <= MAX_SECRET:
        return False
    return bool(_LETTER.search(secret) and _RARE_IN_TEXT.search(secret))


def _encodings(secret: str) -> Iterator[str]:
    if _NEVER_ESCAPED.fullmatch(secret):
        # Most secrets are, and the shortcut matters in an outage with thousands of errors.
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
