"""Each error and each fault that the stand-in serves on demand: ask for role alias `fault-NAME`.

A name that ends in `-N` takes a number: `fault-late-500` answers after 500 ms, `fault-late` after the
number given in the list. `python faults.py` prints that list.

Bodies hold fixed dummy credentials, so tests need no server behind, and may search output for them. With
them a body is `len(GOOD_BODY)` bytes and a plain head `len(head(200, len(GOOD_BODY)))`, always.
"""

from __future__ import annotations

import json
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Callable, NamedTuple

from exchange import Exchange, head, response

PREFIX = "fault-"

ACCESS_KEY_ID = "ASIAIOSFODNN7EXAMPLE"
SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SESSION_TOKEN = ("IQoJb3JpZ2luX2VjEXAMPLETOKEN+/" * 30)[:900]
MEMBERS = {"accessKeyId": "access-key-id", "secretAccessKey": "secret", "sessionToken": "token", "expiration": "expiration"}

CHUNKED = ("Transfer-Encoding", "chunked")
LAST_CHUNK = b"0\r\n\r\n"
DATE_FIELD = "Date"
LENGTH_FIELD = "Content-Length"


class Fault(NamedTuple):
    """`serve(exchange, n)` returns True when the connection stays open for the next request."""

    serve: Callable[[Exchange, int], object]
    default: int | None
    summary: str


FAULTS: dict[str, Fault] = {}


def find(alias: str) -> tuple[Fault, int]:
    """The fault that a role alias names, with its number. A misspelt one answers 501, which no test expects."""
    name = alias[len(PREFIX) :]
    if name in FAULTS:
        return FAULTS[name], FAULTS[name].default or 0
    name, _, number = name.rpartition("-")
    if name in FAULTS and FAULTS[name].default is not None and number.isdigit():
        return FAULTS[name], int(number)
    return FAULTS["unknown"], 0


def listing() -> str:
    """The list of all faults, for a reader."""
    names = {name + ("" if fault.default is None else "-N"): fault for name, fault in FAULTS.items()}
    width = max(map(len, names)) + len(PREFIX)
    lines = []
    for name, fault in names.items():
        default = "" if fault.default is None else f" (N: {fault.default} unless given)"
        lines.append(f"{PREFIX + name:<{width}}  {fault.summary}{default}")
    return "\n".join(lines)


def expires_in(seconds: int) -> str:
    moment = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def dummy_credentials() -> dict:
    """Right in form, one hour long, accepted nowhere."""
    return {
        "accessKeyId": ACCESS_KEY_ID,
        "secretAccessKey": SECRET_ACCESS_KEY,
        "sessionToken": SESSION_TOKEN,
        "expiration": expires_in(3600),
    }


def document(credentials: object) -> bytes:
    """The body of a 200, written without spaces as the real one is."""
    return json.dumps({"credentials": credentials}, separators=(",", ":")).encode()


def good_body() -> bytes:
    return document(dummy_credentials())


def chunk(data: bytes, size_format: str = "%x") -> bytes:
    return (size_format % len(data)).encode() + b"\r\n" + data + b"\r\n"


def _fault(name: str, summary: str, default: int | None = None):
    def register(serve):
        FAULTS[name] = Fault(serve, default, summary)
        return serve

    return register


def _whole(name: str, summary: str, make: Callable[[int], bytes], default: int | None = None) -> None:
    """A response that the client can find the end of: the connection stays open."""

    def serve(exchange, n):
        exchange.send(make(n))
        return True

    FAULTS[name] = Fault(serve, default, summary)


def _bytes(name: str, summary: str, make: Callable[[int], bytes], default: int | None = None) -> None:
    """Bytes, then close_notify and FIN."""
    FAULTS[name] = Fault(lambda exchange, n: exchange.send(make(n)), default, summary)


# --- Errors of the credentials provider: facts of the service, one row each -----------------------------


