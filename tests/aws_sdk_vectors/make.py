"""Writes vectors.txt: requests as the SDK's SigV4 module takes them, and the signatures that botocore makes of them. None of it is iotcred's own output.

    pip install botocore && python make.py > vectors.txt

What the module does otherwise than botocore is done to botocore's input: it encodes "=" in a query value twice, so botocore is given "%3D" for it; it
signs every header, so botocore's list of headers that it leaves out is emptied.
"""

import urllib.parse

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

botocore.auth.SIGNED_HEADERS_BLACKLIST = []

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
DATE = "20150830T123600Z"
HASH, PRESIGNED, CANONICAL = 0x8, 0x10, 0x7
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
TOKEN = "IQoJb3JpZ2luX2VjEDcaCXVzLXdlc3QtMiJHMEUCIQDQl17z9nEZypd5QpWg04rwKTjBWrvnMC26zTwlt6VAuAIgHKY2IIZDFXy90aNKGEDr65dCj0lN/zUQ83zO69JFAg+w=="


def emit(name, **fields):
    print(f"case = {name}")
    for field, value in fields.items():
        escaped = "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in value.encode())
        print(f"{field} = {escaped}")
    print()


def quoted(text, safe):
    return urllib.parse.quote(text, safe=safe + "-._~")


def sign(name, service, method="GET", path="/", query="", headers=(), payload="", flags=0, region="us-east-1", secret=SECRET, sent=None):
    """`headers` are pairs, `sent` is the block of them if it is not simply CR LF lines. `path` and `query` are not encoded."""
    s3 = service == "s3"
    auth = (botocore.auth.S3SigV4Auth if s3 else botocore.auth.SigV4Auth)(Credentials(KEY, secret), service, region)
    parameters = []
    for parameter in filter(None, query.split("&")):
        key, _, value = parameter.partition("=")
        parameters.append((key, value if flags & PRESIGNED else value.replace("=", "%3D")))
    host = dict((key.lower(), value) for key, value in headers)["host"]
    request = AWSRequest(method=method, url=f"https://{host}{quoted(path, '/')}", params=parameters, data=payload)
    for key, value in headers:
        request.headers[key] = value
    request.context["timestamp"] = DATE
    if flags & PRESIGNED:
        request.headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
        auth.headers_to_sign = without_hash(auth.headers_to_sign)
    canonical_request = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical_request), request)
    signed = auth.signed_headers(auth.headers_to_sign(request))
    if sent is None:
        sent = "".join(f"{key}: {value}\r\n" for key, value in headers) + "\r\n"
    scope = f"{DATE[:8]}/{region}/{service}/aws4_request"
    if flags & CANONICAL == CANONICAL:
        lines = canonical_request.split("\n")
        path, query, sent = lines[1], lines[2], "".join(line + "\n" for line in lines[3:lines.index("", 3)])
    emit(name, service=service, region=region, secret=secret, method=method, path=path, query=query, headers=sent, payload=payload, flags=str(flags),
         authorization=f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={signed}, Signature={signature}")


def without_hash(headers_to_sign):
    def filtered(request):
        headers = headers_to_sign(request)
        del headers["x-amz-content-sha256"]
        return headers
    return filtered


DATED = ("X-Amz-Date", DATE)
IAM = [("Host", "iam.amazonaws.com"), DATED]
S3 = [("User-Agent", "my-platform-name"), ("Host", "bucket.s3.us-east-1.amazonaws.com"), ("Connection", "keep-alive")]
S3_SIGNED = S3 + [("x-amz-date", DATE), ("x-amz-content-sha256", EMPTY), ("x-amz-security-token", TOKEN)]

sign("a plain request", "iam", query="Action=ListUsers&Version=2010-05-08", headers=IAM)
sign("S3 as the download demo asks for a range", "s3", path="/object.txt", headers=S3_SIGNED + [("Range", "bytes=0-1023")])
sign("a long secret", "iam", headers=IAM, secret=SECRET * 4)
sign("a secret that fills the block", "iam", headers=IAM, secret="K" * 60)
sign("a body", "dynamodb", "POST", headers=[("Host", "dynamodb.us-east-1.amazonaws.com"), ("Content-Type", "application/x-amz-json-1.0"), DATED,
     ("X-Amz-Target", "DynamoDB_20120810.PutItem")], payload='{"TableName":"readings","Item":{"id":{"S":"1"}}}')
sign("an upload to S3", "s3", "PUT", "/folder/object", headers=S3 + [DATED], payload="Hello, S3")
sign("names that begin alike", "s3", "PUT", "/o", headers=S3_SIGNED + [("x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:us-east-1:1:key/2"),
     ("x-amz-server-side-encryption", "aws:kms"), ("x-amz-copy-source-range", "bytes=0-1"), ("x-amz-copy-source", "/b/o")])
sign("names in any case and order", "iam", headers=[("Zebra", "z"), ("apple", "a"), ("X-AMZ-Date", DATE), ("hOST", "iam.amazonaws.com"), ("Mango", "m")])
sign("repeated names", "iam", headers=[("My-List", "b"), ("Host", "iam.amazonaws.com"), ("my-list", "a"), DATED, ("MY-LIST", "c, d")])
sign("white space in values", "iam", headers=[("Host", "iam.amazonaws.com"), DATED, ("Spaces", "a  b   c"), ("Tabs", "Value \t - \t\t1")],
     sent=f"Host:iam.amazonaws.com\r\nX-Amz-Date:\t {DATE} \t\r\n  Spaces :   a  b   c  \r\nTabs:Value \t - \t\t1\r\n")
sign("an empty path", "iam", path="", headers=IAM)
sign("a path to encode, once", "s3", path="/a b/(c)+%25=é&~_-.txt", headers=S3_SIGNED)
sign("a path of S3 with dots and slashes", "s3", path="/a//b/../c/./d/", headers=S3_SIGNED)
sign("a path to encode twice", "iot", path="/target-policies/my policy/é", headers=IAM)
sign("a path to normalise", "iot", path="/a/./b/../c//d/", headers=IAM)
sign("parameters without values", "s3", query="acl&uploads=&&x", headers=S3_SIGNED)
sign("parameters that begin alike", "s3", query="a-b=1&a=2&a.b=3&ab=4&a=10&a=1", headers=S3_SIGNED)
sign("parameters to encode", "s3", query="prefix=some/folder (1)+é&marker=*~_-.&uni code=ü", headers=S3_SIGNED)
sign("an equals sign in a value, twice", "s3", query="continuation-token=1+/==&a=b=c", headers=S3_SIGNED)
sign("more parameters and headers than the original takes", "s3", query="&".join(f"p{i * 7919 % 1000}={i}" for i in range(200)),
     headers=S3_SIGNED + [(f"X-Meta-{i * 7919 % 1000}", f"v{i}") for i in range(150)])
sign("a long token", "s3", headers=S3 + [DATED, ("x-amz-security-token", TOKEN * 30)])
sign("a hash in the header", "s3", "PUT", "/o", headers=S3 + [DATED, ("X-Amz-Content-Sha256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")],
     flags=HASH)
sign("a word in the header", "s3", "PUT", "/o", headers=S3 + [("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), DATED], flags=HASH)
sign("all is canonical", "s3", path="/a b/c", query="b=1&a=2 3", headers=S3_SIGNED, flags=CANONICAL)
sign("a presigned URL", "s3", path="/object.txt", flags=PRESIGNED, headers=[("Host", "bucket.s3.us-east-1.amazonaws.com")],
     query=f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={KEY}/20150830/us-east-1/s3/aws4_request&X-Amz-Date={DATE}&X-Amz-Expires=3600"
           f"&X-Amz-Security-Token={TOKEN}&X-Amz-SignedHeaders=host")
sign("another region", "iotdata", "POST", "/topics/a/b", "qos=1", headers=[("Host", "x-ats.iot.cn-north-1.amazonaws.com.cn"), DATED], region="cn-north-1", payload="{}")
