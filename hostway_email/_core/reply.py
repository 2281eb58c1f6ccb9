"""The successful response of a call, which stays bytes until it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import JsonValue

from hostway_email._core.call import CallState, Model
from hostway_email._core.decoding import LARGE, PlainValue
from hostway_email.transports import Response

__all__ = ["Reply"]

M = TypeVar("M", bound=Model)


class Reply:
    """The successful response of a call; each method parses it when called."""

    __slots__ = ("_response", "_state")

    def __init__(self, state: CallState, response: Response) -> None:
        self._state = state
        self._response = response

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; lookups use names in lower case."""
        return self._response.headers

    @property
    def location(self) -> str | None:
        """The absolute URL that a redirect leads to; None for any other response.

        Raises:
            InvalidResponseError: a redirect has no valid URL in its Location header.
        """
        if self._response.status < 300:
            return None
        from hostway_email._core.error_mapping import redirect_target

        return redirect_target(self._state, self._response)

    def model(self, model: type[M]) -> M:
        """Parse the body as `model`.

        Raises:
            InvalidResponseError: the body cannot be parsed.
            RequestTimeoutError: the body of a write was late; the write may have taken effect.
        """
        response = self._response
        if not response.fault and self._state.late is None and len(response.content) <= LARGE:
            try:
                return model.model_validate_json(response.content)
            except ValueError:
                pass  # Parsed again below, in other charsets and with a limit on memory.
        # Imported here and above when needed, as few responses are.
        from hostway_email._core.error_mapping import read_fallback

        return read_fallback(self._state, response, model)

    def json(self) -> JsonValue:
        """Parse the body as plain JSON values; an empty body is None.

        Raises:
            InvalidResponseError: the body is not JSON.
            RequestTimeoutError: the body of a write was late; the write may have taken effect.
        """
        response = self._response
        if not response.fault and self._state.late is None and not response.content.strip():
            return None
        return self.model(PlainValue).root
