"""The number and the digest at the end of each line of records, to detect damage.

A digest covers its line and the previous digest, so the last line confirms the whole file. The
digests detect accidental damage; they do not prove who has written a file.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Final

__all__ = ["DigestChain", "ends_with_digest", "has_several_lines"]

_DIGEST_BYTES: Final = 8
# No text within a line can match, because quotes are escaped there.
_END: Final = re.compile(rb',"line":(\d{1,15}),"digest":"([0-9a-f]{16})"\}')
_LINE_END: Final = re.compile(_END.pattern + rb"\r?\n?\Z")
_LONGEST_END: Final = 60


class DigestChain:
    """The number and the digest of the latest line of a file.

    Attributes:
        number: its number; 0 before the first line.
    """

    def __init__(self) -> None:
        self.number = 0
        self._digest = ""

    def append(self, document: bytes) -> bytes:
        """Return a JSON object as the next line, with its number and digest as the last fields."""
        self.number += 1
        head = b'%b,"line":%d' % (document[:-1], self.number)
        self._digest = _digest(self._digest, head)
        return b'%b,"digest":"%b"}\n' % (head, self._digest.encode())

    def verify(self, line: bytes) -> tuple[bool, str | None]:
        """Check the next line of a file; return whether it is valid, and the damage if any."""
        found = _digest_of(line)
        if found is None:
            return False, "has no digest: it was not written by an audit"
        number, digest = int(found[1]), found[2].decode()
        follows = digest == _digest(self._digest, line[: found.start(2) - len(b',"digest":"')])
        missing = number - self.number - 1
        if missing < 0 and not follows:
            return False, "is duplicated or out of order"
        self.number, self._digest = number, digest
        if follows:
            return True, None
        if missing:
            # Its digest depends on a missing line and cannot be checked, so the line is accepted.
            lines = "1 line is" if missing == 1 else f"{missing:,} lines are"
            return True, f"follows a gap: {lines} missing before it"
        return False, "was changed after it was written"


def ends_with_digest(line: bytes) -> bool:
    """Return whether a line is complete: it ends with a digest."""
    return _digest_of(line) is not None


def has_several_lines(text: bytes) -> bool:
    """Return whether a text without line feeds continues after a complete line."""
    first = _END.search(text)
    return first is not None and bool(text[first.end() :].strip())


def _digest_of(line: bytes) -> re.Match[bytes] | None:
    return _LINE_END.search(line, max(0, len(line) - _LONGEST_END))


def _digest(before: str, line: bytes) -> str:
    digest = blake2b(before.encode(), digest_size=_DIGEST_BYTES)
    digest.update(line)
    return digest.hexdigest()
