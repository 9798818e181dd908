"""Does the local AWS do what it says? Judged by boto3, http.client and OpenSSL, not by the library under test.

    python self_test.py          under half a minute
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

sys.dont_write_bytecode = True

import faults  # noqa: E402
import nginx  # noqa: E402
import processes  # noqa: E402
import s3s  # noqa: E402

TOOL = [sys.executable, "-B", str(Path(__file__).resolve().with_name("local_aws.py"))]
QUICK_S = 0.3  # how long "never answers" is watched


class Started(unittest.TestCase):
    """Starts a local AWS for the class, with the flags in FLAGS."""

    FLAGS: list = []

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="local-aws-")
        cls.addClassCleanup(cls.folder.cleanup)
        began = time.monotonic()
        subprocess.run([*TOOL, "start", "--dir", cls.folder.name, *cls.FLAGS], check=True, stdout=subprocess.DEVNULL)
        cls.start_s = time.monotonic() - began
        cls.addClassCleanup(subprocess.run, [*TOOL, "stop", "--dir", cls.folder.name], check=True)
        cls.env = json.loads(Path(cls.folder.name, "env.json").read_text())
        cls.pki = Path(cls.env["LOCAL_AWS_PKI"])

    @classmethod
    def tearDownClass(cls):
        complaints = Path(cls.folder.name, "supervisor.log").read_text()
        assert not complaints, f"the local AWS itself failed:\n{complaints}"

    def connect(self, listener="MAIN", device="p256", roots="server-ca.pem", versions=None):
        """A TLS connection that tells a clean end (b"") from a cut one (SSLEOFError)."""
        context = ssl.create_default_context(cafile=str(self.pki / roots))
        if versions:
            context.minimum_version, context.maximum_version = versions
        if device:
            context.load_cert_chain(self.pki / f"device-{device}.cert.pem", self.pki / f"device-{device}.pkcs8.pem")
        raw = socket.create_connection(("::1" if listener == "IPV6" else "127.0.0.1", self.port(listener)), 5)
        self.addCleanup(raw.close)
        tls = context.wrap_socket(raw, server_hostname=self.env["IOTCRED_ENDPOINT"], suppress_ragged_eofs=False)
        self.addCleanup(tls.close)
        return tls

    def port(self, listener):
        return int(self.env["IOTCRED_PORT" if listener == "MAIN" else f"LOCAL_AWS_PORT_{listener}"])

    def ask(self, alias, thing=None, host="credentials.local-aws.test", path=None, close=False, **connection):
        """Send one request; the connection."""
        tls = self.connect(**connection)
        tls.sendall(self.request(alias, thing, host, path, close))
        return tls

    @staticmethod
    def request(alias, thing=None, host="credentials.local-aws.test", path=None, close=False):
        lines = [f"GET {path or f'/role-aliases/{alias}/credentials'} HTTP/1.1"]
        lines += [f"Host: {host}"] if host else []
        lines += [f"x-amzn-iot-thingname: {thing}"] if thing else []
        lines += ["Connection: close"] if close else []
        return "\r\n".join([*lines, "\r\n"]).encode()

    def answer(self, alias, **request):
        """The response as http.client reads it, and its body."""
        answer = http.client.HTTPResponse(self.ask(alias, **request), method="GET")
        answer.begin()
        return answer, answer.read()

    def raw(self, alias, limit=1 << 22, **connection):
        """All bytes up to a clean end or `limit`."""
        tls = self.ask(alias, close=True, **connection)
        received = b""
        while len(received) < limit:
            block = tls.recv(1 << 16)
            if not block:
                break
            received += block
        return received

    def credentials(self, alias, **request):
        answer, body = self.answer(alias, **request)
        self.assertEqual(answer.status, 200, body)
        return json.loads(body)["credentials"]

    def log(self):
        return [json.loads(line) for line in Path(self.env["LOCAL_AWS_LOG"]).read_text().splitlines()]


class Services(Started):
    """The credentials are good at the service that they are for, and nowhere else."""

    def client(self, service, credentials, **changed):
        place = {"s3": "S3", "dynamodb": "DYNAMODB"}[service]
        given = {**credentials, **changed}
        return boto3.client(
            service,
            endpoint_url=f"https://localhost:{self.env[f'IOTCRED_{place}_PORT']}",
            verify=self.env["IOTCRED_CA"],
            region_name=self.env["AWS_REGION"],
            aws_access_key_id=given["accessKeyId"],
            aws_secret_access_key=given["secretAccessKey"],
            aws_session_token=given["sessionToken"],
            config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
        )

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        self.assertIn(raised.exception.response["ResponseMetadata"]["HTTPStatusCode"], (400, 403))

    def test_an_object_comes_back_from_s3(self):
        s3 = self.client("s3", self.credentials(self.env["IOTCRED_ROLE_ALIAS"]))
        place = {"Bucket": self.env["IOTCRED_S3_BUCKET"], "Key": "camera 17/café+.bin"}
        content = os.urandom(3 << 20)
        s3.put_object(Body=content, **place)
        self.assertEqual(s3.get_object(**place)["Body"].read(), content)
        s3.delete_object(**place)
        self.refused(s3.create_bucket, Bucket="another-bucket")

    def test_s3_refuses_what_is_not_signed_right(self):
        credentials = self.credentials(self.env["IOTCRED_ROLE_ALIAS"])
        token = credentials["sessionToken"]
        place = {"Bucket": self.env["IOTCRED_S3_BUCKET"], "Key": "k", "Body": b"x"}
        self.refused(self.client("s3", credentials, sessionToken=None).put_object, **place)
        self.refused(self.client("s3", credentials, sessionToken=token[:-9] + "AAAAAAAAA").put_object, **place)
        self.refused(self.client("s3", credentials, secretAccessKey="wrong").put_object, **place)
        self.refused(self.client("s3", self.credentials(self.env["IOTCRED_DYNAMODB_ROLE_ALIAS"])).put_object, **place)
        flipped = self.client("s3", credentials)
        flipped.meta.events.register("before-send.s3", flip_signature)
        self.refused(flipped.put_object, **place)

    def test_an_item_comes_back_from_dynamodb(self):
        dynamodb = self.client("dynamodb", self.credentials(self.env["IOTCRED_DYNAMODB_ROLE_ALIAS"]))
        key = {"serial_number": {"S": "123456789"}, "timestamp": {"S": "2017-11-20T06:00:00.000Z"}}
        item = {**key, "current_temp": {"N": "65"}, "target_temp": {"N": "70"}, "humidity": {"N": "45"}}
        dynamodb.put_item(TableName=self.env["IOTCRED_DYNAMODB_TABLE"], Item=item)
        self.assertEqual(dynamodb.get_item(TableName=self.env["IOTCRED_DYNAMODB_TABLE"], Key=key)["Item"], item)
        self.refused(dynamodb.list_tables)

    def test_dynamodb_refuses_what_is_not_signed_right(self):
        credentials = self.credentials(self.env["IOTCRED_DYNAMODB_ROLE_ALIAS"])
        key = {"serial_number": {"S": "1"}, "timestamp": {"S": "2"}}
        read = {"TableName": self.env["IOTCRED_DYNAMODB_TABLE"], "Key": key}
        self.refused(self.client("dynamodb", credentials, sessionToken="wrong").get_item, **read)
        self.refused(self.client("dynamodb", credentials, sessionToken=None).get_item, **read)
        self.refused(self.client("dynamodb", credentials, secretAccessKey="wrong").get_item, **read)
        self.refused(self.client("dynamodb", self.credentials(self.env["IOTCRED_ROLE_ALIAS"])).get_item, **read)
        flipped = self.client("dynamodb", credentials)
        flipped.meta.events.register("before-send.dynamodb", flip_signature)
        self.refused(flipped.get_item, **read)

    def test_the_odd_alias_works_in_both_spellings(self):
        self.credentials("alias=with,odd@chars")
        self.credentials("alias%3Dwith%2Codd%40chars")


def flip_signature(request, **_):
    """Turn the last hex digit of the signature into another one."""
    name = next(name for name in request.headers if name.lower() == "authorization")
    value = request.headers[name]
    value = value if isinstance(value, str) else value.decode()
    request.headers[name] = value[:-1] + ("0" if value[-1] != "0" else "1")


def shape(response):
    """A response without what differs each time: dates and the request id."""
    return re.sub(rb"[0-9a-f-]{36}|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|\d{4}-\d\d-\d\dT[\d:]{8}Z", b"*", response)


class StandIn(Started):
    """The stand-in alone."""

    FLAGS = ["--no-s3", "--no-dynamodb"]

    def refusal(self, *request, **more):
        answer, body = self.answer(*request, **more)
        self.assertTrue(answer.headers["x-amzn-RequestId"] and answer.headers["x-amzn-ErrorType"] and answer.headers["Date"])
        return answer.status, json.loads(body)["message"]

    def test_it_starts_quickly(self):
        self.assertLess(self.start_s, 3)

    def test_each_device_gets_credentials(self):
        for device, thing in (("p256", "camera-17"), ("p256", "thermostat-1"), ("p384", "camera-38"), ("rsa2048", "gateway-20"),
                              ("rsa3072", "gateway-30"), ("chain", "camera-18"), ("p521", "camera-52")):  # fmt: skip
            with self.subTest(device):
                found = self.credentials(self.env["IOTCRED_ROLE_ALIAS"], device=device, thing=thing)
                self.assertEqual(found["accessKeyId"], faults.ACCESS_KEY_ID)

    def test_refusals(self):
        alias = self.env["IOTCRED_ROLE_ALIAS"]
        self.assertEqual(self.refusal(alias, thing="camera-99"), (403, "Invalid thing name passed"))
        self.assertEqual(self.refusal(alias, thing="camera-17", device="p384"), (403, "Invalid thing name passed"))
        self.assertEqual(self.refusal("unknown"), (404, "Role alias does not exist"))
        self.assertEqual(self.refusal(alias, device="unregistered"), (403, "Certificate is invalid on this endpoint"))
        self.assertEqual(self.refusal(alias, host=None)[0], 500)
        self.assertEqual(self.refusal(alias, path="/"), (403, "Missing Authentication Token"))
        self.assertEqual(self.refusal("fault-misspelt")[0], 501)
        self.assertEqual(self.answer(alias, host="a\r\nb: c\rd\r\n e")[0].status, 400)

    def test_the_handshake_refuses_other_clients(self):
        for device in (None, "rogue", "expired"):
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                with self.subTest(device=device, version=version), self.assertRaises(ssl.SSLError) as raised:
                    self.ask("x", device=device, versions=(version, version)).recv(1)
                self.assertRegex(raised.exception.reason, "ALERT")

    def test_two_requests_on_one_connection(self):
        tls = self.connect()
        for _ in range(2):
            tls.sendall(self.request(self.env["IOTCRED_ROLE_ALIAS"]))
            answer = http.client.HTTPResponse(tls)
            answer.begin()
            self.assertEqual(answer.status, 200)
            answer.read()

    def test_the_log_tells_what_the_client_sent_and_no_secret(self):
        self.answer("fault-json-token", thing="camera-17")
        last = self.log()[-1]
        self.assertEqual((last["sni"], last["alpn"], last["tls"]), ("credentials.local-aws.test", None, "TLSv1.3"))
        self.assertEqual(last["headers"], [["Host", "credentials.local-aws.test"], ["x-amzn-iot-thingname", "camera-17"]])
        self.assertEqual(last["outcome"], "fault-json-token")
        self.assertNotIn("secretAccessKey", Path(self.env["LOCAL_AWS_LOG"]).read_text())

    def test_listeners_that_serve(self):
        served = {"P256": None, "RSA": None, "SHORT_CHAIN": None, "LONG_CHAIN": None, "TLS12": "TLSv1.2",
                  "TLS12_RSA": "TLSv1.2", "TLS13": "TLSv1.3"}  # fmt: skip
        if "LOCAL_AWS_PORT_IPV6" in self.env:
            served["IPV6"] = None
        for listener, version in served.items():
            with self.subTest(listener):
                self.credentials(self.env["IOTCRED_ROLE_ALIAS"], listener=listener)
                self.assertEqual(self.log()[-1]["listener"], listener)
                self.assertIn(version, (None, self.log()[-1]["tls"]))

    def test_listeners_that_nobody_should_trust(self):
        said = {"EXPIRED": "expired", "NOT_YET_VALID": "not yet valid", "WRONG_NAME": "mismatch", "UNTRUSTED": "self-signed",
                "SELF_SIGNED": "self-signed", "MISSING_INTERMEDIATE": "unable to get local issuer"}  # fmt: skip
        for listener, message in said.items():
            with self.subTest(listener), self.assertRaises(ssl.SSLCertVerificationError) as raised:
                self.connect(listener)
            self.assertIn(message, raised.exception.verify_message.lower())

    def test_listeners_that_break_the_handshake(self):
        raised = {"CLOSE": ssl.SSLEOFError, "RESET": ConnectionResetError, "GARBAGE": ssl.SSLError, "PLAIN_HTTP": ssl.SSLError,
                  "ALERT": ssl.SSLError, "HANDSHAKE_CUT": ssl.SSLEOFError, "CLOSED": ConnectionRefusedError}  # fmt: skip
        for listener, error in raised.items():
            with self.subTest(listener), self.assertRaises((error, ConnectionResetError)) as seen:
                self.connect(listener)
            if listener in ("ALERT", "PLAIN_HTTP", "GARBAGE"):
                wanted = {"ALERT": "HANDSHAKE_FAILURE", "PLAIN_HTTP": "WRONG_VERSION|HTTP_REQUEST", "GARBAGE": "WRONG_VERSION"}
                self.assertRegex(seen.exception.reason, wanted[listener])

    def test_listeners_that_never_answer(self):
        for listener in ("SILENT", "HANDSHAKE_STALL"):
            raw = socket.create_connection(("127.0.0.1", int(self.env[f"LOCAL_AWS_PORT_{listener}"])))
            self.addCleanup(raw.close)
            raw.settimeout(QUICK_S)
            context = ssl.create_default_context(cafile=self.env["IOTCRED_CA"])
            with self.subTest(listener), self.assertRaises(TimeoutError):
                context.wrap_socket(raw, server_hostname=self.env["IOTCRED_ENDPOINT"])

    def test_every_error_of_the_table(self):
        for name, row in faults.ERRORS.items():
            with self.subTest(name):
                self.assertEqual(self.refusal(faults.PREFIX + name), (row[0], row[1]))

    def test_faults_that_are_good_answers(self):
        good = {name: fault for name, fault in faults.FAULTS.items() if fault.summary.startswith("good")}
        self.assertGreater(len(good), 15)
        for name in good:
            if name == "early-hints":
                continue  # http.client takes a 103 for the answer
            alias = faults.PREFIX + name + ("-80" if name == "many-headers" else "")  # http.client takes 100
            with self.subTest(name):
                found = self.credentials(alias)
                self.assertEqual(found["sessionToken"], faults.SESSION_TOKEN)
                self.assertEqual(found["secretAccessKey"], faults.SECRET_ACCESS_KEY)

    def test_every_other_fault_is_no_plain_good_answer(self):
        tried_elsewhere = ("never", "stall-", "endless-", "cut", "reset", "garbage-record", "close-delimited-cut", "late", "drip")
        same_but_for_a_date = ("json-expired", "json-lifetime", "json-expiration-")
        for name, fault in faults.FAULTS.items():
            if not fault.summary.startswith("good") and not name.startswith(tried_elsewhere + same_but_for_a_date):
                with self.subTest(name):
                    self.assertNotEqual(shape(self.raw(faults.PREFIX + name)), shape(faults.response(200, faults.good_body())))

    def test_ends_of_connections(self):
        with self.assertRaises(ssl.SSLEOFError):
            self.raw("fault-cut")
        with self.assertRaises(ConnectionResetError):  # beneath TLS, since Python's says EOF for it
            socket.socket.recv(self.ask("fault-reset", versions=(ssl.TLSVersion.TLSv1_2,) * 2), 1)
        with self.assertRaises(ssl.SSLError):
            self.raw("fault-garbage-record")
        self.assertEqual(self.raw("fault-close"), b"")
        self.assertEqual(len(self.raw("fault-short-head-25")), 25)
        self.assertEqual(len(self.raw("fault-short-body-25")), faults.GOOD_HEAD_BYTES + 25)
        for alias, length in (("fault-cut-body-0", faults.GOOD_HEAD_BYTES), ("fault-cut-head-1", 1)):
            tls, received = self.ask(alias), b""
            with self.assertRaises(ssl.SSLEOFError):
                while True:
                    received += tls.recv(1 << 16)
            self.assertEqual(len(received), length)

    def test_faults_of_time(self):
        unfinished = {"fault-never": 0, "fault-stall-head-7": 7, "fault-stall-body-7": faults.GOOD_HEAD_BYTES + 7}
        for alias, received in unfinished.items():
            tls = self.ask(alias)
            tls.settimeout(QUICK_S)
            count = 0
            with self.subTest(alias), self.assertRaises(TimeoutError):
                while True:
                    count += len(tls.recv(1 << 16))
            self.assertEqual(count, received)
        for alias in ("fault-late-300", "fault-late-body-300"):
            began = time.monotonic()
            self.credentials(alias)
            self.assertGreater(time.monotonic() - began, 0.3)
        tls = self.ask("fault-drip")
        self.assertEqual({len(tls.recv(100)) for _ in range(50)}, {1})

    def test_endless_faults_do_not_end(self):
        for name in faults.FAULTS:
            if name.startswith("endless"):
                with self.subTest(name):
                    self.assertGreaterEqual(len(self.raw(faults.PREFIX + name, 1 << 20)), 1 << 20)

    def test_a_fault_with_a_number(self):
        self.assertEqual(len(self.credentials("fault-json-token-4097")["sessionToken"]), 4097)
        self.assertEqual(len(self.credentials("fault-json-token")["sessionToken"]), 4096)
        self.assertEqual(self.answer("fault-status-599")[0].status, 599)


    def test_a_flaky_fault_fails_every_other_time(self):
        statuses = [self.answer(f"fault-flaky-{n}")[0].status for n in (1, 1, 2, 1, 2, 1)]
        self.assertEqual(statuses, [503, 200, 503, 503, 200, 200])


@unittest.skipUnless(nginx.find(), "no nginx with its stream module: Debian has it in nginx and libnginx-mod-stream")
class SecondServer(Started):
    """nginx before the stand-in."""

    FLAGS = ["--no-s3", "--no-dynamodb"]

    def port(self, listener):
        return int(self.env[f"LOCAL_AWS_NGINX_PORT_{listener}"])

    def test_servers_that_serve(self):
        served = {"MAIN": "TLSv1.3", "TLS12": "TLSv1.2", "TLS13": "TLSv1.3", "RSA": "TLSv1.3", "HTTP": "TLSv1.3", "HTTP_TLS12": "TLSv1.2"}
        for listener, version in served.items():
            with self.subTest(listener):
                self.assertEqual(self.connect(listener).version(), version)
                self.assertEqual(self.credentials("fault-chunked", listener=listener)["sessionToken"], faults.SESSION_TOKEN)

    def test_a_stream_changes_no_byte(self):
        self.assertEqual(len(self.raw("fault-short-body-25")), faults.GOOD_HEAD_BYTES + 25)
        self.assertEqual(self.raw("fault-garbage"), bytes(range(256)) * 4)
        self.assertEqual(self.raw("fault-close"), b"")

    def test_answers_of_its_own(self):
        self.assertEqual(self.credentials("nginx-good", listener="HTTP")["secretAccessKey"], faults.SECRET_ACCESS_KEY)
        self.assertEqual(self.answer("nginx-redirect", listener="HTTP")[0].status, 301)
        for name, row in faults.ERRORS.items():
            with self.subTest(name):
                answer, body = self.answer(f"nginx-{name}", listener="HTTP")
                self.assertEqual((answer.status, json.loads(body)["message"]), row[:2])

    def test_http_refuses_clients_in_html(self):
        for device in (None, "rogue", "expired", "revoked"):
            for listener in ("HTTP", "HTTP_TLS12"):
                with self.subTest(device=device, listener=listener):
                    answer, body = self.answer("nginx-good", device=device, listener=listener)
                    self.assertEqual((answer.status, answer.headers["Content-Type"]), (400, "text/html"))
                    self.assertIn(b"SSL certificate", body)

    def test_a_stream_refuses_clients_without_a_word(self):
        for device in (None, "rogue", "expired", "revoked"):
            with self.subTest(device):
                try:
                    self.assertEqual(self.raw("fault-chunked", device=device), b"")
                except (ssl.SSLEOFError, ConnectionResetError):
                    pass

    def test_servers_that_nobody_should_trust(self):
        said = {"EXPIRED": "expired", "NOT_YET_VALID": "not yet valid", "WRONG_NAME": "mismatch", "UNTRUSTED": "self-signed", "SELF_SIGNED": "self-signed"}
        for listener, message in said.items():
            with self.subTest(listener), self.assertRaises(ssl.SSLCertVerificationError) as raised:
                self.connect(listener)
            self.assertIn(message, raised.exception.verify_message.lower())

    def test_servers_with_which_the_library_has_nothing_in_common(self):
        openssl = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.port('TLS11')}", "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"]
        said = subprocess.run(openssl, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
        self.assertIn("TLSv1.1", said)
        with self.assertRaises(ssl.SSLError):
            self.connect("TLS11", versions=(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3))
        context = ssl.create_default_context(cafile=str(self.pki / "server-ca.pem"))
        context.set_ciphers("AES256-SHA256")
        context.set_ecdh_curve("prime256v1")
        with socket.create_connection(("127.0.0.1", self.port("ODD_SUITE")), 5) as raw:
            with context.wrap_socket(raw, server_hostname=self.env["IOTCRED_ENDPOINT"]) as tls:
                self.assertEqual(tls.cipher()[0], "AES256-SHA256")
        with socket.create_connection(("127.0.0.1", self.port("ODD_GROUP")), 5) as raw, self.assertRaises(ssl.SSLError):
            context.wrap_socket(raw, server_hostname=self.env["IOTCRED_ENDPOINT"])


@unittest.skipUnless(s3s.find(), "s3s was not built: tests/run.sh does it")
class ThirdServer(Started):
    """s3s: it looks at the body's hash, too."""

    FLAGS = ["--no-dynamodb"]

    def client(self, secret):
        place = f"http://127.0.0.1:{self.env['LOCAL_AWS_S3S_PORT']}"
        config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, request_checksum_calculation="when_required")
        keys = dict(aws_access_key_id=self.env["LOCAL_AWS_S3S_KEY_ID"], aws_secret_access_key=secret)
        return boto3.client("s3", endpoint_url=place, region_name=self.env["AWS_REGION"], config=config, **keys)

    def test_an_object_and_its_hash(self):
        bucket = self.env["IOTCRED_S3_BUCKET"]
        client = self.client(self.env["LOCAL_AWS_S3S_SECRET"])
        client.put_object(Bucket=bucket, Key="a", Body=b"Hello")
        self.assertEqual(client.get_object(Bucket=bucket, Key="a")["Body"].read(), b"Hello")
        with self.assertRaises(ClientError):
            self.client("wrong").get_object(Bucket=bucket, Key="a")

        def change(request, **_):
            request.body = b"HellO"

        client.meta.events.register("before-send.s3.PutObject", change)
        with self.assertRaises(ClientError):
            client.put_object(Bucket=bucket, Key="b", Body=b"Hello")


