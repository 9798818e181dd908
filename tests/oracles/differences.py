"""Where botocore does otherwise than iotcred, and who else is with whom: awscrt (AWS's signer in C, which most of its SDKs take) and aws-sigv4 (that in Rust).

    differences.py --driver PROGRAM

Each line below is checked: whether botocore differs still, and that iotcred does as the one says that is named. What aws-sigv4 says is checked in
tests/signing_properties.rs, whose generator must reach the same rules; what servers of S3 say, in tests/c/test_refused_local.c.
"""

from __future__ import annotations

import argparse
import datetime
import re
import sys

SKIPPED = 77
try:
    import oracle
    from against_botocore import by_iotcred
    from generator import Case

    from awscrt import auth, http
except ImportError as missing:
    print(f"skipped: {missing}; tests/requirements.txt lists what is needed")
    sys.exit(SKIPPED)

BOTH, HEADERS = (0, 60), (0,)
# What it is, services, forms, what the case has, and who does as iotcred does.
DIFFERENCES = [
    ("other white space than spaces is folded: U+00A0", (True, False), BOTH, {"headers": [(b"x", "a\u00a0b".encode())]}, "awscrt"),
    ("other white space than spaces is folded: U+2003", (True, False), BOTH, {"headers": [(b"x", "a\u2003b".encode())]}, "awscrt"),
    ("an empty parameter is signed as '='", (True, False), HEADERS, {"query": b"a&&b"}, "awscrt"),
    ("an empty parameter at the end is signed as '='", (True, False), HEADERS, {"query": b"a=b&"}, "awscrt"),
    ("a query is signed as it is: '%7e'", (True, False), HEADERS, {"query": b"a=%7e"}, "awscrt"),
    ("a query is signed as it is: '=' in a value", (True, False), HEADERS, {"query": b"a=b=c"}, "awscrt"),
    ("a query is signed as it is: '+'", (True, False), HEADERS, {"query": b"a=+"}, "awscrt"),
    ("a '+' is a space", (True, False), (60,), {"query": b"a=+", "parameters": {b"a": [b" "]}}, "awscrt"),
    # RFC 3986 section 5.2.4 keeps the last slash: "/a/." is "/a/".
    ("a path that ends in '/.' has no last slash", (False,), BOTH, {"path": b"/a/."}, "aws-sigv4"),
    ("a path that ends in '/..' has no last slash", (False,), BOTH, {"path": b"/a/b/.."}, "aws-sigv4"),
    # "Convert sequential spaces to a single space", says the documentation, and nothing of tabs.
    ("a tab within a value is a space", (True, False), BOTH, {"headers": [(b"x", b"a\tb")]}, "aws-sigv4"),
    ("a tab within a value is folded", (True, False), BOTH, {"headers": [(b"x", b"a \t b")]}, "aws-sigv4"),
    # S3 decodes what was sent, and signs what that is encoded as.
    ("a path of S3 is signed as it is", (True,), BOTH, {"path": b"/a+b%7e"}, "S3's servers"),
]


def by_awscrt(case) -> str:
    provider = auth.AwsCredentialsProvider.new_static(case.key_id.decode(), case.secret.decode())
    types, bodies = auth.AwsSignatureType, auth.AwsSignedBodyHeaderType
    config = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4,
        signature_type=types.HTTP_REQUEST_QUERY_PARAMS if case.expires else types.HTTP_REQUEST_HEADERS,
        credentials_provider=provider,
        region=case.region.decode(),
        service=case.service.decode(),
        date=datetime.datetime.fromtimestamp(case.time, datetime.timezone.utc),
        use_double_uri_encode=not case.is_s3,
        should_normalize_uri_path=not case.is_s3,
        signed_body_value="UNSIGNED-PAYLOAD" if case.is_s3 and case.expires else None,
        signed_body_header_type=bodies.X_AMZ_CONTENT_SHA_256 if case.is_s3 and not case.expires else bodies.NONE,
        expiration_in_seconds=case.expires or None,
    )
    headers = http.HttpHeaders([(name.decode(), value.decode()) for name, value in case.headers])
    target = case.path.decode() + ("?" + case.query.decode() if case.query else "")
    signed = auth.aws_sign_request(http.HttpRequest(case.method.decode(), target, headers), config).result()
    return signed.path if case.expires else dict(signed.headers)["Authorization"]


def signature(text: str) -> str:
    return re.search("Signature=([0-9a-f]{64})", text).group(1)


def row(driver, what, is_s3, expires, who, headers=(), path=b"/", query=b"", parameters=None) -> bool:
    case = Case(is_s3=is_s3, method=b"GET", host=b"h", path=path, strict_path=path, query=query, strict_query=query, parameters=parameters or {},
                headers=[(b"Host", b"h"), *headers], expires=expires, service=b"s3" if is_s3 else b"iot")  # fmt: skip
    ((status, ours),) = by_iotcred(driver, [case])
    assert status == 0, status
    ours, awscrt, botocore = signature(ours.decode()), signature(by_awscrt(case)), signature(oracle.sign(case)[0].decode())
    good = ours != botocore and (ours == awscrt if who == "awscrt" else botocore == awscrt)
    with_botocore = "" if who == "awscrt" else " and awscrt"
    form = f"{'S3' if is_s3 else 'others'}, {'presigned' if expires else 'headers'}"
    print(f"{'as it was' if good else 'NO LONGER'}: botocore{with_botocore}, {form}: {what}; iotcred does as {who}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", required=True)
    driver = parser.parse_args().driver
    plain = Case(is_s3=False, method=b"GET", host=b"h", path=b"/", strict_path=b"/", headers=[(b"Host", b"h")], service=b"iot")
    ((_, ours),) = by_iotcred(driver, [plain])
    assert signature(ours.decode()) == signature(by_awscrt(plain)) == signature(oracle.sign(plain)[0].decode()), "they agree on what is plain"
    good = [
        row(driver, what, is_s3, expires, who, **has)
        for what, services, forms, has, who in DIFFERENCES
        for is_s3 in services
        for expires in forms
    ]
    return not all(good)


if __name__ == "__main__":
    sys.exit(main())