def error(status: int, message: str, error_type: str, extra: tuple = (), trace: bool = False) -> bytes:
    """An error as the real endpoint writes it."""
    body = {"message": message}
    if trace:
        body["traceId"] = "7a1f3c52-0000-4000-8000-5eaf00d15ea5"
    return response(status, json.dumps(body, separators=(",", ":")).encode(), (("x-amzn-ErrorType", error_type), *extra))


ERRORS = {
    "invalid-thing-name": (403, "Invalid thing name passed", "AccessDeniedException"),
    "access-denied": (403, "Access Denied", "AccessDeniedException"),
    "certificate-invalid": (403, "Certificate is invalid on this endpoint", "AccessDeniedException"),
    "alias-not-found": (404, "Role alias does not exist", "ResourceNotFoundException"),
    "role-not-assumable": (
        400,
        "Unable to assume the role, or the role to assume does not exist",
        "InvalidRequestException",
    ),
    "duration-too-long": (
        400,
        "The requested CredentialDurationSeconds exceeds the MaxSessionDuration set for the role",
        "InvalidRequestException",
    ),
    "data-endpoint": (404, "Not Found", "ResourceNotFoundException", (), True),
    "missing-authentication-token": (403, "Missing Authentication Token", "ForbiddenException:", (), True),
    "throttled-400": (400, "Rate exceeded", "ThrottlingException"),
    "429": (429, "Too many requests", "LimitExceededException", (("Retry-After", "2"),)),
    "500": (500, "Internal Failure", "InternalFailureException"),
    "503": (503, "Service Unavailable", "ServiceUnavailableException", (("Retry-After", "1"),)),
}

for _name, _row in ERRORS.items():
    _whole(_name, f"HTTP {_row[0]}, {_row[2].rstrip(':')}: {_row[1]}", lambda n, row=_row: error(*row))

_whole("status", "HTTP status N with a message", lambda n: error(n, f"Status {n}", "OddException"), 418)
_whole("unknown", "501: what every misspelt fault gets", lambda n: (
    error(501, "The stand-in has no such fault", "NoSuchFault")))  # fmt: skip
_whole("status-no-body", "HTTP status N with Content-Length 0", lambda n: response(n, b""), 503)
_whole("error-not-json", "403 whose body is an HTML page, as a proxy sends it", lambda n: response(
    403, b"<html><body><h1>403 Forbidden</h1></body></html>\n", (("Server", "nginx"),)))  # fmt: skip
_whole("error-long-message", "403 whose message is N characters", lambda n: (
    error(403, "x" * n, "AccessDeniedException")), 4096)  # fmt: skip
_whole("error-hostile-message", "403 whose message holds CR, LF, NUL, ESC and non-ASCII", lambda n: error(
    403, "line\r\nsecond\x00\x1b[31mred\u00e9\U0001f512", "AccessDeniedException"))  # fmt: skip
_whole("redirect", "301 to another host", lambda n: response(
    301, b"", (("Location", "https://another-host.local-aws.test/"),)))  # fmt: skip


_flaky_lock = threading.Lock()
_flaky_failed: set[int] = set()  # the numbers of which the last request got 503


@_fault("flaky", "503, and a good answer to the next request with the same N", 0)
def _flaky(exchange, n):
    with _flaky_lock:
        fails = n not in _flaky_failed
        (_flaky_failed.add if fails else _flaky_failed.remove)(n)
    exchange.send(error(*ERRORS["503"]) if fails else response(200, good_body()))
    return True


# --- Time ------------------------------------------------------------------------------------------------


@_fault("late", "a good answer after N ms", 1000)
def _late(exchange, n):
    time.sleep(n / 1000)
    exchange.send(response(200, good_body()))
    return True


@_fault("late-body", "the head at once, the body after N ms", 1000)
def _late_body(exchange, n):
    body = good_body()
    exchange.send(head(200, len(body)))
    time.sleep(n / 1000)
    exchange.send(body)
    return True


@_fault("drip", "a good answer, one byte (one TLS record) each N ms", 0)
def _drip(exchange, n):
    for byte in response(200, good_body()):
        exchange.send(bytes([byte]))
        time.sleep(n / 1000)
    return True


