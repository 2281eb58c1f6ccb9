"""What is shown of a text that may hold secrets: the text without them, or nothing of it."""

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
"""With more secrets than this nothing is shown: looking for each of them would take too long."""
MAX_SECRET: Final = 1_000
"""Of a longer secret only the beginning is looked for, as responses are cut off at some length."""
MIN_SECRET: Final = 8
"""A shorter secret, such as `val01`, could be guessed from the text around it."""

_LETTER = re.compile(r"[^\W\d_]")
# What words, lists of them and addresses do not have.
_RARE_IN_TEXT = re.compile(r"\d|[^\w\s.@,:;/'\"()-]|[a-z]-[A-Z]")
_URL_HEX = re.compile(r"%[0-9A-F]{2}")
_SPELLED_ONE_WAY = re.compile(r"[A-Za-z0-9_.~-]+")
_JSON_HEX = re.compile(r"(?<=\\u)[0-9a-f]{4}")


class Mask:
    """Hides secrets, plain or as JSON, URLs and HTML spell them.

    A secret that could be a word, a number or a piece of one could be guessed from the gap it
    leaves in a known text: "Invalid secret [hidden]s". A text with such a secret is hidden whole.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = {secret for secret in secrets if secret}

    def finds(self, text: str) -> bool:
        """Return whether a secret is in `text`."""
        return bool(text) and (self._too_many or any(form in text for form, _ in self._forms))

    def folded(self) -> Mask:
        """Return a mask that hides the same secrets in lower case."""
        return Mask(secret.lower() for secret in self._secrets)

    def shown(self, text: str) -> str:
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
        """The spellings of the secrets, and whether a gap tells nothing of them; longest first."""
        forms: dict[str, bool] = {}
        for secret in self._secrets:
            replaceable = _leaves_a_blind_gap(secret)
            for form in _spellings(secret[:MAX_SECRET]):
                forms[form] = replaceable and forms.get(form, True)
        return sorted(forms.items(), key=lambda item: (item[1], -len(item[0])))


def _leaves_a_blind_gap(secret: str) -> bool:
    if not MIN_SECRET <= len(secret) <= MAX_SECRET:
        return False
    return bool(_LETTER.search(secret) and _RARE_IN_TEXT.search(secret))


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
