"""Suppressions: risks accepted for a reason, by an owner, until an expiry date.

An accepted finding stays in the records with its acceptance, but is not counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from hostway_email._core.suggest import nearest
from hostway_email.audit.checks.base import INCOMPLETE
from hostway_email.audit.text import clipped
from hostway_email.audit.toml_files import read_toml
from hostway_email.audit.user_files import refused_file
from hostway_email.errors import InvalidRequestError
from hostway_email.models.building import WHEN_USED

__all__ = [
    "Acceptance",
    "Suppression",
    "SuppressionUse",
    "read_suppressions",
    "why_not_accepted",
]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _day(value: object) -> date:
    # pydantic would drop a time of day silently, and read a number, even a quoted one, as seconds
    # since 1970.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("must be a date such as 2027-03-31") from None


class Suppression(BaseModel):
    """An accepted risk: the findings of a check for matching mailboxes.

    Attributes:
        id: the id of a check, such as `FWD-01`.
        mailbox: a pattern for addresses, such as `sales*@example.com`; without a domain it matches
            mailboxes of any domain. `@example.com` is the domain as a whole.
        reason: why the risk is accepted.
        owner: the person responsible.
        expires: the last day on which it is valid.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=WHEN_USED)

    id: Text
    mailbox: Text
    reason: Text
    owner: Text
    expires: Annotated[date, BeforeValidator(_day)]

    def matches(self, username: str, domain: str) -> bool:
        """Return whether it matches a mailbox, or the domain as a whole for an empty username."""
        name, at, of_domain = self.mailbox.casefold().rpartition("@")
        if not at:
            # A pattern without a domain matches mailboxes only; `@...` is for a whole domain.
            return bool(username) and fnmatchcase(username.casefold(), self.mailbox.casefold())
        if bool(name) != bool(username):
            return False
        return fnmatchcase(username.casefold(), name) and fnmatchcase(domain.casefold(), of_domain)


class Acceptance(BaseModel):
    """The acceptance of a finding.

    Attributes:
        reason: why the risk is accepted.
        owner: the person responsible.
        expires: the last day on which it is valid.
    """

    model_config = ConfigDict(defer_build=WHEN_USED)

    reason: str
    owner: str
    expires: date


class SuppressionUse(BaseModel):
    """The state of a suppression in a run.

    Attributes:
        suppression: the suppression.
        state: `used`; `unused`, if it matched no finding; `expired`, so it was ignored; `not run`,
            if its check was not run.
        times: the number of findings it accepted.
    """

    model_config = ConfigDict(defer_build=WHEN_USED)

    suppression: Suppression
    state: Literal["used", "unused", "expired", "not run"]
    times: int


def read_suppressions(
    path: str | os.PathLike[str], known: Iterable[str] | None = None
) -> list[Suppression]:
    """Read suppressions from a TOML file with a `[[suppress]]` table for each.

    Parameters:
        path: the file.
        known: the known ids of checks; by default any id is valid.

    Raises:
        InvalidRequestError: the file cannot be read, or an entry is invalid; the message names the
            entry and the field.
    """
    content = read_toml(path, "suppress")
    entries = content.pop("suppress", None)
    if content:
        name = clipped(next(iter(content)))
        raise _refused(path, f"has {name!r}; only [[suppress]] tables are allowed")
    if isinstance(entries, dict):
        raise _refused(path, "has [suppress]; write [[suppress]] before each accepted risk")
    if not isinstance(entries, list) or not entries:
        raise _refused(path, "must have at least one [[suppress]] table")
    ids = None if known is None else frozenset(known)
    return [_entry(path, number, entry, ids) for number, entry in enumerate(entries, start=1)]


def why_not_accepted(check: str, known: Iterable[str]) -> str | None:
    """Return why findings of a check cannot be accepted; None if they can.

    Parameters:
        check: the id of the check.
        known: the known ids of checks.
    """
    if check.casefold() == INCOMPLETE.id.casefold():
        return f"{INCOMPLETE.id} (incomplete audit) cannot be accepted"
    ids = [*known]
    if check.casefold() in {one.casefold() for one in ids}:
        return None
    near = nearest(check, ids)
    return f"unknown check {clipped(check)!r}{f'; did you mean {near!r}?' if near else ''}"


def _entry(
    path: str | os.PathLike[str], number: int, entry: object, ids: frozenset[str] | None
) -> Suppression:
    if not isinstance(entry, dict):
        raise _refused(path, f"entry {number}: must be a table of id, mailbox, reason, ...")
    try:
        suppression = Suppression.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise _refused(path, f"entry {number}: {_problem_of(first)}") from None
    if ids is not None and (reason := why_not_accepted(suppression.id, ids)):
        raise _refused(path, f"entry {number}: id: {reason}")
    return suppression


def _problem_of(error: ErrorDetails) -> str:
    field = clipped(str(error["loc"][0]))
    if error["type"] == "missing":
        return f"{field}: is missing"
    if error["type"] == "extra_forbidden":
        near = nearest(field, Suppression.model_fields)
        return f"{field}: unknown field{f'; did you mean {near!r}?' if near else ''}"
    return f"{field}: {error['msg'].removeprefix('Value error, ')}"


def _refused(path: str | os.PathLike[str], rule: str) -> InvalidRequestError:
    return refused_file(path, "suppress", rule)
