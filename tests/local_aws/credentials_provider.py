"""The stand-in for the AWS IoT credentials provider.

TLS 1.2 and 1.3 by OpenSSL (independent of the library's rustls), a client certificate required, role alias and
thing name checked as the real endpoint checks them. Good requests get what `issuers` give, faults are
asked for by role alias (faults.py), and faults below HTTP are listeners of their own (`LISTENERS`).
"""

from __future__ import annotations

import hashlib
import json
import re
import selectors
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Callable, NamedTuple
from urllib.parse import unquote

import client_hello
import faults
from exchange import Exchange, linger, reset, response

HANDSHAKE_S = 10
IDLE_S = 60
LARGEST_HEAD = 16 * 1024
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
PATH = re.compile(r"/role-aliases/([^/?]+)/credentials")


class Refused(Exception):
    """The name of a row in `faults.ERRORS`."""


class Request(NamedTuple):
    """A request head as it came: names in their own case and order."""

    method: str
    target: str
    headers: list

    def header(self, wanted: str) -> str | None:
        return next((value for name, value in self.headers if name.lower() == wanted), None)


class CredentialsProvider:
    """What all listeners share: who is registered, which aliases there are, and the log."""

    def __init__(self, things: dict, issuers: dict[str, Callable[[str], dict]], log: Path):
        """`things`: SHA-256 of a certificate to its things. `issuers`: role alias to what makes credentials."""
        self._things = things
        self._issuers = issuers
        self._log = log
        self._lock = threading.Lock()

    def serve(self, tls: ssl.SSLSocket, about: dict) -> None:
        """Answer the requests of one connection. `about` describes the connection in the log."""
        exchange = Exchange(tls)
        tls.settimeout(IDLE_S)
        stays_open = True
        while stays_open:
            head = _read_head(tls)
            if not head:
                break
            request = _parse(head)
            if request is None:
                self.log(about, None, "malformed request")
                exchange.send(response(400, b""))
                break
            stays_open = self._answer(exchange, tls, request, about) and request.header("connection") != "close"
        exchange.finish()

    def _answer(self, exchange: Exchange, tls: ssl.SSLSocket, request: Request, about: dict) -> bool:
        """The checks, in the order of the real endpoint. True: the connection stays open."""
        try:
            alias, session = self._authorise(tls, request)
        except Refused as refused:
            self.log(about, request, str(refused))
            exchange.send(faults.error(*faults.ERRORS[str(refused)]))
            return True
        if alias.startswith(faults.PREFIX):
            self.log(about, request, alias)
            fault, number = faults.find(alias)
            return bool(fault.serve(exchange, number))
        if alias not in self._issuers:
            self.log(about, request, "alias-not-found")
            exchange.send(faults.error(*faults.ERRORS["alias-not-found"]))
            return True
        body = faults.document(self._issuers[alias](session))
        self.log(about, request, "credentials")
        exchange.send(response(200, body))
        return True

    def _authorise(self, tls: ssl.SSLSocket | socket.socket, request: Request) -> tuple[str, str]:
        """The role alias asked for, and a name for the session. Behind a server that speaks TLS for us, that one has seen the certificate."""
        if not request.header("host"):
            raise Refused("500")
        path = PATH.fullmatch(request.target)
        if request.method != "GET" or not path:
            raise Refused("missing-authentication-token")
        if not isinstance(tls, ssl.SSLSocket):
            return unquote(path[1]), "behind-nginx"
        fingerprint = hashlib.sha256(tls.getpeercert(binary_form=True)).hexdigest()
        if fingerprint not in self._things:
            raise Refused("certificate-invalid")
        thing = request.header("x-amzn-iot-thingname")
        if thing is not None and thing not in self._things[fingerprint]:
            raise Refused("invalid-thing-name")
        return unquote(path[1]), fingerprint[:32]

    def log(self, about: dict, request: Request | None, outcome: str) -> None:
        """One JSON line, written before the answer is sent. Holds no secret."""
        entry = {"time": round(time.time(), 3), **about, "outcome": outcome}
        if request:
            entry.update(method=request.method, target=request.target, headers=[_without_secret(h) for h in request.headers])
        with self._lock, self._log.open("a") as file:
            file.write(json.dumps(entry) + "\n")