@_fault("never", "no answer at all; the connection stays open")
def _never(exchange, n):
    exchange.hold()


@_fault("stall-head", "N bytes of the head, then nothing; the connection stays open", 40)
def _stall_head(exchange, n):
    exchange.send(head(200, len(good_body()))[:n])
    exchange.hold()


@_fault("stall-body", "N bytes of the body, then nothing; the connection stays open", 100)
def _stall_body(exchange, n):
    body = good_body()
    exchange.send(head(200, len(body)) + body[:n])
    exchange.hold()


# --- The connection ends too soon ------------------------------------------------------------------------


@_fault("close", "close_notify and FIN in place of an answer")
def _close(exchange, n):
    exchange.finish()


@_fault("cut", "FIN without close_notify in place of an answer")
def _cut(exchange, n):
    exchange.cut()


@_fault("reset", "a TCP reset in place of an answer")
def _reset(exchange, n):
    exchange.reset()


@_fault("cut-head", "N bytes of the head, then FIN without close_notify", 40)
def _cut_head(exchange, n):
    exchange.send(head(200, len(good_body()))[:n])
    exchange.cut()


@_fault("cut-body", "the head, N bytes of the body, then FIN without close_notify", 100)
def _cut_body(exchange, n):
    body = good_body()
    exchange.send(head(200, len(body)) + body[:n])
    exchange.cut()


@_fault("reset-body", "the head, N bytes of the body, then a TCP reset", 100)
def _reset_body(exchange, n):
    body = good_body()
    exchange.send(head(200, len(body)) + body[:n])
    exchange.reset()


_bytes("short-head", "N bytes of the head, then close_notify", lambda n: head(200, len(good_body()))[:n], 40)


@_fault("short-body", "the head, N bytes of the body, then close_notify", 100)
def _short_body(exchange, n):
    body = good_body()
    exchange.send(head(200, len(body)) + body[:n])


@_fault("garbage-record", "bytes that are no TLS record, in place of an answer")
def _garbage_record(exchange, n):
    exchange.send_outside_tls(b"this is not a TLS record\r\n")
    exchange.cut()


# --- Framing: good ---------------------------------------------------------------------------------------


def _chunked(body: bytes, extra: tuple = ()) -> bytes:
    return head(200, None, (CHUNKED, *extra)) + body


def _three_chunks(size_format: str = "%x") -> bytes:
    body = good_body()
    return b"".join(chunk(part, size_format) for part in (body[:10], body[10:180], body[180:]))


_whole("chunked", "good: three chunks", lambda n: _chunked(_three_chunks() + LAST_CHUNK))
_whole("chunked-upper", "good: sizes in upper case with leading zeros", lambda n: (
    _chunked(_three_chunks("%06X") + LAST_CHUNK)))  # fmt: skip
_whole("chunked-extension", "good: chunk extensions, one of them quoted", lambda n: _chunked(
    _three_chunks('%x;a=b;c="d;e"') + b"0;last\r\n\r\n"))  # fmt: skip
_whole("chunked-trailer", "good: trailer fields after the last chunk", lambda n: _chunked(
    _three_chunks() + b"0\r\nx-checksum: 1\r\nx-other: 2\r\n\r\n", (("Trailer", "x-checksum"),)))  # fmt: skip
_whole("chunked-bytes", "good: chunks of one byte", lambda n: _chunked(
    b"".join(chunk(bytes([byte])) for byte in good_body()) + LAST_CHUNK))  # fmt: skip
_whole("header-case", "good: header names in odd case, values without or with much space", lambda n: (
    head(200, None, (), (DATE_FIELD,)).rstrip(b"\r\n")
    + b"\r\nCONTENT-LENGTH:%d\r\ndAtE: \t Wed, 21 Oct 2026 07:28:00 GMT \t \r\nx-empty:\r\n\r\n" % len(good_body()) + good_body()))  # fmt: skip
