"""The tests: what an image is asked to do, and what must come of it. Each takes the guest and the local AWS's settings, and returns what it saw, or a line."""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import random
import re
import secrets
import ssl
import subprocess
import sys
import time
import urllib.parse
from http.client import HTTPSConnection
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

from guest import Broken, Guest, Result

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "oracles"))
import oracle  # noqa: E402

HEADER = (ROOT / "include" / "iotcred.h").read_text()
STATUS = {name: int(number) for name, number in re.findall(r"^#define IOTCRED_(OK|ERR_\w+) (\d+)$", HEADER, re.M)}

JOB_S = 120  # far more than any job takes, on a machine that is busy
LONG_MS = 60_000  # of the guest's own time, which runs with its instructions
SEED = 1


class Seen(NamedTuple):
    """What a test saw: a line for the reader, and figures for the size table."""

    text: str
    figures: dict


class Failed(Exception):
    """What came is not what must come."""


def claim(holds: bool, text: object) -> None:
    if not holds:
        raise Failed(str(text))


# ---- The signer ----

SUITE = "aws-signing-test-suite/v4"
ENCODED_ONCE, AS_IT_IS, NORMALIZED, CONTENT_SHA256 = 8, 4, 2, 1


def vectors(guest: Guest, _settings: Settings) -> Seen:
    """AWS's own test suite, from the source folder of the crate that carries it."""
    stack = instructions = passed = 0
    for folder in sorted(_crate("aws-sigv4").joinpath(SUITE).iterdir()):
        if not (folder / "header-signature.txt").exists():
            continue  # it has a canonical request and no signature
        expected = re.search(r"^Authorization:(.*)$", (folder / "header-signed-request.txt").read_text(), re.M)[1].strip()
        done = guest.run(_signing_job(folder), JOB_S)
        claim(done.status == STATUS["OK"] and done.text == expected, f"{folder.name}: status {done.status}\n{done.text}\n{expected}")
        stack, instructions, passed = max(stack, done.stack), max(instructions, done.instructions), passed + 1
    claim(passed == 38, f"{passed} cases")
    return Seen(f"{passed} signatures of AWS's suite; stack {stack} bytes, at most {instructions:,} instructions", {"stack": stack})


def signatures_of_many_headers(guest: Guest, _settings: Settings) -> str:
    """Around as many headers as are remembered in their order, repeated names among them, with a key that is kept, and with another in between: as botocore signs them."""
    order, counts = random.Random(SEED), (1, 13, 14, 15, 16, 17, 33, 65, 100)
    for count, secret in itertools.product(counts, (b"a secret", b"a secret", b"b")):
        names = [f"h{number * 7 % 90}" for number in range(count)]
        order.shuffle(names)
        case = SimpleNamespace(
            method=b"GET", host=b"server.test", strict_path=b"/", strict_query=b"", headers=[(name.encode(), f"v{at}".encode()) for at, name in enumerate(names)],
            payload=b"", payload_kind="bytes", content_sha256=False, key_id=b"AKIDEXAMPLE", secret=secret, token=b"", service=b"iam", region=b"us-east-1",
            time=1_768_662_000, expires=0, is_s3=False, encoding="utf-8",
        )  # fmt: skip
        expected = re.search(r"^authorization:(.*)$", oracle.sign(case)[0].decode(), re.M)[1]
        lines = ["host:server.test", *(f"{name}:v{at}" for at, name in enumerate(names))]
        job = {
            "o": "s", "M": "GET", "P": "/", "Q": "", "H": "".join(f"{line}\n" for line in lines), "B": b"", "R": "us-east-1", "V": "iam", "u": case.time,
            "G": 0, "A": "AKIDEXAMPLE", "S": secret, "T": "", "K": 1,
        }  # fmt: skip
        done = guest.run(job, JOB_S)
        claim(done.status == STATUS["OK"] and done.text == expected, f"{count} headers: status {done.status}\n{done.text}\n{expected}")
    return f"of {', '.join(map(str, counts))} headers beside the host"


