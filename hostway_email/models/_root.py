"""An answer that is no JSON object but a bare value."""

from typing import Any, Self

from hostway_email.models._response import ResponseModel

__all__ = ["RootResponse"]


class RootResponse(ResponseModel):
    """An answer whose whole document is the value of its one field, `root`."""

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Read the document as `root`.

        pydantic's own way is `RootModel`, whose import alone takes a tenth of this package's.
        """
        document = json_data.encode() if isinstance(json_data, str) else bytes(json_data)
        return super().model_validate_json(b'{"root":' + document + b"}", **options)
