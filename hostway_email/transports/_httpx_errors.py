"""The translation of errors of httpx, or of a package with its interface."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from hostway_email.errors import ConnectError, RequestTimeoutError, TransportError
from hostway_email.transports import Request

if TYPE_CHECKING:
    # For types only. The library used is the module passed to `ErrorTranslator`.
    import httpx

__all__ = ["ErrorTranslator"]

_QUOTED: Final = re.compile(r"[\s:]*(bytearray\()?b?['\"].*", re.DOTALL)


class ErrorTranslator:
    """A translator of the errors of one library to those of this package.

    Parameters:
        module: the package.
    """

    def __init__(self, module: Any) -> None:
        self._error: type[httpx.HTTPError] = module.HTTPError
        self._protocol_error: type[httpx.ProtocolError] = module.ProtocolError
        self._timeout: type[httpx.TimeoutException] = module.TimeoutException
        self._never_sent: tuple[type[httpx.TransportError], ...] = (
            module.ConnectError,
            module.ConnectTimeout,
            module.PoolTimeout,
            module.ProxyError,
            module.UnsupportedProtocol,
        )

    def translated(self, error: httpx.HTTPError, request: Request) -> TransportError:
        """Return the error of this package, and set `sent` if nothing of the request was sent."""
        if isinstance(error, self._never_sent):
            request.sent = False
        reason = self._reason(error) or type(error).__name__
        if isinstance(error, self._timeout):
            return RequestTimeoutError(f"timed out in the HTTP library: {reason}")
        if not request.sent:
            return ConnectError(f"could not connect: {reason}")
        return TransportError(f"the connection failed: {reason}")

    def without_request(self, error: httpx.HTTPError) -> Exception:
        """Return an equal error without request and frames, which hold the credentials."""
        try:
            return type(error)(self._reason(error))
        except TypeError:
            return self._error(self._reason(error))

    def _reason(self, error: httpx.HTTPError) -> str:
        """Return the message of an error, without the response bytes that h11 may quote in it."""
        root: BaseException = error
        while not str(root) and (root.__cause__ or root.__context__):
            root = root.__cause__ or root.__context__ or root
        text = str(root)
        return _QUOTED.sub("", text) if isinstance(error, self._protocol_error) else text
