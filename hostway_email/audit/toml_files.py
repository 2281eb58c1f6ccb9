"""Files in TOML that users write: settings, and accepted risks."""

from __future__ import annotations

import os
import re
import tomllib
from typing import Final

from hostway_email.audit.text import clipped
from hostway_email.audit.user_files import read_text, refused_file

__all__ = ["read_toml", "refused_file"]

_LONGEST: Final = 2**20
# A key of very many parts costs the parser memory in proportion to the square of their number.
_LONG_KEY: Final = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){50}"""
)


def read_toml(path: str | os.PathLike[str], argument: str) -> dict[str, object]:
    """Return the content of a file.

    Parameters:
        path: the file.
        argument: the name under which an error tells what was wrong.

    Raises:
        InvalidRequestError: it cannot be read, or is not TOML.
    """
    text = read_text(path, argument, longest=_LONGEST, kind="TOML")
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise refused_file(path, argument, f"line {line} has a key of too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise refused_file(path, argument, "is nested too deeply") from None
    except ValueError as error:
        # Beside what is no TOML, an integer of more digits than Python reads.
        raise refused_file(path, argument, f"is not TOML: {clipped(str(error))}") from None
