"""TOML files of the user: settings and suppressions."""

from __future__ import annotations

import os
import re
import tomllib
from typing import Final

from hostway_email.audit.text import clipped
from hostway_email.audit.user_files import read_text, refused_file

__all__ = ["read_toml"]

_LONGEST: Final = 2**20
# The memory that the parser needs for a key grows with the square of the number of its parts.
_LONG_KEY: Final = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){50}"""
)


def read_toml(path: str | os.PathLike[str], argument: str) -> dict[str, object]:
    """Read a TOML file.

    Parameters:
        path: the file.
        argument: the name of the field in errors.

    Raises:
        InvalidRequestError: the file cannot be read, or is not TOML.
    """
    text = read_text(path, argument, longest=_LONGEST, kind="TOML")
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise refused_file(path, argument, f"line {line} has a key with too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise refused_file(path, argument, "is nested too deeply") from None
    except ValueError as error:
        # Not only invalid TOML, but also an integer with more digits than Python accepts.
        raise refused_file(path, argument, f"is not TOML: {clipped(str(error))}") from None