_whole("no-reason", "good: a status line without reason phrase", lambda n: (
    response(200, good_body()).replace(b"200 OK", b"200 ", 1)))  # fmt: skip
_whole("continue", "good: N interim 100 responses first", lambda n: (
    b"HTTP/1.1 100 Continue\r\n\r\n" * n + response(200, good_body())), 1)  # fmt: skip
_whole("early-hints", "good: an interim 103 with headers first", lambda n: (
    b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Length: 3\r\n\r\n" + response(200, good_body())))  # fmt: skip
_whole("headers", "good: N KiB more of headers", lambda n: response(
    200, good_body(), tuple((f"x-filler-{i}", "f" * 1000) for i in range(n))), 10)  # fmt: skip
_whole("many-headers", "good: N more headers", lambda n: response(
    200, good_body(), tuple((f"x-{i}", "") for i in range(n))), 100)  # fmt: skip
_whole("large-body", "an unknown member of N KiB beside good credentials", lambda n: response(
    200, json.dumps({"filler": "f" * 1024 * n, "credentials": dummy_credentials()}).encode()), 32)  # fmt: skip
_bytes("close-delimited", "good: no length, the body ends with close_notify", lambda n: head(200, None) + good_body())
_bytes("http10", "good: HTTP/1.0 without length", lambda n: head(200, None, version="HTTP/1.0") + good_body())
_bytes("connection-close", "good: with `Connection: close`", lambda n: (
    response(200, good_body(), (("Connection", "close"),))))  # fmt: skip


@_fault("close-delimited-cut", "no length, and FIN without close_notify: is it whole?")
def _close_delimited_cut(exchange, n):
    exchange.send(head(200, None) + good_body())
    exchange.cut()


# --- Framing: bad ----------------------------------------------------------------------------------------


def _bad_chunk_size(size_format: bytes) -> Callable[[int], bytes]:
    """One chunk that holds the good body, with the size written in an odd way."""

    def make(n):
        size = size_format.replace(b"RIGHT", b"%x" % len(good_body()))
        return _chunked(size + b"\r\n" + good_body() + b"\r\n" + LAST_CHUNK)

    return make


def _with_length(*values: str) -> Callable[[int], bytes]:
    def make(n):
        right = str(len(good_body()))
        fields = tuple((LENGTH_FIELD, value.replace("RIGHT", right)) for value in values)
        return head(200, None, fields) + good_body()

    return make


def _with_line(line: bytes) -> Callable[[int], bytes]:
    return lambda n: head(200, len(good_body())).replace(b"\r\nContent-Type", b"\r\n" + line + b"\r\nContent-Type", 1) + good_body()


def _with_status_line(line: bytes) -> Callable[[int], bytes]:
    return lambda n: response(200, good_body()).replace(b"HTTP/1.1 200 OK", line, 1)


_bytes("chunked-plus", "a chunk size written `+5`", lambda n: _chunked(
    b"+5\r\n" + good_body()[:5] + b"\r\n" + chunk(good_body()[5:]) + LAST_CHUNK))  # fmt: skip
_bytes("chunked-minus", "a chunk size written `-1`", _bad_chunk_size(b"-1"))
_bytes("chunked-0x", "a chunk size written `0x...`", _bad_chunk_size(b"0xRIGHT"))
_bytes("chunked-empty-size", "a chunk size of no digit", _bad_chunk_size(b""))
_bytes("chunked-overflow", "a chunk size of 2^64 more than is right", _bad_chunk_size(b"10000000000000RIGHT"))
_bytes("chunked-huge", "a chunk size of 2^64 - 1", _bad_chunk_size(b"ffffffffffffffff"))
_bytes("chunked-bad-end", "chunk data that no CRLF follows", lambda n: _chunked(
    b"5\r\n" + good_body()[:5] + b"xx" + chunk(good_body()[5:]) + LAST_CHUNK))  # fmt: skip
_bytes("chunked-bare-lf", "chunk size lines that end in LF alone", lambda n: _chunked(
    _three_chunks().replace(b"\r\n", b"\n") + b"0\n\n"))  # fmt: skip
_bytes("chunked-no-last", "close_notify in place of the last chunk", lambda n: _chunked(_three_chunks()))
_bytes("chunked-extension-long", "a chunk extension of N KiB", lambda n: _chunked(
    b"5;" + b"e" * 1024 * n + b"\r\n" + good_body()[:5] + b"\r\n" + chunk(good_body()[5:]) + LAST_CHUNK), 64)  # fmt: skip
_bytes("lengths-conflict", "two Content-Lengths that differ", _with_length("RIGHT", "5"))
_bytes("lengths-list", "`Content-Length: N, 5`", _with_length("RIGHT, 5"))
_bytes("lengths-repeated", "the same Content-Length twice: RFC 9110 lets a client take or refuse it", _with_length("RIGHT", "RIGHT"))
_bytes("length-plus", "`Content-Length: +N`", _with_length("+RIGHT"))
_bytes("length-negative", "`Content-Length: -1`", _with_length("-1"))
_bytes("length-empty", "an empty Content-Length", _with_length(""))
_bytes("length-huge", "a Content-Length of 2^64 more than is right", lambda n: (
    _with_length(str(2**64 + len(good_body())))(n)))  # fmt: skip
_bytes("length-hex", "`Content-Length: 0x...`", lambda n: _with_length(hex(len(good_body())))(n))
_bytes("length-and-chunked", "Content-Length beside Transfer-Encoding", lambda n: (
    head(200, len(good_body()), (CHUNKED,)) + _three_chunks() + LAST_CHUNK))  # fmt: skip
_bytes("transfer-unknown", "`Transfer-Encoding: gzip, chunked`", lambda n: (
    head(200, None, (("Transfer-Encoding", "gzip, chunked"),)) + _three_chunks() + LAST_CHUNK))  # fmt: skip
_bytes("transfer-chunked-first", "`Transfer-Encoding: chunked, identity`", lambda n: (
    head(200, None, (("Transfer-Encoding", "chunked, identity"),)) + _three_chunks() + LAST_CHUNK))  # fmt: skip
_bytes("transfer-chunked-twice", "two `Transfer-Encoding: chunked`", lambda n: (
    head(200, None, (CHUNKED, CHUNKED)) + _three_chunks() + LAST_CHUNK))  # fmt: skip
_bytes("gzip", "a body that claims `Content-Encoding: gzip`, unasked", lambda n: response(
    200, b"\x1f\x8b\x08\x00 not really", (("Content-Encoding", "gzip"),)))  # fmt: skip
_bytes("lone-cr", "a CR without LF inside a header value", _with_line(b"x-odd: a\rb: c"))
_bytes("lone-cr-end", "a header line that ends in CR alone", lambda n: (
    head(200, len(good_body())).replace(b"\r\nContent-Type", b"\rContent-Type", 1) + good_body()))  # fmt: skip
_bytes("lone-lf", "a head whose lines end in LF alone", lambda n: (
    head(200, len(good_body())).replace(b"\r\n", b"\n") + good_body()))  # fmt: skip
_bytes("nul-in-header", "a NUL in a header value", _with_line(b"x-odd: a\0b"))
_bytes("header-no-colon", "a header line without colon", _with_line(b"x-odd"))
_bytes("header-no-name", "a header line that starts with its colon", _with_line(b": value"))
_bytes("header-space-name", "a space before the colon", _with_line(b"x-odd : value"))
_bytes("header-folded", "an obsolete folded line", _with_line(b"x-odd: a\r\n folded"))
_bytes("header-not-ascii", "good by RFC 9110: a header value in UTF-8", _with_line("x-odd: h\u00e9".encode()))
_bytes("two-heads", "a second head where the body should begin", lambda n: (
    head(200, len(good_body())) * 2 + good_body()))  # fmt: skip
_bytes("two-responses", "a whole second response right after the first", lambda n: response(200, good_body()) * 2)
_bytes("extra-bytes", "bytes after the end of the body", lambda n: response(200, good_body()) + b"extra")
_bytes("garbage", "bytes that are no HTTP", lambda n: bytes(range(256)) * 4)
_bytes("http2", "a status line of HTTP/2", _with_status_line(b"HTTP/2 200 OK"))
_bytes("http09", "a body without any head", lambda n: good_body())
_bytes("status-line-short", "a status line of two digits", _with_status_line(b"HTTP/1.1 20 OK"))
_bytes("status-line-long", "a status line of four digits", _with_status_line(b"HTTP/1.1 2000 OK"))
_bytes("status-line-letters", "a status line with letters for digits", _with_status_line(b"HTTP/1.1 abc OK"))
_bytes("no-content", "204 without body", lambda n: head(204, None))
_bytes("switching", "101, which nobody asked for", lambda n: (
    head(101, None, (("Upgrade", "websocket"), ("Connection", "Upgrade")))))  # fmt: skip
_bytes("empty-body", "200 with Content-Length 0", lambda n: response(200, b""))
_whole("headers-1024", "1 MiB of headers", lambda n: response(
    200, good_body(), tuple((f"x-filler-{i}", "f" * 1000) for i in range(1024))))  # fmt: skip
_whole("header-long", "one header of N KiB", lambda n: response(200, good_body(), (("x-filler", "f" * 1024 * n),)), 64)


def _endless(first: Callable[[], bytes], block: bytes):
    def serve(exchange, n):
        exchange.send(first())
        while True:  # until the client has had enough and sending fails
            exchange.send(block)

    return serve


_fault("endless-head", "headers without end")(_endless(lambda: b"HTTP/1.1 200 OK\r\n", b"x-filler: ffffffffffff\r\n" * 500))
_fault("endless-line", "a status line without end")(_endless(lambda: b"HTTP/1.1 200 ", b"f" * 16000))
_fault("endless-body", "a close-delimited body without end")(_endless(lambda: head(200, None), b" " * 16000))
_fault("endless-chunks", "chunks without end")(_endless(lambda: head(200, None, (CHUNKED,)), chunk(b" " * 16000)))
_fault("endless-trailer", "trailer fields without end")(_endless(
    lambda: _chunked(_three_chunks() + b"0\r\n"), b"x-filler: ffffffffffff\r\n" * 500))  # fmt: skip
_fault("endless-continue", "interim responses without end")(_endless(lambda: b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500))


# --- The server's date -----------------------------------------------------------------------------------


def _dated(date: str) -> bytes:
    return response(200, good_body(), ((DATE_FIELD.lower(), date),), omit=(DATE_FIELD,))


def _shifted(seconds: int) -> str:
    return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=seconds), usegmt=True)


