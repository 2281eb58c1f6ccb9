"""One request over httpx, or over a package with its interface."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from hostway_email.transports import Request, Response
from hostway_email.transports._httpx_errors import ErrorTranslator
from hostway_email.transports._httpx_logs import REQUEST_IS_OURS, filter_logs
from hostway_email.transports._httpx_wire import hang_up, is_at_rest
from hostway_email.transports.body import ENDED_EARLY, ERROR_BODY_BYTES, read_body

if TYPE_CHECKING:
    # For types only. The library used is the module passed to `Library`.
    import httpx

__all__ = ["Library"]

MAX_UNREAD_CHUNKS: Final = 65_536
"""More than httpcore can have received without returning them."""


class Library:
    """An adapter of httpx, or of a package with its interface.

    Parameters:
        module: the package. Its type is `Any`, as the packages share no classes; its objects are
            annotated as those of httpx.
    """

    def __init__(self, module: Any) -> None:
        self.module = module
        self.request: type[httpx.Request] = module.Request
        self.body: Any = type("_OneChunk", (_OneChunk, module.AsyncByteStream), {})
        self._error: type[httpx.HTTPError] = module.HTTPError
        self._transport_error: type[httpx.TransportError] = module.TransportError
        self._errors = ErrorTranslator(module)
        filter_logs(module.__name__)

    async def exchange(
        self,
        send: Callable[[httpx.Request], Awaitable[httpx.Response]],
        prepared: httpx.Request,
        request: Request,
    ) -> tuple[Response, bool]:
        """Send a request and return its response, and whether its connection can be reused."""
        request.response = None
        ours = REQUEST_IS_OURS.set(True)
        try:
            raw = await send(prepared)
            try:
                response, ended = await self._read(raw, request)
                reusable = ended and is_at_rest(raw)
                if not reusable:
                    # Before it returns to the pool of a user's client.
                    hang_up(raw)
                return response, reusable
            finally:
                await raw.aclose()
        except self._error as error:
            failure = error
        finally:
            REQUEST_IS_OURS.reset(ours)
        # Raised outside of the `except`: the context would be the library's own error with its
        # request. Error trackers show the locals of this frame.
        translated = self._errors.translated(failure, request)
        cause = self._errors.without_request(failure)
        del send, prepared, failure
        raise translated from cause

    async def _read(self, raw: httpx.Response, request: Request) -> tuple[Response, bool]:
        response = Response(raw.status_code, raw.headers, b"", ENDED_EARLY)
        request.response = response
        failed = response.status >= 400
        if raw.is_stream_consumed:
            # A hook or a mock of the user's client has read the body, and httpx has decoded it.
            response.content, response.fault = raw.content, ""
            return response, True
        chunks: AsyncIterator[bytes] = aiter(raw.stream)  # type: ignore[arg-type] # it is async
        try:
            response.content, response.fault = await read_body(
                chunks,
                raw.headers.get("content-encoding", ""),
                min(request.max_bytes, ERROR_BODY_BYTES) if failed else request.max_bytes,
            )
        except self._transport_error:
            if not failed:
                raise
            # The status is known, and an incomplete body must not hide it.
            return response, False
        if response.fault:
            await self._abandon(raw, chunks)
        return response, not response.fault

    async def _abandon(self, raw: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
        """Close a response whose body has not been read completely.

        httpcore's iterators are nested generators. Closing the outermost does not close the others,
        so trio warns when they are collected. Reading on after closing does: it raises in all.
        """
        await raw.aclose()
        with contextlib.suppress(self._error, StopAsyncIteration):
            for _ in range(MAX_UNREAD_CHUNKS):
                await anext(chunks)


class _OneChunk:
    """A request body in one chunk.

    httpx's own is an async generator, for which trio warns if the request was cancelled.
    """

    def __init__(self, content: bytes) -> None:
        self._remaining = [content]

    def __aiter__(self) -> _OneChunk:
        return self

    async def __anext__(self) -> bytes:
        if not self._remaining:
            raise StopAsyncIteration
        return self._remaining.pop()