def _without_secret(header: tuple) -> list:
    """A credential has no place in a request to this endpoint; if a client sends one, it is not written down."""
    name, value = header
    return [name, "(not logged)" if name.lower() in ("authorization", "x-amz-security-token") else value]


def _read_head(tls: ssl.SSLSocket) -> bytes:
    """All up to the empty line; what came instead when there is none, and nothing when the client is gone."""
    data = b""
    while b"\r\n\r\n" not in data and len(data) < LARGEST_HEAD:
        block = tls.recv(LARGEST_HEAD)
        if not block:
            break
        data += block
    return data


def _parse(data: bytes) -> Request | None:
    """A request head and nothing after it, strictly by RFC 9112; None for anything else."""
    if not data.endswith(b"\r\n\r\n"):
        return None
    first, *lines = data[:-4].decode("latin-1").split("\r\n")
    words = first.split(" ")
    pairs = [line.partition(":") for line in lines]
    if len(words) != 3 or words[2] != "HTTP/1.1" or not all(colon and TOKEN.fullmatch(name) for name, colon, _ in pairs):
        return None
    return Request(words[0], words[1], [(name, value.strip(" \t")) for name, _, value in pairs])


# --- Listeners -------------------------------------------------------------------------------------------


class Listener(NamedTuple):
    """One port. `answer` takes (listeners, name, connection) in a thread of its own."""

    certificate: str
    answer: Callable
    versions: tuple = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    family: socket.AddressFamily = socket.AF_INET


class Listeners:
    """Accepts on every port in one thread, and answers each connection in a thread of its own."""

    def __init__(self, provider: CredentialsProvider, pki: Path):
        self._provider = provider
        self._pki = pki
        self._selector = selectors.DefaultSelector()
        self._contexts = {}
        self.ports = {}
        for name, listener in LISTENERS.items():
            self._open(name, listener)
        # Bound and never listening: the system refuses connections, and nobody else can get the port.
        self._closed = socket.socket()
        self._closed.bind(("127.0.0.1", 0))
        self.ports["CLOSED"] = self._closed.getsockname()[1]
        threading.Thread(target=self._accept, name="accept", daemon=True).start()

    def _open(self, name: str, listener: Listener) -> None:
        address = "::1" if listener.family == socket.AF_INET6 else "127.0.0.1"
        try:
            server = socket.create_server((address, 0), family=listener.family, backlog=128)
        except OSError:
            if listener.family == socket.AF_INET6:
                return  # a machine without IPv6 has no such port
            raise
        self._contexts[name] = _context(self._pki, listener)
        self._selector.register(server, selectors.EVENT_READ, name)
        self.ports[name] = server.getsockname()[1]

    def _accept(self) -> None:
        while True:
            for key, _ in self._selector.select():
                connection, _ = key.fileobj.accept()
                threading.Thread(target=self._serve, args=(key.data, connection), daemon=True).start()

    def _serve(self, name: str, connection: socket.socket) -> None:
        connection.settimeout(HANDSHAKE_S)
        try:
            LISTENERS[name].answer(self, name, connection)
        except OSError:
            pass  # the client left in the middle, as clients do
        finally:
            connection.close()

    def speak_tls(self, name: str, connection: socket.socket) -> None:
        """The whole stand-in."""
        hello = client_hello.peek(connection, HANDSHAKE_S)
        about = {"listener": name, "sni": hello.get("sni"), "alpn": hello.get("alpn")}
        tls = self._contexts[name].wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        try:
            tls.do_handshake()
        except OSError as error:
            self._provider.log(about, None, f"handshake failed: {getattr(error, 'reason', None) or type(error).__name__}")
            linger(tls)
            return
        with tls:
            self._provider.serve(tls, {**about, "tls": tls.version(), "cipher": tls.cipher()[0]})

    def speak_plainly(self, name: str, connection: socket.socket) -> None:
        """The stand-in behind a server that speaks TLS for it (nginx.py)."""
        self._provider.serve(connection, {"listener": name})

    def first_flight(self, name: str, connection: socket.socket) -> bytes:
        """What the server says first in a handshake, for faults that cut it short."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self._contexts[name].wrap_bio(incoming, outgoing, server_side=True)
        while not outgoing.pending:
            incoming.write(connection.recv(LARGEST_HEAD))
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
        return outgoing.read()


def _context(pki: Path, listener: Listener) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = listener.versions
    context.load_cert_chain(pki / f"server-{listener.certificate}.cert.pem", pki / f"server-{listener.certificate}.key.pem")
    context.load_verify_locations(pki / "device-ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.sni_callback = _require_sni
    return context


def _require_sni(_tls, server_name: str | None, _context) -> int | None:
    """As the real endpoint: no SNI, no handshake."""
    return None if server_name else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


def _silent(_listeners, _name, connection) -> None:
    connection.settimeout(None)
    while connection.recv(4096):
        pass


def _close(_listeners, _name, connection) -> None:
    connection.close()


def _reset(_listeners, _name, connection) -> None:
    reset(connection)


def _say(data: bytes) -> Callable:
    """Wait for the client's first bytes, answer `data`, and FIN."""

    def answer(_listeners, _name, connection):
        connection.recv(4096)
        connection.sendall(data)
        linger(connection)

    return answer