_whole("date-missing", "good: no Date", lambda n: response(200, good_body(), omit=(DATE_FIELD,)))
_whole("date-absurd", "a Date that is none", lambda n: _dated("Someday, 99 Foo 20xx 25:61:61 MOON"))
_whole("date-year-0", "a Date in year 0", lambda n: _dated("Sat, 01 Jan 0000 00:00:00 GMT"))
_whole("date-year-9999", "a Date in year 9999", lambda n: _dated("Fri, 31 Dec 9999 23:59:59 GMT"))
_whole("date-ahead", "a Date N seconds ahead", lambda n: _dated(_shifted(n)), 3600)
_whole("date-behind", "a Date N seconds behind", lambda n: _dated(_shifted(-n)), 3600)
_whole("date-twice", "two Dates, an hour apart", lambda n: response(200, good_body(), (("date", _shifted(3600)),)))
_whole("date-age", "good, with `Age: N` as a cache adds it", lambda n: response(200, good_body(), (("Age", n),)), 60)


# --- The JSON document -----------------------------------------------------------------------------------


def _json(name: str, summary: str, make: Callable[[int], bytes], default: int | None = None) -> None:
    _whole("json-" + name, summary, lambda n: response(200, make(n)), default)


def _with(**members) -> bytes:
    """The good document with some members of `credentials` replaced; None becomes null."""
    return document({**dummy_credentials(), **members})