def _signing_job(folder: Path) -> dict:
    context = json.loads((folder / "context.json").read_text())
    head, _, body = (folder / "request.txt").read_text().partition("\n\n")
    first, *lines = re.sub(r"\n +", lambda fold: fold[0][1:], head).splitlines()
    method, target = first.removesuffix(" HTTP/1.1").split(" ", 1)
    path, _, query = target.partition("?")
    keys = context["credentials"]
    flags = ENCODED_ONCE | (NORMALIZED if context["normalize"] else AS_IT_IS) | (CONTENT_SHA256 if context["sign_body"] else 0)
    return {
        "o": "s", "M": method, "P": _on_the_wire(path), "Q": _on_the_wire(query), "H": "".join(f"{line}\n" for line in lines), "B": body,
        "R": context["region"], "V": context["service"], "u": int(time.mktime(time.strptime(context["timestamp"] + "GMT", "%Y-%m-%dT%H:%M:%SZ%Z")) - time.timezone),
        "G": flags, "A": keys["access_key_id"], "S": keys["secret_access_key"],
        "T": "" if context.get("omit_session_token") else keys.get("token", ""),
    }  # fmt: skip


def _on_the_wire(text: str) -> str:
    """The suite writes some targets as no HTTP request can have them."""
    return "".join(urllib.parse.quote(letter) if letter == " " or letter > "~" else letter for letter in text)


@functools.cache
def _crate(name: str) -> Path:
    answer = subprocess.run(["cargo", "metadata", "--format-version=1", "--locked", "--manifest-path", ROOT / "Cargo.toml"], stdout=subprocess.PIPE, check=True)
    return next(Path(package["manifest_path"]).parent for package in json.loads(answer.stdout)["packages"] if package["name"] == name)


# ---- ring's assembled files, by themselves ----

ABC = b"abc"  # FIPS 180-4's own example, whose digests hashlib gives too
SHA256_START = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19]
SHA512_START = [0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1, 0x510E527FADE682D1, 0x9B05688C2B3E6C1F,
                0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179]  # fmt: skip
# RFC 8439 section 2.4.2
CHACHA_KEY, CHACHA_NONCE = bytes(range(32)), bytes.fromhex("000000000000004a00000000")
CHACHA_TEXT = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
CHACHA_ANSWER = bytes.fromhex(
    "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8"
    "07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab77937365af90bbf74a35be6b40b8eedf2785e42874d"
)


def ring(guest: Guest, _settings: Settings) -> str:
    """SHA-256, SHA-512, ChaCha20 and Montgomery's multiplication: published answers, and those of other implementations, at every alignment."""
    count = 0
    for alignment in range(4):
        for message in (ABC, b"", *(secrets.token_bytes(length) for length in (55, 64, 119, 1000))):
            _same(_ring(guest, alignment, A="2", K=_words(SHA256_START, 4), B=_padded(message, 64)), hashlib.sha256(message).digest(), 4)
            _same(_ring(guest, alignment, A="5", K=_words(SHA512_START, 8), B=_padded(message, 128)), hashlib.sha512(message).digest(), 8)
            count += 2
        said = _ring(guest, alignment, A="c", K=CHACHA_KEY, N=(1).to_bytes(4, "little") + CHACHA_NONCE, B=CHACHA_TEXT)
        claim(said == CHACHA_ANSWER, "ChaCha20 of RFC 8439")
        count += 1 + _chacha(guest, alignment) + _montgomery(guest, alignment)
    return f"{count} answers of ring's assembly are right"


def _chacha(guest: Guest, alignment: int) -> int:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

    lengths = (1, 63, 64, 65, 192, 700)
    for length in lengths:
        key, counter, text = secrets.token_bytes(32), secrets.token_bytes(16), secrets.token_bytes(length)
        counter = (secrets.randbelow(2**31)).to_bytes(4, "little") + counter[4:]
        expected = Cipher(algorithms.ChaCha20(key, counter), None).encryptor().update(text)
        claim(_ring(guest, alignment, A="c", K=key, N=counter, B=text) == expected, f"ChaCha20 of {length} bytes")
    return len(lengths)


