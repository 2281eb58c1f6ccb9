"""An answer that is no JSON object but a bare value."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from pydantic import ConfigDict, RootModel

__all__ = ["BareAnswer"]

T = TypeVar("T")


class BareAnswer(RootModel[T], Generic[T]):
    """An answer that is, as a whole, what `root` holds."""

    model_config = ConfigDict(defer_build=True, hide_input_in_errors=True)

    holds_secret: ClassVar[bool] = False
    """Whether the answer documents a secret, as for any other answer."""