def _raw(member: str, raw: bytes) -> bytes:
    """The good document with one member's value, quotes and all, replaced by raw text."""
    return _with(**{member: "RAW"}).replace(b'"RAW"', raw)


def _without(member: str) -> bytes:
    return document({name: value for name, value in dummy_credentials().items() if name != member})


def _twice(member: str) -> bytes:
    first = f'"{member}":"FIRSTVALUEOFTHISMEMBER",'.encode()
    return good_body().replace(f'"{member}":'.encode(), first + f'"{member}":'.encode(), 1)


for _member, _short in MEMBERS.items():
    _json(f"null-{_short}", f"`{_member}` is null", lambda n, m=_member: _with(**{m: None}))
    _json(f"missing-{_short}", f"no `{_member}`", lambda n, m=_member: _without(m))
    _json(f"empty-{_short}", f"`{_member}` is empty", lambda n, m=_member: _with(**{m: ""}))
    _json(f"duplicate-{_short}", f"`{_member}` twice, with two values", lambda n, m=_member: _twice(m))
    _json(f"number-{_short}", f"`{_member}` is a number", lambda n, m=_member: _with(**{m: 1234567890}))
    _json(f"object-{_short}", f"`{_member}` is an object", lambda n, m=_member: _with(**{m: {"value": "x"}}))
    _json(f"array-{_short}", f"`{_member}` is an array", lambda n, m=_member: _with(**{m: ["x"]}))
    _json(f"newline-{_short}", f"`{_member}` holds an escaped CR LF and a header line", lambda n, m=_member: _with(
        **{m: "AAAAAAAAAAAAAAAA\r\nx-injected: 1"}))  # fmt: skip
    _json(f"nul-{_short}", f"`{_member}` holds an escaped NUL", lambda n, m=_member: _with(**{m: "AAAAAAAAAAAAAAAA\0B"}))

