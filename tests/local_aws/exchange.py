"""One connection of the stand-in after the handshake: its bytes out, and each way that it can end."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import uuid
from email.utils import formatdate

_GOODBYE_S = 2
_LINGER_S = 2
_HOLD_S = 600

REASONS = {
    200: "OK", 301: "Moved Permanently", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip


def head(status: int, length: int | None, extra: tuple = (), omit: tuple = (), version: str = "HTTP/1.1") -> bytes:
    """A response head as the real endpoint writes it. `length` None: no Content-Length."""
    fields = [
        ("Date", formatdate(usegmt=True)),
        ("Content-Type", "application/json"),
        ("Content-Length", length),
        ("x-amzn-RequestId", str(uuid.uuid4())),
        *extra,
    ]
    lines = [f"{name}: {value}" for name, value in fields if value is not None and name not in omit]
    return "\r\n".join([f"{version} {status} {REASONS.get(status, 'Status')}", *lines, "\r\n"]).encode("latin-1")


def response(status: int, body: bytes, extra: tuple = (), omit: tuple = (), version: str = "HTTP/1.1") -> bytes:
    """A whole, well-formed response."""
    return head(status, len(body), extra, omit, version) + body


class Exchange:
    """Sends bytes over one TLS connection, or a plain one behind a server that speaks TLS for us, and ends it well or badly."""

    def __init__(self, tls: ssl.SSLSocket | socket.socket):
        self._tls = tls
        self._tls.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        self._tls.sendall(data)

    def send_outside_tls(self, data: bytes) -> None:
        """Write to the TCP connection beneath TLS, which breaks the record layer."""
        socket.socket.sendall(self._tls, data)

    def hold(self) -> None:
        """Say nothing until the client goes away."""
        self._tls.settimeout(_HOLD_S)
        while self._tls.recv(4096):
            pass

    def finish(self) -> None:
        """The good end: close_notify, then FIN."""
        with contextlib.suppress(OSError, ValueError):
            if not isinstance(self._tls, ssl.SSLSocket):
                return linger(self._tls)
            self._tls.settimeout(_GOODBYE_S)
            self._tls.unwrap()
        self._tls.close()

    def cut(self) -> None:
        """A FIN without close_notify, as a truncation attack or a dying server does."""
        linger(self._tls)

    def reset(self) -> None:
        """A TCP reset."""
        reset(self._tls)


def linger(connection: socket.socket) -> None:
    """Send FIN, and take what still comes: unread bytes would turn the FIN into a reset."""
    raw = socket.socket(fileno=connection.detach())
    with contextlib.suppress(OSError):
        raw.shutdown(socket.SHUT_WR)
        raw.settimeout(_LINGER_S)
        while raw.recv(4096):
            pass
    raw.close()


def reset(connection: socket.socket) -> None:
    """Drop a connection by a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
