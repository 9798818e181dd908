"""The two servers that nobody here wrote, and that verify every signature: SeaweedFS and moto.

Both have the same face: `start`, `wait_until_ready`, `assume_role`, `stop`, and `leftovers`: files outside its folder
that it leaves when it is killed. Each has its own STS, so the
credentials that one of them hands out are refused by the other.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import processes

REGION = "us-east-1"
BUCKET = "device-uploads"
TABLE = "MyHomeThermostat"

START_TIMEOUT_S = 15
SESSION_S = 3600  # a lifetime that both servers grant; SeaweedFS's shortest is 900 s
POLL_S = 0.05
PATIENCE_S = 1

_QUICK = Config(retries={"max_attempts": 0}, connect_timeout=2, read_timeout=10)


class StartFailed(Exception):
    """The server ended, or did not answer in time. Most often another process took a port: start again."""


class SeaweedFS:
    """S3, and the STS whose credentials it accepts."""

    name = "SeaweedFS"
    _ROLE = "arn:aws:iam::role/DeviceUploader"

    def __init__(self, folder: Path):
        self._folder = folder
        self._key_id = "AKIA" + secrets.token_hex(8).upper()
        self._secret = secrets.token_hex(20)
        self._process = None
        self._ports = []

    @property
    def port(self) -> int:
        return self._ports[0]

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "data").mkdir(parents=True)
        (self._folder / "iam.json").write_text(json.dumps(self._iam()))
        self._ports = processes.free_ports(8) + [_port_with_grpc_twin()]
        root_key = {"AWS_ACCESS_KEY_ID": self._key_id, "AWS_SECRET_ACCESS_KEY": self._secret}
        environment = {**os.environ, **root_key, "TMPDIR": str(self._folder)}  # it logs to TMPDIR as well
        weed = Path(sysconfig.get_path("scripts"), "weed")
        self._process = processes.spawn(
            [str(weed), "mini", *self._flags()],
            self._folder / "log",
            signal.SIGKILL,
            cwd=str(self._folder),
            env=environment,
        )
        self._sts = _client("sts", self.port, self._key_id, self._secret)
        self._s3 = _client("s3", self.port, self._key_id, self._secret)

    def _flags(self) -> list:
        """Loopback alone (both `-ip`s, or it binds every address), free ports, no extras, no telemetry."""
        s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc, admin = self._ports
        return [
            "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-dir=data", f"-bucket={BUCKET}",
            f"-s3.port={s3}", f"-s3.port.grpc={s3_grpc}", "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-s3.iam.config=iam.json", "-s3.localSocket=s3.sock", "-s3.autoCreateBucket=false",
            f"-master.port={master}", f"-master.port.grpc={master_grpc}", "-master.telemetry=false",
            f"-volume.port={volume}", f"-volume.port.grpc={volume_grpc}",
            f"-filer.port={filer}", f"-filer.port.grpc={filer_grpc}", "-filer.localSocket=filer.sock",
            f"-admin.port={admin}", "-admin.ui=false", "-webdav=false",
        ]  # fmt: skip

    def _iam(self) -> dict:
        """A role that anyone with the root key may assume, and that may use one bucket."""
        bucket = f"arn:aws:s3:::{BUCKET}"
        return {
            "sts": {
                "tokenDuration": "1h",
                "maxSessionLength": "12h",
                "issuer": "local-aws",
                "signingKey": base64.b64encode(secrets.token_bytes(32)).decode(),
            },
            "policy": {"defaultEffect": "Deny", "storeType": "memory"},
            "roles": [
                {
                    "roleName": self._ROLE.rpartition("/")[2],
                    "roleArn": self._ROLE,
                    "trustPolicy": _policy("sts:AssumeRole", Principal={"AWS": "*"}),
                    "attachedPolicies": ["UseBucket"],
                }
            ],
            "policies": [{"name": "UseBucket", "document": _policy("s3:*", Resource=[bucket, bucket + "/*"])}],
        }

    def wait_until_ready(self) -> None:
        """Until a role can be assumed and the bucket, which it makes last, is there."""
        _wait(self._process, lambda: self._s3.head_bucket(Bucket=BUCKET))
        _wait(self._process, lambda: self.assume_role("start"))

    def assume_role(self, session_name: str) -> dict:
        return _assume_role(self._sts, self._ROLE, session_name)

    def stop(self) -> None:
        """Kill it: over a SIGTERM it takes 10 s, and it holds nothing worth saving."""
        if self._process:
            processes.end(self._process, 0)
        processes.remove(self.leftovers())

    def leftovers(self) -> list:
        """It puts a socket per gRPC port into /tmp, no flag or TMPDIR moves it, and leaves it there when killed."""
        owners = ("s3", "master", "volume", "filer", "admin")
        ports = self._ports + [port + _GRPC_OFFSET for port in self._ports]
        return [f"/tmp/seaweedfs-{owner}-grpc-{port}.sock" for owner in owners for port in ports]


class Moto:
    """DynamoDB, IoT, and the STS whose credentials they accept."""

    name = "moto"

    def __init__(self, folder: Path):
        self._folder = folder
        self._process = None
        self._role = None
        self._sts = None
        self.port = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        self._folder.mkdir(exist_ok=True)
        (self.port,) = processes.free_ports(1)
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        # Its own seeding goes unsigned; afterwards every request is verified.
        environment = dict(os.environ, INITIAL_NO_AUTH_ACTION_COUNT="inf")
        self._process = processes.spawn(
            command, self._folder / "log", signal.SIGKILL, cwd=str(self._folder), env=environment
        )

    def wait_until_ready(self) -> None:
        """Until it answers, is seeded, and refuses what is not signed."""
        _wait(self._process, lambda: self._own_api("data.json"))
        self._seed()
        _wait(self._process, lambda: self.assume_role("start"))

    def _seed(self) -> None:
        iam = _client("iam", self.port, "unsigned", "unsigned")
        dynamodb = _client("dynamodb", self.port, "unsigned", "unsigned")
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "serial_number", "AttributeType": "S"},
                {"AttributeName": "timestamp", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "serial_number", "KeyType": "HASH"},
                {"AttributeName": "timestamp", "KeyType": "RANGE"},
            ],
        )
        # moto wants an AWS principal beside the service that the real trust policy names.
        trust = _policy("sts:AssumeRole", Principal={"Service": "credentials.iot.amazonaws.com", "AWS": "*"})
        # It compares actions alone: a policy for one table's ARN would permit nothing.
        use = _policy(["dynamodb:*Item", "dynamodb:Query", "dynamodb:DescribeTable", "iot:*"], Resource="*")
        role = iam.create_role(RoleName="DeviceWriter", AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName="DeviceWriter", PolicyName="Use", PolicyDocument=json.dumps(use))
        assume = _policy("sts:AssumeRole", Resource="*")
        iam.create_user(UserName="stand-in")
        iam.put_user_policy(UserName="stand-in", PolicyName="Assume", PolicyDocument=json.dumps(assume))
        key = iam.create_access_key(UserName="stand-in")["AccessKey"]
        self._role = role["Role"]["Arn"]
        self._sts = _client("sts", self.port, key["AccessKeyId"], key["SecretAccessKey"])
        self._own_api("reset-auth", b"0")  # from now on it verifies every signature

    def _own_api(self, action: str, body: bytes | None = None) -> None:
        """moto's own commands, which nothing else that may listen on this port would answer."""
        url = f"http://127.0.0.1:{self.port}/moto-api/{action}"
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "text/plain"})
        urllib.request.urlopen(request, timeout=1).close()

    def assume_role(self, session_name: str) -> dict:
        return _assume_role(self._sts, self._role, session_name)

    def stop(self) -> None:
        if self._process:
            processes.end(self._process, PATIENCE_S)

    def leftovers(self) -> list:
        return []