def _montgomery(guest: Guest, alignment: int) -> int:
    """a * b / R modulo n, for the lengths of P-256, P-384, RSA-2048's primes and RSA-2048."""
    lengths = (32, 48, 128, 256)
    for length in lengths:
        r = 1 << 8 * length
        n = secrets.randbits(8 * length) | 1 | r >> 1
        a, b = secrets.randbelow(n), secrets.randbelow(n)
        n0 = (-pow(n, -1, 1 << 64)) % (1 << 64)
        said = _ring(guest, alignment, A="m", K=n.to_bytes(length, "little"), N=n0.to_bytes(8, "little"),
                     B=a.to_bytes(length, "little") + b.to_bytes(length, "little"))  # fmt: skip
        claim(said == (a * b * pow(r, -1, n) % n).to_bytes(length, "little"), f"Montgomery's multiplication of {length} bytes")
    return len(lengths)


def _ring(guest: Guest, alignment: int, **job) -> bytes:
    return guest.run({"o": "r", "x": "x" * alignment, **job}, JOB_S).data


def _words(words: list, size: int) -> bytes:
    return b"".join(word.to_bytes(size, "little") for word in words)


def _padded(message: bytes, block: int) -> bytes:
    """FIPS 180-4 section 5.1."""
    zeros = -(len(message) + 1 + block // 8) % block
    return message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(block // 8, "big")


def _same(state: bytes, digest: bytes, size: int) -> None:
    words = [state[at : at + size][::-1] for at in range(0, len(state), size)]
    claim(b"".join(words) == digest, f"SHA-{8 * len(digest)}")


# ---- Credentials ----


class Settings:
    """The local AWS, and the jobs for it."""

    def __init__(self, environment: dict):
        self.of = environment
        self.pki = Path(environment["LOCAL_AWS_PKI"])

    def fetch(self, listener: str, device: str = "p256", thing: str = "camera-17", alias: str = "fault-json-token-1200", **more) -> dict:
        port = self.of["IOTCRED_PORT"] if listener == "MAIN" else self.of[f"LOCAL_AWS_PORT_{listener}"]
        return {
            "o": "f", "z": SEED, "e": self.of["IOTCRED_ENDPOINT"], "p": port, "a": self.of["IOTCRED_ADDRESS"], "r": alias, "t": thing,
            "c": self.file(f"device-{device}.cert.pem"), "k": self.file(f"device-{device}.pkcs8.pem"), "s": self.file("server-ca.pem"),
            "u": int(time.time()), "m": LONG_MS, **more,
        }  # fmt: skip

    def put(self, path: str, length: int, **more) -> dict:
        return {
            "o": "p", "z": SEED, "e": self.of["IOTCRED_S3_ENDPOINT"], "p": self.of["IOTCRED_S3_PORT"], "a": self.of["IOTCRED_S3_ADDRESS"],
            "R": self.of["AWS_REGION"], "P": path, "l": length, "s": self.file("server-ca.pem"), "u": int(time.time()), "m": LONG_MS, **more,
        }  # fmt: skip

    def file(self, name: str) -> bytes:
        return (self.pki / name).read_bytes()

    def last_fetch(self) -> dict:
        """What the stand-in saw last."""
        return json.loads(Path(self.of["LOCAL_AWS_LOG"]).read_text().splitlines()[-1])


def do(guest: Guest, job: dict, status: str) -> Result:
    """Does a job that must end with this status, with its connection closed and its heap given back."""
    done = guest.run(job, JOB_S)
    claim(done.status == STATUS[status], f"status {done.status} and not {STATUS[status]} ({status}): {done.text}")
    claim(done.error_status == done.status, f"the error says {done.error_status}")
    claim(done.closed == 1, "the transport was left open")
    claim(done.leaked == 0, f"{done.leaked} bytes were not given back")
    return done


RSA = {"device": "rsa2048", "thing": "gateway-20"}


def _fetch(guest: Guest, settings: Settings, tls: str, listener: str, **more) -> Seen:
    done = do(guest, settings.fetch(listener, **more), "OK")
    claim(done.text == "ASIAIOSFODNN7EXAMPLE", f"access key id {done.text}")
    last = settings.last_fetch()
    claim(last["tls"] == tls and last["outcome"].startswith("fault-json-token"), f"the stand-in saw {last['outcome']} over {last['tls']}")
    text = f"{last['cipher']}: heap {done.heap:,} bytes, stack {done.stack:,} bytes, {done.instructions:,} instructions"
    return Seen(text, {"heap": done.heap, "stack": done.stack})


def fetch_p256_tls13(guest: Guest, settings: Settings) -> Seen:
    return _fetch(guest, settings, "TLSv1.3", "TLS13")


def fetch_p256_tls12(guest: Guest, settings: Settings) -> Seen:
    return _fetch(guest, settings, "TLSv1.2", "TLS12")


def fetch_rsa_tls13(guest: Guest, settings: Settings) -> Seen:
    return _fetch(guest, settings, "TLSv1.3", "TLS13", **RSA)


def fetch_rsa_tls12(guest: Guest, settings: Settings) -> Seen:
    return _fetch(guest, settings, "TLSv1.2", "TLS12", **RSA)


def fetch_rsa_from_an_rsa_server(guest: Guest, settings: Settings) -> Seen:
    return _fetch(guest, settings, "TLSv1.2", "TLS12_RSA", **RSA)


def fetch_with_a_chain_of_5_kb_and_a_token_of_4_kb(guest: Guest, settings: Settings) -> Seen:
    return _fetch(guest, settings, "TLSv1.3", "LONG_CHAIN", alias="fault-json-token-4096")


FETCHES = [fetch_p256_tls13, fetch_p256_tls12, fetch_rsa_tls13, fetch_rsa_tls12, fetch_rsa_from_an_rsa_server, fetch_with_a_chain_of_5_kb_and_a_token_of_4_kb]

MEASURED = [vectors, *FETCHES]


# ---- What must be refused ----

DAY_S = 24 * 3600


def wrong_clocks(guest: Guest, settings: Settings) -> str:
    now = int(time.time())
    for clock, status in ((0, "ERR_TIME_REQUIRED"), (1_000_000, "ERR_CLOCK_UNSET"), (now - 30 * DAY_S, "ERR_SERVER_NOT_YET_VALID"),
                          (now + 3650 * DAY_S, "ERR_SERVER_EXPIRED")):  # fmt: skip
        do(guest, settings.fetch("MAIN", u=clock), status)
    return "none, unset, a month slow and ten years fast"


def wrong_certificates_of_the_server(guest: Guest, settings: Settings) -> str:
    do(guest, settings.fetch("MAIN", s=settings.file("other-ca.pem")), "ERR_SERVER_UNTRUSTED")
    do(guest, settings.fetch("MAIN", s=b""), "ERR_SERVER_UNTRUSTED")
    do(guest, settings.fetch("UNTRUSTED"), "ERR_SERVER_UNTRUSTED")
    do(guest, settings.fetch("SELF_SIGNED"), "ERR_SERVER_UNTRUSTED")
    do(guest, settings.fetch("EXPIRED"), "ERR_SERVER_EXPIRED")
    do(guest, settings.fetch("WRONG_NAME"), "ERR_SERVER_NAME")
    return "another CA, Amazon's alone, an unknown issuer, none, an old one, another's name"


def refused_certificates_of_the_device(guest: Guest, settings: Settings) -> str:
    for listener in ("TLS12", "TLS13"):
        for device in ("rogue", "expired"):
            do(guest, settings.fetch(listener, device=device), "ERR_CLIENT_REFUSED")
    do(guest, settings.fetch("MAIN", device="unregistered"), "ERR_CERTIFICATE_NOT_ACTIVE")
    do(guest, settings.fetch("MAIN", k=settings.file("device-mismatch.pkcs8.pem")), "ERR_KEY_MISMATCH")
    return "a rogue one and an old one over TLS 1.2 and 1.3, an unregistered one, another's key"


def wrong_servers(guest: Guest, settings: Settings) -> str:
    do(guest, settings.fetch("CLOSED"), "ERR_CONNECT")
    do(guest, settings.fetch("ALERT"), "ERR_TLS_NO_COMMON")
    for listener in ("GARBAGE", "PLAIN_HTTP", "CLOSE", "RESET", "HANDSHAKE_CUT"):
        done = guest.run(settings.fetch(listener), JOB_S)
        # A reset may come before the host's connect has returned.
        allowed = {STATUS["ERR_TLS"], STATUS["ERR_CONNECTION_LOST"], STATUS["ERR_CONNECT"] if listener == "RESET" else STATUS["ERR_TLS"]}
        claim(done.status in allowed, f"{listener}: status {done.status}: {done.text}")
    for listener in ("SILENT", "HANDSHAKE_STALL"):
        do(guest, settings.fetch(listener, m=100), "ERR_DEADLINE")
    return "no TLS, cut, closed, reset, silent: a status each, the last within the deadline"


CONNECT, FAREWELL_CALLS = 1, 3  # a connect moves no bytes


def transport_that_breaks_at_every_call(guest: Guest, settings: Settings) -> str:
    """The connection breaks, and a callback moves more than it was given, at each call of a good fetch. How many there are depends on how the server's bytes come."""
    allowed = {"b": (STATUS["ERR_DNS"], STATUS["ERR_CONNECTION_LOST"]), "m": (STATUS["ERR_PLATFORM"],)}
    said = []
    for device, kinds in (({}, "bm"), (RSA, "b")):
        for how in kinds:
            statuses = set()
            for call in itertools.count(1):
                done = guest.run(settings.fetch("TLS13", **device, f=call, g=how), JOB_S)
                claim(done.closed == 1 and done.leaked == 0, f"call {call} ({how}): closed {done.closed}, {done.leaked} bytes left")
                # When the document is there, what is left is the farewell.
                is_over = done.status == STATUS["OK"] and (call > done.calls - FAREWELL_CALLS or (how, call) == ("m", CONNECT))
                claim(done.status in allowed[how] or is_over, f"call {call} of {done.calls} ({how}): status {done.status}: {done.text}")
                statuses.add(done.status)
                if call > done.calls:
                    break
            claim(call > FAREWELL_CALLS + 10 and statuses == {STATUS["OK"], *allowed[how]}, f"{how}: {call} calls, statuses {sorted(statuses)}")
            said.append(f"{how}, {call - 1} calls: statuses {sorted(statuses)}")
    return "; ".join(said)


def transport_that_gives_little(guest: Guest, settings: Settings) -> str:
    """A byte at a time; and at each call, once, nothing within the time: good fetches all the same."""
    do(guest, settings.fetch("TLS13", f=2, g="s"), "OK")
    calls = do(guest, settings.fetch("TLS13"), "OK").calls
    for call in range(2, calls):
        do(guest, settings.fetch("TLS13", f=call, g="z"), "OK")
    do(guest, settings.fetch("TLS13", f=1, g="z"), "ERR_DEADLINE")
    return f"in single bytes, and with nothing at each of {calls} calls"


REFUSALS = [wrong_clocks, wrong_certificates_of_the_server, refused_certificates_of_the_device, wrong_servers, transport_that_breaks_at_every_call,
            transport_that_gives_little]  # fmt: skip


# ---- Every size of an arena ----

ARENA_STEP = 64
ARENA_SIZE = int(re.search(r"^#define IOTCRED_ARENA_SIZE (\d+)$", HEADER, re.M)[1])


def _arenas(guest: Guest, settings: Settings, listener: str, **device) -> str:
    """From nothing to the documented size: always a status, and never the panic hook, which ends the image."""
    lacking = [size for size in range(0, ARENA_SIZE + 1, ARENA_STEP) if not _fits(guest, settings.fetch(listener, y=size, **device))]
    claim(lacking and lacking[-1] < ARENA_SIZE, f"{ARENA_SIZE} bytes are too few")
    claim(_fits(guest, settings.fetch("LONG_CHAIN", y=ARENA_SIZE, **device)), f"{ARENA_SIZE} bytes are too few for a chain of 5 KB")
    enough = lacking[-1] + ARENA_STEP
    return f"{ARENA_SIZE // ARENA_STEP + 1} sizes: enough from {enough:,} bytes on; the documented {ARENA_SIZE:,} are, with a chain of 5 KB too"


def _fits(guest: Guest, job: dict) -> bool:
    try:
        done = guest.run(job, JOB_S)
    except Broken as broken:
        raise Broken(f"{job['y']} bytes: {broken}") from None
    claim(done.status in (STATUS["OK"], STATUS["ERR_MEMORY"]), f"{job['y']} bytes: status {done.status}: {done.text}")
    claim(done.error_status == done.status, f"{job['y']} bytes: the error says {done.error_status}")
    claim(done.closed == 1 and done.heap == 0, f"{job['y']} bytes: closed {done.closed}, {done.heap} bytes from elsewhere")
    return done.status == STATUS["OK"]


def arenas_p256_tls13(guest: Guest, settings: Settings) -> str:
    return _arenas(guest, settings, "TLS13")


def arenas_p256_tls12(guest: Guest, settings: Settings) -> str:
    return _arenas(guest, settings, "TLS12")


def arenas_rsa_tls13(guest: Guest, settings: Settings) -> str:
    return _arenas(guest, settings, "TLS13", **RSA)


def arenas_rsa_tls12(guest: Guest, settings: Settings) -> str:
    return _arenas(guest, settings, "TLS12", **RSA)


ARENAS = [arenas_rsa_tls12, arenas_rsa_tls13, arenas_p256_tls12, arenas_p256_tls13]


# ---- Another Rust library in the same image ----


def second_rust_library(guest: Guest, settings: Settings) -> str:
    """Both are called, in turn; the other one's panic is its own (second.rs)."""
    data = b"beside"
    for index in (0, len(data) - 1):
        done = guest.run({"o": "2", "B": data, "A": index}, JOB_S)
        expected = f"{sum(data)} {sum(data) * 10**12 // len(data)} Some({data[index]})"
        claim(done.text == expected, f"it says {done.text!r} and not {expected!r}")
        fetch_p256_tls13(guest, settings)
    claim(guest.run({"o": "2", "B": data, "A": len(data)}, JOB_S).text == "panicked", "no panic of its own")
    fetch_p256_tls13(guest, settings)
    return "it formats, divides and panics by itself, and iotcred fetches beside it"


# ---- S3 ----

OBJECT_BYTES = 20_000


def put_to_s3(guest: Guest, settings: Settings) -> str:
    """Fetches credentials that SeaweedFS accepts, puts an object with them, and compares what a host reads."""
    do(guest, settings.fetch("MAIN", alias=settings.of["IOTCRED_ROLE_ALIAS"]), "OK")
    name = f"from-a-device-{secrets.token_hex(4)}"
    done = do(guest, settings.put(f"/{settings.of['IOTCRED_S3_BUCKET']}/{name}", OBJECT_BYTES), "OK")
    expected = bytes((at * 2654435761 & 0xFFFFFFFF) >> 24 for at in range(OBJECT_BYTES))
    claim(_object(settings, name) == expected, "the object is another one")
    refused = guest.run(settings.put(f"/{settings.of['IOTCRED_S3_BUCKET']}/{name}", OBJECT_BYTES, u=int(time.time()) - 3600), JOB_S)
    claim(refused.status not in (STATUS["OK"], STATUS["ERR_DEADLINE"]), f"an hour slow: status {refused.status}")
    return f"{OBJECT_BYTES:,} bytes: heap {done.heap:,} bytes, stack {done.stack:,} bytes, {done.instructions:,} instructions; an hour slow: status {refused.status}"


def _object(settings: Settings, name: str) -> bytes:
    """Read with credentials of its own, by AWS's SDK."""
    import boto3

    context = ssl.create_default_context(cafile=settings.of["IOTCRED_CA"])
    context.load_cert_chain(settings.of["IOTCRED_CERT"], settings.of["IOTCRED_KEY"])
    connection = HTTPSConnection("localhost", int(settings.of["IOTCRED_PORT"]), context=context)
    connection.request("GET", f"/role-aliases/{settings.of['IOTCRED_ROLE_ALIAS']}/credentials")
    keys = json.loads(connection.getresponse().read())["credentials"]
    s3 = boto3.client("s3", region_name=settings.of["AWS_REGION"], endpoint_url=f"http://127.0.0.1:{settings.of['LOCAL_AWS_S3_PLAIN_PORT']}",
                      aws_access_key_id=keys["accessKeyId"], aws_secret_access_key=keys["secretAccessKey"], aws_session_token=keys["sessionToken"])  # fmt: skip
    return s3.get_object(Bucket=settings.of["IOTCRED_S3_BUCKET"], Key=name)["Body"].read()


SENDS = [put_to_s3]
