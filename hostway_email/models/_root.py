"""Responses that are a bare JSON value instead of an object."""

from typing import Any, Self

from hostway_email.models._response import ResponseModel

__all__ = ["RootResponse"]


class RootResponse(ResponseModel):
    """A response whose document is the value of its only field, `root`."""

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Parse the document as `root`.

        Not pydantic's `RootModel`, whose import takes a tenth of the time of this package's.
        """
        document = json_data.encode() if isinstance(json_data, str) else bytes(json_data)
        return super().model_validate_json(b'{"root":' + document + b"}", **options)
