"""Responses that are an object within an object."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import model_validator

from hostway_email._core.decoding import MemoryCost
from hostway_email.models._response import ResponseModel

__all__ = ["EnvelopedResponse"]


class EnvelopedResponse(ResponseModel):
    """A response whose fields are below `envelope`, or at the top, as both are documented."""

    # More than for other responses, as the document is parsed before it is validated.
    memory_cost = MemoryCost(object=950)

    envelope: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _open(cls, document: Any) -> Any:
        # Before validation, so that new fields within the envelope are kept in `model_extra` too.
        if not isinstance(document, Mapping):
            return document
        content = document.get(cls.envelope)
        if not isinstance(content, Mapping):
            return document
        beside = {name: value for name, value in document.items() if name != cls.envelope}
        return {**beside, **content}
