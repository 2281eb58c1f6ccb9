"""Validation of single fields in request bodies; errors are collected in a dict."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

__all__ = [
    "EMAIL_ADDRESS",
    "LISTED_ADDRESS",
    "MAILBOX_NAME",
    "FieldErrors",
    "optional_boolean",
    "optional_choice",
    "optional_integer",
    "optional_string",
    "required_boolean",
    "required_string",
]

FieldErrors = dict[str, str]

EMAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
# Blacklists and whitelists accept whole domains too, as `@example.com`.
LISTED_ADDRESS = re.compile(r"[^@\s]*@[^@\s]+\.[^@\s.]+")
MAILBOX_NAME = re.compile(r"[a-zA-Z0-9._-]+")

_REQUIRED = "Required"


def required_string(body: dict[str, object], name: str, errors: FieldErrors) -> str:
    """Return a required string, which must not be empty."""
    if body.get(name) in (None, ""):
        errors[name] = _REQUIRED
    return optional_string(body, name, errors) or ""


def optional_string(
    body: dict[str, object], name: str, errors: FieldErrors, *, max_length: int | None = None
) -> str | None:
    """Return an optional string, None if it is missing."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        errors[name] = _not_a(value, "string")
        return None
    if max_length is not None and len(value) > max_length:
        errors[name] = f"Longer than maximum length {max_length}"
    return value


def required_boolean(body: dict[str, object], name: str, errors: FieldErrors) -> bool:
    """Return a required boolean."""
    if body.get(name) is None:
        errors[name] = _REQUIRED
    return bool(optional_boolean(body, name, errors))


def optional_boolean(body: dict[str, object], name: str, errors: FieldErrors) -> bool | None:
    """Return an optional boolean, None if it is missing."""
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return value
    errors[name] = _not_a(value, "boolean")
    return None


def optional_integer(body: dict[str, object], name: str, errors: FieldErrors) -> int | None:
    """Return an optional integer, None if it is missing."""
    value = body.get(name)
    if value is None:
        return None
    # In Python a bool is an int; on the wire it is not a number.
    if not isinstance(value, int) or isinstance(value, bool):
        errors[name] = _not_a(value, "integer")
        return None
    return value


def optional_choice(
    body: dict[str, object], name: str, allowed: Collection[str], errors: FieldErrors
) -> str | None:
    """Return an optional string out of `allowed`, None if it is missing or invalid."""
    value = body.get(name)
    if value is None:
        return None
    if value == "":
        errors[name] = _REQUIRED
    elif not isinstance(value, str) or value not in allowed:
        errors[name] = f"{_shown(value)} is not one of {', '.join(allowed)}"
    else:
        return value
    return None


def _not_a(value: object, kind: str) -> str:
    return f"{_shown(value)} is not of type {kind}"


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else json.dumps(value)
