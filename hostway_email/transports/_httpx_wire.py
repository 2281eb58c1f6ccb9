"""Connections of httpx and its kin: whether all that came on one has been read.

h11 keeps what follows a response in its buffer, the streams below it what has not been asked for
yet, and either would be taken for the response to the next request. None of these buffers is a
public interface: a connection on which they cannot be found is not used again.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

__all__ = ["hang_up", "is_at_rest", "spoke_first"]


def is_at_rest(answer: httpx.Response) -> bool:
    """Return whether nothing is left in this process of what came on the answer's connection.

    Its body has been read. What lies in the socket is looked for by httpcore, before it uses a
    connection again.
    """
    try:
        stream: Any = answer.stream
        stream = getattr(stream, "_stream", stream)  # A client puts its own around the transport's.
        connection = stream._httpcore_stream._pool_request.connection
        while (parser := getattr(connection, "_h11_state", None)) is None:
            connection = connection._connection  # A connection to a proxy holds the other.
        return not parser.trailing_data[0] and _is_drained(connection._network_stream._stream)
    except AttributeError:
        return False


def hang_up(answer: httpx.Response) -> None:
    """End the connection of an answer, unless others share it, so that nothing uses it again.

    It is shut down and not closed: its pool looks at the socket, and closes it then.
    """
    extensions = answer.extensions
    stream = extensions.get("network_stream")
    if stream is not None and extensions.get("http_version", b"").startswith(b"HTTP/1"):
        number = stream.get_extra_info("socket").fileno()
        # Over a copy: what stands for the socket on some event loops cannot be shut down.
        with (
            contextlib.suppress(OSError),  # It has ended by itself.
            socket.fromfd(number, socket.AF_INET, socket.SOCK_STREAM) as copy,
        ):
            copy.shutdown(socket.SHUT_RDWR)


def spoke_first(stream: Any) -> bool:
    """Return whether something came on a new connection before anything was sent.

    Behind TLS only what has been received can be told: a ticket of the session may be on its way.
    """
    if stream.get_extra_info("ssl_object") is None and stream.get_extra_info("is_readable"):
        return True
    try:
        return not _is_drained(stream._stream)
    except AttributeError:
        return False


def _is_drained(stream: Any) -> bool:
    """Return whether a stream of anyio or trio, and those below it, hold nothing to be read."""
    while (tls := getattr(stream, "_ssl_object", None)) is not None:
        if not _waits_for_more(tls):
            return False
        stream = stream.transport_stream
    if type(stream).__module__.partition(".")[0] == "trio":
        return True  # Its sockets have no buffer.
    return not stream._protocol.read_queue


def _waits_for_more(tls: ssl.SSLObject) -> bool:
    """Return whether TLS has nothing for us: no data, and no end; tickets are used up by this."""
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return True
    except ssl.SSLError:
        pass
    return False
