"""What a client says in the clear before TLS starts: enough of the ClientHello to test SNI and ALPN."""

from __future__ import annotations

import socket
import struct
import time

_RECORD_HEAD = 5
_LARGEST = 16 * 1024
_HANDSHAKE = 22
_CLIENT_HELLO = 1
_SERVER_NAME = 0
_ALPN = 16
_SUPPORTED_VERSIONS = 43
_POLL_S = 0.002


def peek(connection: socket.socket, patience_s: float) -> dict:
    """Read the ClientHello without taking it from the socket. Empty if none comes."""
    deadline = time.monotonic() + patience_s
    wanted = _RECORD_HEAD
    while time.monotonic() < deadline:
        data = connection.recv(_RECORD_HEAD + _LARGEST, socket.MSG_PEEK)
        if not data or data[0] != _HANDSHAKE:
            return {}
        if len(data) >= _RECORD_HEAD:
            wanted = _RECORD_HEAD + struct.unpack(">H", data[3:5])[0]
        if len(data) >= wanted:
            try:
                return parse(data[_RECORD_HEAD:wanted])
            except (struct.error, IndexError, UnicodeDecodeError):
                return {}
        time.sleep(_POLL_S)
    return {}


def parse(message: bytes) -> dict:
    """RFC 8446 section 4.1.2: `sni`, `alpn` (None when not offered) and `versions` of one ClientHello."""
    if message[0] != _CLIENT_HELLO:
        return {}
    at = 4 + 2 + 32  # message head, legacy_version, random
    at += 1 + message[at]  # legacy_session_id
    at += 2 + _u16(message, at)  # cipher_suites
    at += 1 + message[at]  # legacy_compression_methods
    end = at + 2 + _u16(message, at)
    at += 2
    hello = {"sni": None, "alpn": None, "versions": []}
    while at < end:
        kind, length = _u16(message, at), _u16(message, at + 2)
        body = message[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == _SERVER_NAME:
            hello["sni"] = body[5 : 5 + _u16(body, 3)].decode("ascii")
        elif kind == _ALPN:
            hello["alpn"] = _protocols(body)
        elif kind == _SUPPORTED_VERSIONS:
            hello["versions"] = [body[i : i + 2].hex() for i in range(1, len(body), 2)]
    return hello


def _protocols(body: bytes) -> list:
    at, protocols = 2, []
    while at < len(body):
        protocols.append(body[at + 1 : at + 1 + body[at]].decode("ascii"))
        at += 1 + body[at]
    return protocols


def _u16(data: bytes, at: int) -> int:
    return struct.unpack_from(">H", data, at)[0]
