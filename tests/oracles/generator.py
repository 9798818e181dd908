"""Requests of every kind that both signers take, and a count of the rules that they reached."""

from __future__ import annotations

import collections
from dataclasses import dataclass, field

import botocore.auth

UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
TOKEN = UNRESERVED.replace(b"~", b"") + b"!#$%&'*+^`|~"
# What stands in a URL as it is or encoded, at the client's choice.
RAW_IN_PATH = b"!$&'()*+,;=:@"
RAW_IN_NAME = b"!$'()*+,;:@/?"
RAW_IN_VALUE = RAW_IN_NAME + b"="
OFTEN = b"ab-._~/%+=&,; :@?#'()*\"<>\x00\x7f\x80\xff"
NAMES = [b"a", b"a-b", b"a.b", b"ab", b"A", b"", b"acl", b"b", b"X-Amz", b"X-Amz-Z", b"X-Amz-Content", b"X-Amz-Signatures"]
HEADERS = [b"x-amz-copy-source", b"X-Amz-Copy-Source-Range", b"x-amz-meta-a", b"X-Amz-Meta-A", b"x-amz-server-side-encryption",
           b"x-amz-server-side-encryption-aws-kms-key-id", b"Range", b"Content-Type"]
UNSIGNED = [name.title().encode() for name in botocore.auth.SIGNED_HEADERS_BLACKLIST]
# The signer's own, and those that botocore writes or takes off itself.
NOT_OURS = {b"host", b"authorization", b"date", b"x-amz-date", b"x-amz-security-token", b"x-amz-content-sha256", b"x-amz-trailer",
            b"x-amz-decoded-content-length", b"content-encoding"}
SERVICES = [b"dynamodb", b"iot", b"sts", b"execute-api", b"iotdevicegateway", b"a"]
METHODS = [b"GET", b"PUT", b"POST", b"DELETE", b"HEAD", b"PATCH", b"OPTIONS"]
FIRST_TIME, LAST_TIME = 1_325_376_000, 253_402_300_799

RULES = [
    *(f"byte {byte:02x} in {place}" for place in ("S3's path", "another path", "a query's name", "a query's value") for byte in range(256)),
    # The characters that Python takes for white space are left out where a byte is a character; within a character of UTF-8 they are reached.
    *(f"byte {byte:02x} in a header" for byte in range(0x20, 256) if byte != 0x7f),
    *(f"byte {byte:02x} in a header's name" for byte in TOKEN),
    *(f"{name.decode()} is not signed" for name in UNSIGNED),
    *(f"{what}, {form}" for form in ("S3 headers", "S3 presigned", "others headers", "others presigned") for what in (
        "an empty path", "'.' in a path", "'..' in a path", "'//' in a path", "a path that ends in '/'", "an empty query", "a name without '='",
        "an empty name", "an empty value", "a name that begins with another", "equal names", "equal names and values", "a '+' as it is",
        "digits in lower case", "an unreserved character encoded", "a reserved character as it is", "host alone", "equal header names", "a header that begins with another",
        "a header name in mixed case", "an empty header value", "runs of spaces", "white space around a value", "100 headers",
        "no token", "a token", "a token of 8 KiB", "a secret longer than a block", "an empty payload", "an unsigned payload", "a kept key", "a port",
        "the earliest time", "the last time", "everything empty")),
    *(f"{what}, {form}" for form in ("S3 headers", "others headers") for what in ("a payload of bytes", "a payload hashed elsewhere")),
    *(f"{kind}, S3 headers" for kind in ("streaming", "streaming trailer", "unsigned trailer")),
    "x-amz-content-sha256 on request", "an expiry of 1", "an expiry of 604800", "every byte in a payload",
]


def tables(raw):
    """How each byte may be written: raw, encoded with digits in either case."""
    ways = {}
    for byte in range(256):
        encoded = [b"%%%02X" % byte, b"%%%02x" % byte]
        ways[byte] = encoded + [bytes([byte])] * 6 if byte in UNRESERVED or byte in raw else encoded
    return ways


