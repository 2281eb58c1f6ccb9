"""Credentials and targets, from options, the environment, files or a prompt."""

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
    """The options for API access."""

    username: str | None
    password_file: Path | None
    base_url: str | None

    def client(self, max_concurrency: int) -> HostwayEmail:
        """Create a client of the API.

        Raises:
            InvalidRequestError: the username or the password is missing, or cannot be read.
        """
        if not self.username:
            raise InvalidRequestError("the username is missing: set HOSTWAY_USERNAME or --username")
        return HostwayEmail(
            self.username,
            self._password(),
            base_url=self.base_url or BASE_URL,
            max_concurrency=max_concurrency,
        )

    def _password(self) -> str:
        # There is no option for the password: process lists show the arguments to all users.
        if self.password_file is not None:
            return _line_of(self.password_file)
        password = os.environ.get("HOSTWAY_PASSWORD")
        if password:
            return password
        missing = InvalidRequestError(
            "the password is missing: set HOSTWAY_PASSWORD or --password-file"
        )
        if not sys.stdin.isatty():
            raise missing
        try:
            return getpass(f"Password of {self.username}: ")
        except EOFError:
            raise missing from None


def parse_target(text: str) -> tuple[str, str]:
    """Parse `ACCOUNT/DOMAIN` into the account and the domain.

    Raises:
        InvalidRequestError: it has another form.
    """
    account, slash, domain = text.partition("/")
    if not (account and slash and domain) or "/" in domain:
        raise InvalidRequestError(f"{clipped(text)!r} must have the form ACCOUNT/DOMAIN")
    return account, domain


def read_targets(path: Path) -> list[tuple[str, str]]:
    """Read targets from a file, one per line, ignoring blank lines and comments (#).

    Raises:
        InvalidRequestError: the file cannot be read, has an invalid line, or has no targets.
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
        raise InvalidRequestError(f"{path} has no targets; add one ACCOUNT/DOMAIN per line")
    return targets


def _line_of(path: Path) -> str:
    return _text_of(path).removesuffix("\n").removesuffix("\r")


def _text_of(path: Path) -> str:
    return read_text(path, "file", longest=_LONGEST_FILE)