def _handshake_stall(listeners, name, connection) -> None:
    flight = listeners.first_flight(name, connection)
    connection.sendall(flight[: len(flight) // 2])
    _silent(listeners, name, connection)


def _handshake_cut(listeners, name, connection) -> None:
    flight = listeners.first_flight(name, connection)
    connection.sendall(flight[: len(flight) // 2])
    linger(connection)


_FATAL_HANDSHAKE_FAILURE = bytes([21, 3, 3, 0, 2, 2, 40])
_TLS12 = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
_TLS13 = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)
_STAND_IN = Listeners.speak_tls

MAIN = "MAIN"

LISTENERS = {
    MAIN: Listener("p256", _STAND_IN),
    "P256": Listener("p256", _STAND_IN),
    "RSA": Listener("rsa", _STAND_IN),
    "RSA_PSS": Listener("rsa-pss", _STAND_IN),
    "SHORT_CHAIN": Listener("short", _STAND_IN),
    "LONG_CHAIN": Listener("long", _STAND_IN),
    "TLS12": Listener("p256", _STAND_IN, _TLS12),
    "TLS12_RSA": Listener("rsa", _STAND_IN, _TLS12),
    "TLS13": Listener("p256", _STAND_IN, _TLS13),
    "IPV6": Listener("p256", _STAND_IN, family=socket.AF_INET6),
    "EXPIRED": Listener("expired", _STAND_IN),
    "NOT_YET_VALID": Listener("not-yet-valid", _STAND_IN),
    "WRONG_NAME": Listener("wrong-name", _STAND_IN),
    "UNTRUSTED": Listener("untrusted", _STAND_IN),
    "SELF_SIGNED": Listener("self-signed", _STAND_IN),
    "MISSING_INTERMEDIATE": Listener("missing-intermediate", _STAND_IN),
    "PLAIN": Listener("p256", Listeners.speak_plainly),
    "SILENT": Listener("p256", _silent),
    "CLOSE": Listener("p256", _close),
    "RESET": Listener("p256", _reset),
    "GARBAGE": Listener("p256", _say(b"\x00\xff\x55\xaa" * 64)),
    "PLAIN_HTTP": Listener("p256", _say(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")),
    "ALERT": Listener("p256", _say(_FATAL_HANDSHAKE_FAILURE)),
    "HANDSHAKE_STALL": Listener("p256", _handshake_stall),
    "HANDSHAKE_CUT": Listener("p256", _handshake_cut),
}
