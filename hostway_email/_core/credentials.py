"""The credentials of requests."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pydantic import SecretStr

from hostway_email._core.path import has_control
from hostway_email._core.secret_values import MASK_RULE, is_mask
from hostway_email.errors import InvalidRequestError

__all__ = ["Authorization", "Credentials", "checked_authorization", "credentials_of"]

Authorization = str | Callable[[], Awaitable[str]]
"""The value of the `Authorization` header, or an async function that returns one."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of requests.

    Attributes:
        authorization: the value of the header, an async function that returns one, or None.
        secrets: the parts of it that must never be shown.
    """

    authorization: Authorization | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def checked_authorization(value: str) -> str:
    """Check the value of an `Authorization` header and return it.

    Raises:
        InvalidRequestError: the value is invalid; the error does not contain it.
    """
    if isinstance(value, str) and value.strip() and value.isascii() and value.isprintable():
        return value
    del value  # Error trackers show the locals of each frame.
    rule = "must be a non-empty str of printable ASCII, as it is a header"
    raise InvalidRequestError.for_argument("authorization", rule)


def credentials_of(
    username: str | None, password: str | SecretStr | None, authorization: Authorization | None
) -> Credentials | None:
    """Return the credentials that a user gave, None without any.

    Raises:
        InvalidRequestError: they are invalid; the error does not contain them.
    """
    if authorization is not None:
        InvalidRequestError.require_alone(
            "authorization", username=username is not None, password=password is not None
        )
        if callable(authorization):
            return Credentials(authorization)
        checked_authorization(authorization)
        InvalidRequestError.require(
            not is_mask(authorization.partition(" ")[2]), "authorization", MASK_RULE
        )
        return Credentials(authorization, (authorization, authorization.split(" ")[-1]))
    if username is None and password is None:
        return None
    secret = password.get_secret_value() if isinstance(password, SecretStr) else password
    for name, value in {"username": username, "password": secret}.items():
        InvalidRequestError.require(
            isinstance(value, str) and value, name, "is required and must not be empty"
        )
    InvalidRequestError.require(not is_mask(secret or ""), "password", MASK_RULE)
    InvalidRequestError.require(
        ":" not in (username or ""), "username", "must not contain ':' (HTTP Basic)"
    )
    for name, value in {"username": username, "password": secret}.items():
        # RFC 7617, section 2
        InvalidRequestError.require(
            not has_control(value or ""), name, "must not contain control characters (HTTP Basic)"
        )
    try:
        # Joined, as a text enumeration would be formatted as `Name.MEMBER`.
        token = base64.b64encode(":".join((username or "", secret or "")).encode()).decode()
    except UnicodeEncodeError:
        token = ""
    # Raised outside of the `except`: the context would hold the password.
    InvalidRequestError.require(
        token, "password", "must be valid Unicode text, as must the username"
    )
    return Credentials(f"Basic {token}", (secret or "", token))