class Life(unittest.TestCase):
    """Nothing outlives a stop."""

    FLAGS = ["--no-dynamodb"]

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="local-aws-")
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)

    def tool(self, action, *arguments, **options):
        return subprocess.run([*TOOL, action, "--dir", self.folder.name, *arguments], stdout=subprocess.DEVNULL, **options)

    def assert_all_end(self, recorded):
        deadline = time.monotonic() + 5
        while processes.running(recorded) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(processes.running(recorded), [])

    def keep_record(self):
        """A copy of the process ids, which a stop removes."""
        copy = self.path / "copy"
        copy.mkdir()
        (copy / "pids").write_bytes((self.path / "pids").read_bytes())
        self.assertEqual(len(processes.running(copy)), 2 + bool(nginx.find()) + s3s.find())
        return copy

    def test_stop_leaves_no_process(self):
        self.tool("start", *self.FLAGS, check=True)
        recorded = self.keep_record()
        self.assertEqual(self.tool("start", stderr=subprocess.DEVNULL).returncode, 1)  # no second one in the same place
        self.tool("stop", check=True)
        self.assert_all_end(recorded)
        self.tool("stop", check=True)  # nothing to stop is no error

    def test_a_killed_supervisor_takes_its_children_along(self):
        self.tool("start", *self.FLAGS, check=True)
        recorded = self.keep_record()
        os.kill(processes.running(recorded)[0]["pid"], signal.SIGKILL)
        self.assert_all_end(recorded)
        self.tool("stop", check=True)

    def test_run_gives_the_settings_and_the_exit_code(self):
        check = "import os, sys; sys.exit(7 if os.environ['IOTCRED_ENDPOINT'] and os.environ['IOTCRED_PORT'] else 1)"
        fast = ["--no-s3", "--no-dynamodb"]
        self.assertEqual(self.tool("run", *fast, "--", sys.executable, "-c", check).returncode, 7)
        self.assertEqual(processes.running(self.path), [])

    def test_run_ends_everything_on_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            with self.subTest(number):
                process = subprocess.Popen([*TOOL, "run", "--dir", self.folder.name, *self.FLAGS, "--", "sleep", "60"])
                while not (self.path / "env.sh").exists():
                    time.sleep(0.02)
                time.sleep(0.2)
                recorded = self.keep_record()
                process.send_signal(number)
                self.assertEqual(process.wait(15), -9 if number == signal.SIGKILL else 128 + number)
                self.assert_all_end(recorded)
                (recorded / "pids").unlink()
                recorded.rmdir()
                (self.path / "env.sh").unlink()


if __name__ == "__main__":
    unittest.main()
