"""Who asks, and where: from options, the environment, a file or a prompt, never an argument."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path
from typing import Final

from hostway_email.audit.text import clipped
from hostway_email.audit.user_files import read_text
from hostway_email.client import BASE_URL, HostwayEmail
from hostway_email.errors import InvalidRequestError

__all__ = ["Access", "parse_target", "read_targets"]

_LONGEST_FILE: Final = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Access:
    """How the API is reached, as the options say."""

    username: str | None
    password_file: Path | None
    base_url: str | None

    def client(self, max_concurrency: int) -> HostwayEmail:
        """Return a client of the API.

        Raises:
            InvalidRequestError: the username or the password is missing, or cannot be read.
        """
        if not self.username:
            raise InvalidRequestError("set HOSTWAY_USERNAME, or give --username")
        return HostwayEmail(
            self.username,
            self._password(),
            base_url=self.base_url or BASE_URL,
            max_concurrency=max_concurrency,
        )

    def _password(self) -> str:
        # There is no option for it: a list of processes would show its value to everybody.
        if self.password_file is not None:
            return _line_of(self.password_file)
        password = os.environ.get("HOSTWAY_PASSWORD")
        if password:
            return password
        missing = InvalidRequestError("set HOSTWAY_PASSWORD, or give --password-file")
        if not sys.stdin.isatty():
            raise missing
        try:
            return getpass(f"Password of {self.username}: ")
        except EOFError:
            raise missing from None


def parse_target(text: str) -> tuple[str, str]:
    """Return the account and the domain that `ACCOUNT/DOMAIN` names.

    Raises:
        InvalidRequestError: it is not of that form.
    """
    account, slash, domain = text.partition("/")
    if not (account and slash and domain) or "/" in domain:
        raise InvalidRequestError(f"{clipped(text)!r} is not of the form ACCOUNT/DOMAIN")
    return account, domain


def read_targets(path: Path) -> list[tuple[str, str]]:
    """Return the targets of a file: one a line; blank lines and those that begin with # are none.

    Raises:
        InvalidRequestError: the file cannot be read, or a line names no target.
    """
    targets = []
    for number, line in enumerate(_text_of(path).splitlines(), start=1):
        text = line.strip()
        if text and not text.startswith("#"):
            try:
                targets.append(parse_target(text))
            except InvalidRequestError as error:
                raise InvalidRequestError(f"{path}, line {number}: {error}") from None
    if not targets:
        raise InvalidRequestError(f"{path} names no target; write one ACCOUNT/DOMAIN a line")
    return targets


def _line_of(path: Path) -> str:
    return _text_of(path).removesuffix("\n").removesuffix("\r")


def _text_of(path: Path) -> str:
    return read_text(path, "file", longest=_LONGEST_FILE)
