"""What a write that creates or updates has done."""

from enum import StrEnum

__all__ = ["PutResult"]


class PutResult(StrEnum):
    """Whether a PUT of a mailbox made a new one or changed one that was there."""

    CREATED = "created"
    """There was none of that name: the API answered 201."""
    UPDATED = "updated"
    """It existed and was changed."""
