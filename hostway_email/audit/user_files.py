"""Files named by the user, opened only if they are regular files, which have an end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hostway_email.errors import InvalidRequestError

__all__ = ["open_regular", "read_text", "refused_file"]


def open_regular(path: str | os.PathLike[str], flags: int, argument: str) -> int:
    """Open a regular file, and return its descriptor.

    Parameters:
        path: the file.
        flags: as in `os.open`; a new file is readable by its owner only.
        argument: the name of the field in errors.

    Raises:
        InvalidRequestError: it is not a regular file, or cannot be opened.
    """
    verb = "created" if flags & os.O_CREAT else "read"
    try:
        # Non-blocking: a FIFO may never have a writer.
        descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
    except FileExistsError:
        rule = "already exists; resume it, or use another file"
        raise refused_file(path, argument, rule) from None
    except OSError as error:
        raise refused_file(path, argument, f"cannot be {verb}: {error.strerror}") from error
    except ValueError as error:
        raise refused_file(path, argument, f"cannot be {verb}: {error}") from None
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    kind = "Is a directory" if stat.S_ISDIR(mode) else "it is not a regular file"
    raise refused_file(path, argument, f"cannot be {verb}: {kind}")


def read_text(
    path: str | os.PathLike[str], argument: str, *, longest: int, kind: str = "text"
) -> str:
    """Read the text of a file, which may be a pipe, without a byte order mark.

    Parameters:
        path: the file.
        argument: the name of the field in errors.
        longest: the maximum length in bytes.
        kind: the format, for errors.

    Raises:
        InvalidRequestError: the file cannot be read, is too long, or is not UTF-8.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(longest + 1)
    except OSError as error:
        raise refused_file(path, argument, f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise refused_file(path, argument, f"cannot be read: {error}") from None
    if len(content) > longest:
        raise refused_file(path, argument, f"must not be longer than {longest:,} bytes")
    try:
        # Some editors on Windows write a byte order mark.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused_file(path, argument, _not_text(kind, content, error.start)) from None
    if "\0" in text:
        raise refused_file(path, argument, _not_text(kind, content, content.index(0)))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_text(kind: str, content: bytes, offset: int) -> str:
    line = content.count(b"\n", 0, offset) + 1
    return f"is not {kind}: line {line} is not in UTF-8"


def refused_file(path: str | os.PathLike[str], argument: str, rule: str) -> InvalidRequestError:
    """Return the error for a file that breaks a rule."""
    return InvalidRequestError(f"{os.fspath(path)} {rule}", {argument: rule})