STRICT = [bytes([byte]) if byte in UNRESERVED else b"%%%02X" % byte for byte in range(256)]
IN_PATH, IN_NAME, IN_VALUE = tables(RAW_IN_PATH), tables(RAW_IN_NAME), tables(RAW_IN_VALUE)


def strict(text: bytes) -> bytes:
    return b"".join(STRICT[byte] for byte in text)


@dataclass
class Case:
    """A request. What botocore is given in another form than iotcred stands beside it."""

    is_s3: bool
    method: bytes
    host: bytes
    path: bytes = b""
    strict_path: bytes = b""
    query: bytes = b""
    strict_query: bytes = b""
    parameters: dict = field(default_factory=dict)
    headers: list = field(default_factory=list)
    encoding: str = "utf-8"
    payload_kind: str = "bytes"
    payload: bytes = b""
    content_sha256: bool = False
    expires: int = 0
    region: bytes = b"us-east-1"
    service: bytes = b"s3"
    key_id: bytes = b"AKIDEXAMPLE"
    secret: bytes = b"secret"
    token: bytes = b""
    time: int = FIRST_TIME
    cached: bool = False


class Generator:
    def __init__(self, random):
        self.random = random
        self.reached = collections.Counter()
        self.keys = [self.key() for _ in range(4)]

    def case(self) -> Case:
        r = self.random
        is_s3 = r.random() < 0.5
        case = Case(is_s3=is_s3, method=r.choice(METHODS), host=r.choice([b"h", b"bucket.s3.eu-west-1.amazonaws.com", b"127.0.0.1:8080"]))
        case.expires = r.choice([0, r.choice([1, 604_800, r.randrange(1, 604_801)])])
        self.form = f"{'S3' if is_s3 else 'others'} {'presigned' if case.expires else 'headers'}"
        case.secret, case.region, case.service, case.time, case.cached = self.some_key(is_s3)
        bare = r.random() < 0.05
        if not bare:
            self.path(case)
            self.query(case)
            self.headers(case)
            case.token = self.token()
        self.payload(case, bare)
        if not case.strict_path:
            case.strict_path = b"/"
        place = r.randrange(len(case.headers) + 1)
        case.headers.insert(place, (r.choice([b"Host", b"host", b"HOST"]), case.host))
        self.note(case, bare)
        return case

    def hit(self, rule, condition=True):
        if condition:
            self.reached[f"{rule}, {self.form}"] += 1

    # --- Keys and times ---

    def key(self):
        r = self.random
        secret = bytes(r.choices(range(0x21, 0x7f), k=r.choice([1, 40, 60, 61, 100, 300])))
        return secret, r.choice([b"us-east-1", b"eu-central-1", b"x"]), r.choice(SERVICES), r.choice([FIRST_TIME, LAST_TIME, r.randrange(FIRST_TIME, LAST_TIME)])

    def some_key(self, is_s3):
        """Mostly one of a few, so that a kept signing key is met again."""
        if self.random.random() < 0.05:
            self.keys[self.random.randrange(len(self.keys))] = self.key()
        secret, region, service, time = self.random.choice(self.keys)
        return secret, region, b"s3" if is_s3 else service, time, self.random.random() < 0.7

    def token(self):
        r = self.random
        length = r.choice([0, 0, r.randrange(1, 300)]) if r.random() < 0.98 else 8192
        return bytes(r.choices(range(0x21, 0x7f), k=length))

    # --- The path ---

    def some_bytes(self, most=8):
        r = self.random
        return bytes(r.choice(OFTEN) if r.random() < 0.5 else r.randrange(256) for _ in range(r.randrange(most)))

    def write(self, text, ways):
        return b"".join(self.random.choice(ways[byte]) for byte in text)

    def path(self, case):
        r = self.random
        segments = [r.choice([b"", b".", b"..", b"a"]) if r.random() < 0.4 else self.some_bytes() for _ in range(r.randrange(6))]
        if segments and not case.is_s3 and segments[-1] in (b".", b".."):
            segments[-1] = b"a"  # botocore forgets that such a path is a folder's (differences.py)
        for segment in segments:
            self.reached.update(f"byte {byte:02x} in {'S3' if case.is_s3 else 'another'}{chr(39) + 's' if case.is_s3 else ''} path" for byte in segment)
        if case.is_s3:
            # S3 decodes what was sent, and every way to write it is signed alike.
            text = b"".join(b"/" + segment for segment in segments)
            case.strict_path = b"/".join(map(strict, text.split(b"/")))
            case.path = b"".join(b"/" + self.write(segment, IN_PATH) for segment in segments)
        else:
            # Other services sign what was sent. A dot is one only if it is sent as one.
            case.path = b"".join(b"/" + (segment if segment in (b".", b"..") else self.write(segment, IN_PATH)) for segment in segments)
            case.strict_path = case.path
        self.hit("an empty path", not segments)
        self.hit("'.' in a path", b"." in segments)
        self.hit("'..' in a path", b".." in segments)
        self.hit("'//' in a path", b"" in segments[:-1])
        self.hit("a path that ends in '/'", segments[-1:] == [b""])

    # --- The query ---

    def query(self, case):
        r = self.random
        parameters = []
        for _ in range(r.choice([0, 1, 2, 3, 4, 8])):
            name = r.choice(NAMES) if r.random() < 0.6 else self.some_bytes(6)
            value = r.choice([None, b"", b"1", b"2", self.some_bytes(), self.some_bytes()])
            # An empty parameter is one to botocore (differences.py), and a presigned URL of one is none.
            parameters.append((name, b"" if value is None and not name else value))
        case.query = b"&".join(self.write(name, IN_NAME) + (b"" if value is None else b"=" + self.write(value, IN_VALUE)) for name, value in parameters)
        case.strict_query = b"&".join(strict(name) + (b"" if value is None else b"=" + strict(value)) for name, value in parameters)
        for name, value in parameters:
            case.parameters.setdefault(name, []).append(value or b"")
            self.reached.update(f"byte {byte:02x} in a query's name" for byte in name)
            self.reached.update(f"byte {byte:02x} in a query's value" for byte in value or b"")
        names = [strict(name) for name, _ in parameters]
        self.hit("an empty query", not parameters)
        self.hit("a name without '='", any(value is None for _, value in parameters))
        self.hit("an empty name", b"" in names)
        self.hit("an empty value", any(value == b"" for _, value in parameters))
        self.hit("a name that begins with another", any(a != b and a and b.startswith(a) for a in names for b in names))
        self.hit("equal names", len(set(names)) < len(names))
        self.hit("equal names and values", len({(name, value or b"") for name, value in parameters}) < len(parameters))

    # --- Headers ---

    def headers(self, case):
        r = self.random
        case.encoding = r.choice(["utf-8", "latin-1"])
        count = r.randrange(100, 110) if r.random() < 0.01 else r.choice([0, 1, 2, 4, 10])
        for _ in range(count):
            name = r.choice([r.choice(HEADERS), r.choice(HEADERS), r.choice(UNSIGNED), bytes(r.choices(TOKEN, k=r.randrange(1, 12)))])
            if name.lower() in NOT_OURS:
                continue
            self.reached.update(f"byte {byte:02x} in a header's name" for byte in name)
            value = self.header_value(case.encoding)
            self.reached.update(f"byte {byte:02x} in a header" for byte in value)
            case.headers.append((name, value))
        names = [name.lower() for name, _ in case.headers]
        self.hit("host alone", not names)
        self.hit("equal header names", len(set(names)) < len(names))
        self.hit("a header that begins with another", any(a != b and b.startswith(a) for a in set(names) for b in set(names)))
        self.hit("a header name in mixed case", any(name != name.lower() for name, _ in case.headers))
        self.hit("an empty header value", any(not value for _, value in case.headers))
        self.hit("runs of spaces", any(b"  " in value.strip() for _, value in case.headers))
        self.hit("white space around a value", any(value != value.strip(b" \t") for _, value in case.headers))
        self.reached.update(f"{name.decode()} is not signed" for name in UNSIGNED if name.lower() in names)
        self.hit("100 headers", len(names) >= 100)

    def header_value(self, encoding):
        """botocore takes every kind of white space for a space (differences.py), so there is none but the space, and tabs at the ends."""
        r = self.random
        most = 256 if encoding == "latin-1" else 0x3000
        characters = []
        for _ in range(r.choice([0, 1, 3, 8, 20])):
            code = r.choice([0x20, 0x61, r.randrange(0x21, 0x7f), r.randrange(0xa1, most), r.randrange(0xa1, 256)])
            if code == 0x20 or not chr(code).isspace():
                characters.append(chr(code))
        if encoding == "utf-8" and r.random() < 0.1:
            characters.append(chr(r.choice([0x1F600, 0x10FFFF, 0x40000, 0x80000, 0xC0000])))
        ends = [b"", b"", b"", b" ", b"  ", b"\t", b" \t"]
        return r.choice(ends) + "".join(characters).encode(encoding) + r.choice(ends)

    # --- The payload ---

    def payload(self, case, bare):
        r = self.random
        kinds = ["bytes", "bytes", "sha256", "unsigned"] + ["streaming", "streaming trailer", "unsigned trailer"] * case.is_s3
        case.payload_kind = "bytes" if bare or case.expires else r.choice(kinds)
        if case.expires:
            # botocore moves a body into the URL. What is left is the payload of a URL that anybody can open, or none.
            case.payload_kind = r.choice(["bytes", "unsigned"]) if not bare else "bytes"
            return
        if case.payload_kind.startswith(("streaming", "unsigned t")):
            case.headers += [(b"Content-Encoding", b"aws-chunked"), (b"X-Amz-Decoded-Content-Length", b"%d" % r.randrange(1 << 40))]
            if case.payload_kind.endswith("trailer"):
                case.headers.append((b"x-amz-trailer", b"x-amz-checksum-crc32"))
        elif not bare and r.random() < 0.8:
            case.payload = r.randbytes(r.randrange(600))
        case.content_sha256 = not case.is_s3 and not bare and r.random() < 0.3

    # --- What was reached by all of it ---

    def note(self, case, bare):
        hit = self.hit
        hit("everything empty", bare)
        hit("no token", not case.token)
        hit("a token", 0 < len(case.token) < 8192)
        hit("a token of 8 KiB", len(case.token) == 8192)
        hit("a secret longer than a block", len(case.secret) > 60)
        hit("an empty payload", not case.payload and case.payload_kind == "bytes")
        hit("an unsigned payload", case.payload_kind == "unsigned")
        hit("a payload of bytes", bool(case.payload) and case.payload_kind == "bytes")
        hit("a payload hashed elsewhere", case.payload_kind == "sha256")
        hit("a kept key", case.cached)
        hit("a port", b":" in case.host)
        hit("the earliest time", case.time == FIRST_TIME)
        hit("the last time", case.time == LAST_TIME)
        hit("a '+' as it is", b"+" in case.query)
        hit("digits in lower case", any(b"%%%02x" % byte in case.path + case.query for byte in (0xaa, 0xff, 0x3a, 0x7f, 0x2f, 0x2b)))
        hit("an unreserved character encoded", any(b"%%%02X" % byte in case.path + case.query for byte in b"abAB-_~."))
        hit("a reserved character as it is", any(byte in case.path + case.query for byte in b"!$'()*,;:@"))
        hit(case.payload_kind)
        self.reached["x-amz-content-sha256 on request"] += case.content_sha256
        self.reached["an expiry of 1"] += case.expires == 1
        self.reached["an expiry of 604800"] += case.expires == 604_800
        self.reached["every byte in a payload"] += len(set(case.payload)) > 200
