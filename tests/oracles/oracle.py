"""botocore as the other signer."""

from __future__ import annotations

import datetime
import hashlib

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

UNSIGNED_HEADERS = " ".join(botocore.auth.SIGNED_HEADERS_BLACKLIST).encode()
UNSIGNED_S3 = Config(s3={"payload_signing_enabled": False})
STREAMING = {"streaming": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "streaming trailer": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"}


def sha256(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()


class Mixin:
    """Keeps the canonical request for a failure to show."""

    encoding = "utf-8"
    streaming = None
    canonical = ""

    def string_to_sign(self, request, canonical_request):
        self.canonical = canonical_request
        text = super().string_to_sign(request, canonical_request)
        if self.encoding == "utf-8":
            return text
        # A byte of a header is a character here, and one byte again when it is hashed; botocore knows UTF-8 alone.
        lines = text.split("\n")
        lines[3] = hashlib.sha256(canonical_request.encode(self.encoding)).hexdigest()
        return "\n".join(lines)

    def payload(self, request):
        return self.streaming or super().payload(request)


class Header(Mixin, botocore.auth.SigV4Auth):
    pass


class S3Header(Mixin, botocore.auth.S3SigV4Auth):
    pass


class Query(Mixin, botocore.auth.SigV4QueryAuth):
    pass


class S3Query(Mixin, botocore.auth.S3SigV4QueryAuth):
    pass


def sign(case) -> tuple[bytes, str]:
    """What botocore adds to a request, as lines, or the URL that it makes of it; and its canonical request."""
    credentials = Credentials(case.key_id.decode(), case.secret.decode(), case.token.decode() or None)
    signer = {(False, False): Header, (True, False): S3Header, (False, True): Query, (True, True): S3Query}[case.is_s3, case.expires > 0]
    arguments = (credentials, case.service.decode(), case.region.decode()) + ((case.expires,) if case.expires else ())
    auth = signer(*arguments)
    auth.encoding, auth.streaming = case.encoding, STREAMING.get(case.payload_kind)
    url = f"https://{case.host.decode()}{case.strict_path.decode()}"
    # A presigned URL is made of a dictionary, the other form of a query that is encoded already.
    query = "" if case.expires or not case.strict_query else "?" + case.strict_query.decode()
    request = AWSRequest(method=case.method.decode(), url=url + query, data=b"" if case.expires else case.payload)
    if case.expires:
        request.params = case.parameters
    for name, value in case.headers:
        request.headers[name.decode()] = value.decode(case.encoding)
    if case.payload_kind == "unsigned":
        request.context.update(payload_signing_enabled=False, client_config=UNSIGNED_S3)
    if case.payload_kind == "unsigned trailer":
        request.context["checksum"] = {"request_algorithm": {"in": "trailer"}}
    if case.content_sha256 and not case.is_s3:
        request.headers["X-Amz-Content-SHA256"] = auth.payload(request)
    before = set(request.headers)
    botocore.auth.get_current_datetime = lambda: datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=case.time)
    auth.add_auth(request)
    if case.expires:
        return request.url.encode(), auth.canonical
    added = [name for name in request.headers if name not in before or name == "X-Amz-Content-SHA256"]
    return "".join(f"{name.lower()}:{request.headers[name]}\n" for name in added).encode(), auth.canonical
