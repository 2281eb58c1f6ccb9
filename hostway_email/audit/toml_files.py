"""Files in TOML that users write: settings, and accepted risks."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from hostway_email.errors import InvalidRequestError

__all__ = ["read_toml", "refused_file"]


def read_toml(path: str | os.PathLike[str], argument: str) -> dict[str, object]:
    """Return the content of a file.

    Parameters:
        path: the file.
        argument: the name under which an error tells what was wrong.

    Raises:
        InvalidRequestError: it cannot be read, or is not TOML.
    """
    try:
        # Some editors on Windows write a mark before the text, which is no TOML.
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise refused_file(path, argument, f"cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise refused_file(path, argument, f"is not TOML: {error}") from None


def refused_file(path: str | os.PathLike[str], argument: str, rule: str) -> InvalidRequestError:
    """Return the error for a file that cannot be used."""
    return InvalidRequestError(f"{os.fspath(path)} {rule}", {argument: rule})
