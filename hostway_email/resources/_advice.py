"""The advice of errors that depends on the operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from hostway_email.errors import BadRequestError, StatusError
from hostway_email.models import RequestModel

__all__ = ["advising", "advising_of_a_missing_mailbox"]


@contextmanager
def advising(advice: Mapping[type[StatusError], str]) -> Iterator[None]:
    """Replace the general advice of errors of these classes by that of the operation."""
    try:
        yield
    except StatusError as error:
        if text := advice.get(type(error)):
            error.amend(advice=text)
        raise


@contextmanager
def advising_of_a_missing_mailbox(
    kind: str, required: Mapping[str, str], changes: RequestModel
) -> Iterator[None]:
    """Advise to check the name if an update is rejected for lack of what only a creation requires.

    The API uses one request for both. To send what is missing would create the mailbox.

    Parameters:
        required: the names of the API for what a creation requires, and the fields of `changes`.
    """
    try:
        yield
    except BadRequestError as error:
        given = changes.model_fields_set
        if any(
            "required" in error.fields.get(name, "").casefold()
            for name, field in required.items()
            if field not in given
        ):
            error.amend(
                advice=f"There is no such {kind}: check its name. To create it, call create()."
            )
        raise