_GRPC_OFFSET = 10000


def _port_with_grpc_twin() -> int:
    """SeaweedFS's admin listens for its workers 10 000 higher, and they look nowhere else."""
    for port in range(20000 + os.getpid() % 10000, 40000):
        with contextlib.suppress(OSError):
            for one in (port, port + _GRPC_OFFSET):
                socket.create_server(("127.0.0.1", one)).close()
            return port
    raise StartFailed("no free pair of ports")


def _policy(action: object, **statement) -> dict:
    return {"Version": "2012-10-17", "Statement": [dict(statement, Effect="Allow", Action=action)]}


def _client(service: str, port: int, key_id: str, secret: str):
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=_QUICK,
    )


def _assume_role(sts, role: str, session_name: str) -> dict:
    """The members of the credentials provider's answer, from a real AssumeRole."""
    answer = sts.assume_role(RoleArn=role, RoleSessionName=session_name, DurationSeconds=SESSION_S)["Credentials"]
    return {
        "accessKeyId": answer["AccessKeyId"],
        "secretAccessKey": answer["SecretAccessKey"],
        "sessionToken": answer["SessionToken"],
        "expiration": answer["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _wait(process: subprocess.Popen, probe) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            return probe()
        except (OSError, HTTPException, BotoCoreError, ClientError) as error:
            if process.poll() is not None:
                raise StartFailed(f"ended with {process.returncode}") from error
            if time.monotonic() > deadline:
                raise StartFailed(f"no answer in {START_TIMEOUT_S} s: {error}") from error
        time.sleep(POLL_S)
