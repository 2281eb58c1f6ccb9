"""The number and the digest that end each line of records, by which damage is found.

A digest covers its line and the digest before it, so the last line of a file vouches for all of
them. This finds what went wrong; it does not prove who has written a line.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

__all__ = ["DigestChain", "holds_several_lines", "is_sealed"]

_DIGEST_BYTES: Final = 8
# No text within a line can imitate it: there, quotes are escaped.
_SEAL: Final = re.compile(rb',"line":(\d{1,15}),"digest":"([0-9a-f]{16})"\}')
_LAST_SEAL: Final = re.compile(_SEAL.pattern + rb"\r?\n?\Z")
_LONGEST_SEAL: Final = 60


class DigestChain:
    """The number and the digest of the latest line of a file.

    Attributes:
        number: its number; 0 before the first line.
    """

    def __init__(self) -> None:
        self.number = 0
        self._digest = ""

    def seal(self, document: bytes) -> bytes:
        """Return a JSON object as the next line, with its number and digest as the last fields."""
        self.number += 1
        head = b'%b,"line":%d' % (document[:-1], self.number)
        self._digest = _digest(self._digest, head)
        return b'%b,"digest":"%b"}\n' % (head, self._digest.encode())

    def follow(self, line: bytes) -> tuple[bool, str | None]:
        """Go on to the next line of a file; return whether to believe it, and what is wrong."""
        seal = _seal_of(line)
        if seal is None:
            return False, "has no digest: it was not written by an audit"
        number, digest = int(seal[1]), seal[2].decode()
        follows = digest == _digest(self._digest, line[: seal.start(2) - len(b',"digest":"')])
        missing = number - self.number - 1
        if missing < 0 and not follows:
            return False, "is there twice, or out of order"
        self.number, self._digest = number, digest
        if follows:
            return True, None
        if missing:
            # What its digest depends on is gone, so that nothing speaks against the line itself.
            lines = "a line is" if missing == 1 else f"{missing:,} lines are"
            return True, f"comes after a gap: {lines} missing before it"
        return False, "was changed after it was written"


def is_sealed(line: bytes) -> bool:
    """Return whether a line is whole: it ends with a digest."""
    return _seal_of(line) is not None


def holds_several_lines(text: bytes) -> bool:
    """Return whether something follows a whole line in a text without line feeds."""
    first = _SEAL.search(text)
    return first is not None and bool(text[first.end() :].strip())


def _seal_of(line: bytes) -> re.Match[bytes] | None:
    return _LAST_SEAL.search(line, max(0, len(line) - _LONGEST_SEAL))


def _digest(before: str, line: bytes) -> str:
    digest = blake2b(before.encode(), digest_size=_DIGEST_BYTES)
    digest.update(line)
    return digest.hexdigest()