_json("null-credentials", "`credentials` is null", lambda n: document(None))
_json("missing-credentials", "no `credentials`", lambda n: b'{"other":{}}')
_json("empty-credentials", "`credentials` is {}", lambda n: document({}))
_json("duplicate-credentials", "`credentials` twice", lambda n: good_body()[:-1] + b"," + good_body()[1:])
_json("array-credentials", "`credentials` is an array", lambda n: document([dummy_credentials()]))
_json("string-credentials", "`credentials` is a string", lambda n: document("none today"))
_json("array", "the document is an array", lambda n: b"[" + good_body() + b"]")
_json("null", "the document is `null`", lambda n: b"null")
_json("truncated", "valid framing around the first N bytes of a document", lambda n: good_body()[:n], 300)
_json("trailing", "garbage after the document", lambda n: good_body() + b"}garbage")
_json("two", "two documents one after the other", lambda n: good_body() * 2)
_json("spaces", "good: spaces, tabs and newlines wherever they may stand", lambda n: (
    b" \r\n\t" + json.dumps({"credentials": dummy_credentials()}, indent=4, separators=(" , ", " : ")).encode() + b"\n \t"))  # fmt: skip
_json("unknown-members", "good: unknown members of every type", lambda n: json.dumps({
    "version": 1.5e3, "null": None, "yes": True, "list": [1, [2, {"three": "]}"}]], "empty": {},
    "credentials": {"x": {"accessKeyId": "decoy"}, **dummy_credentials(), "tail": [False, -1]}, "": "\u00e9\U0001f512"}).encode())  # fmt: skip
_json("escapes", "good: `\\/` for each slash, `\\u0041` for some letters", lambda n: (
    good_body().replace(b"/", b"\\/").replace(b"AMPLE", b"\\u0041MPLE")))  # fmt: skip
_json("escaped-name", "good: a member name written with escapes", lambda n: (
    good_body().replace(b"sessionToken", b"\\u0073ession\\u0054oken")))  # fmt: skip
