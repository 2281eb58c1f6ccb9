"""Checks for unread bytes on connections of httpx and httpx2.

Bytes after a response stay in the buffers of h11 and of the streams below it, and would be taken
for the response to the next request. These buffers are not a public interface: a connection on
which they are not found is not reused.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

__all__ = ["hang_up", "is_at_rest", "spoke_first"]


def is_at_rest(response: httpx.Response) -> bool:
    """Return whether no received bytes are left on a connection after its response was read.

    httpcore itself checks the socket before it reuses a connection.
    """
    try:
        stream: Any = response.stream
        stream = getattr(stream, "_stream", stream)  # A client wraps the transport's stream.
        connection = stream._httpcore_stream._pool_request.connection
        while (parser := getattr(connection, "_h11_state", None)) is None:
            connection = connection._connection  # A proxy connection wraps the other.
        return not parser.trailing_data[0] and _is_drained(connection._network_stream._stream)
    except AttributeError:
        return False


def hang_up(response: httpx.Response) -> None:
    """Shut down the connection of an HTTP/1 response, so that it is not reused.

    Its pool notices the shutdown and closes the socket.
    """
    extensions = response.extensions
    stream = extensions.get("network_stream")
    if stream is not None and extensions.get("http_version", b"").startswith(b"HTTP/1"):
        number = stream.get_extra_info("socket").fileno()
        # On a copy: some event loops wrap the socket in an object without shutdown().
        with (
            contextlib.suppress(OSError),  # It is closed already.
            socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM) as copy,
        ):
            copy.shutdown(socket.SHUT_RDWR)


def spoke_first(stream: Any) -> bool:
    """Return whether data was received on a new connection before anything was sent.

    With TLS only decrypted data counts, as session tickets may be in the socket.
    """
    if stream.get_extra_info("ssl_object") is None and stream.get_extra_info("is_readable"):
        return True
    try:
        return not _is_drained(stream._stream)
    except AttributeError:
        return False


def _is_drained(stream: Any) -> bool:
    """Return whether a stream of anyio or trio, and those below it, have no unread data."""
    while (tls := getattr(stream, "_ssl_object", None)) is not None:
        if not _has_no_data(tls):
            return False
        stream = stream.transport_stream
    if type(stream).__module__.partition(".")[0] == "trio":
        return True  # Its sockets have no buffer.
    return not stream._protocol.read_queue


def _has_no_data(tls: ssl.SSLObject) -> bool:
    """Return whether TLS has neither data nor an end; this consumes session tickets."""
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return True
    except ssl.SSLError:
        pass
    return False
