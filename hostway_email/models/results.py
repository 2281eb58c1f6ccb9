"""The results of writes that create or update."""

from enum import StrEnum

__all__ = ["PutResult"]


class PutResult(StrEnum):
    """The result of a PUT: a mailbox was created or updated."""

    CREATED = "created"
    """The mailbox did not exist: the API responded with 201."""
    UPDATED = "updated"
    """The mailbox existed and was updated."""