_json("escaped-duplicate", "`sessionToken` twice, once written with escapes", lambda n: (
    _twice("sessionToken").replace(b"sessionToken", b"session\\u0054oken", 1)))  # fmt: skip
_json("surrogates", "good: a surrogate pair in an unknown member", lambda n: (
    _with(note="RAW").replace(b"RAW", b"\\ud83d\\udd12")))  # fmt: skip
_json("lone-surrogate", "half a surrogate pair in the token", lambda n: _raw("sessionToken", b'"AAAA\\ud83dAAAA"'))
_json("bad-escape", "an escape that JSON does not know", lambda n: _raw("sessionToken", b'"AAAA\\xAAAA"'))
_json("bad-hex", "`\\u00g1`", lambda n: _raw("sessionToken", b'"AAAA\\u00g1AAAA"'))
_json("control", "a raw newline inside the token", lambda n: _raw("sessionToken", b'"AAAA\nAAAA"'))
_json("not-ascii-token", "a token with `\\u00e9`", lambda n: _raw("sessionToken", b'"AAAA\\u00e9AAAA"'))
_json("not-utf8", "bytes ff fe inside the token", lambda n: _raw("sessionToken", b'"AAAA\xff\xfeAAAA"'))
_json("not-utf8-elsewhere", "bytes ff fe inside an unknown member", lambda n: (
    _with(note="RAW").replace(b"RAW", b"\xff\xfe")))  # fmt: skip
_json("bom", "a byte order mark first", lambda n: b"\xef\xbb\xbf" + good_body())
_json("utf16", "the document in UTF-16", lambda n: good_body().decode().encode("utf-16"))
_json("deep", "an unknown member nested N deep", lambda n: (
    b'{"deep":' + b"[" * n + b"]" * n + b"," + good_body()[1:]), 1000)  # fmt: skip
_json("deep-open", "N brackets that never close", lambda n: b'{"deep":' + b"[" * n, 100000)
_json("comma", "a comma before the last brace", lambda n: good_body()[:-1] + b",}")
_json("quotes", "single quotes", lambda n: good_body().replace(b'"', b"'"))
_json("comment", "a comment", lambda n: b"/* none */" + good_body())
_json("number-leading-zero", "an unknown member that is `01`", lambda n: b'{"n":01,' + good_body()[1:])
_json("case", "member names in another case", lambda n: (
    good_body().replace(b"accessKeyId", b"AccessKeyId").replace(b"sessionToken", b"SessionToken")))  # fmt: skip
_json("token", "a token of N characters (4096 fits, 4097 does not)", lambda n: _with(sessionToken="T" * n), 4096)
_json("access-key-id", "an access key id of N characters (16 to 128 are right)", lambda n: (
    _with(accessKeyId="A" * n)), 128)  # fmt: skip
_json("secret", "a secret of N characters", lambda n: _with(secretAccessKey="S" * n), 128)
_json("expired", "already expired an hour ago", lambda n: _with(expiration=expires_in(-3600)))
_json("lifetime", "a lifetime of N seconds", lambda n: _with(expiration=expires_in(n)), 60)
_json("expiration-absurd", "an expiration that is no date", lambda n: _with(expiration="2026-13-32T25:61:61Z"))
_json("expiration-no-zone", "an expiration without zone", lambda n: _with(expiration="2036-01-17T15:00:00"))
_json("expiration-offset", "an expiration with the offset +01:00", lambda n: (
    _with(expiration="2036-01-17T15:00:00+01:00")))  # fmt: skip
_json("expiration-fraction", "an expiration with a fraction of a second", lambda n: (
    _with(expiration="2036-01-17T15:00:00.123Z")))  # fmt: skip
_json("expiration-year-9999", "an expiration in year 9999", lambda n: _with(expiration="9999-12-31T23:59:59Z"))

GOOD_BODY_BYTES = len(good_body())
GOOD_HEAD_BYTES = len(head(200, GOOD_BODY_BYTES))

if __name__ == "__main__":
    print(listing())
