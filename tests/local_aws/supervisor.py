"""The process behind `local_aws.py start`: it owns every server, and ends them all when it ends.

    supervisor.py --dir DIR --ready FD [--no-s3] [--no-dynamodb]

It writes `ready` or what went wrong to the file descriptor FD, and runs until SIGTERM or until DIR is gone.
The servers are started before the first thread, by the main thread, so that they die with it.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import sys
import time
from pathlib import Path

import faults
import nginx
import pki
import processes
import s3s
from credentials_provider import MAIN, CredentialsProvider, Listeners

START_ATTEMPTS = 3
WATCH_S = 1

LOOPBACK = "127.0.0.1"
REGION = "us-east-1"
S3_ALIAS = "MyDeviceS3Uploader"
DYNAMODB_ALIAS = "MyDeviceDynamoWriter"
ODD_ALIAS = "alias=with,odd@chars"  # legal, and percent-encoded by a careful client
EVERYDAY = "p256"  # the device and the server certificate in everyday use


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, _stop_once)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    servers = {}
    try:
        _start(arguments, servers)
        _tell(arguments.ready, "ready")
        while (arguments.dir / "pids").exists():
            time.sleep(WATCH_S)
    except Exception as error:
        _tell(arguments.ready, f"{type(error).__name__}: {error}")
        raise
    finally:
        for server in servers.values():
            server.stop()


def _tell(ready: int, message: str) -> None:
    """Say how the start went. Nobody there to hear it: the start was interrupted, and is taken back."""
    try:
        os.write(ready, f"{message}\n".encode())
        os.close(ready)
    except BrokenPipeError:
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--ready", type=int, required=True)
    parser.add_argument("--no-s3", action="store_true")
    parser.add_argument("--no-dynamodb", action="store_true")
    return parser.parse_args()


def _stop_once(number, _frame) -> None:
    signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def _start(arguments: argparse.Namespace, servers: dict) -> None:
    """From nothing to answering. `servers` is filled as they start, so that the caller can end them."""
    began = time.monotonic()
    folder = arguments.dir
    _record(folder, servers)
    _start_servers(arguments, servers)
    _record(folder, servers)
    pki.make(folder / "pki")
    for server in servers.values():
        _insist(folder, server, servers)
    settings, summary = _open_front(folder, servers)
    summary.append(("ready after", f"{time.monotonic() - began:.1f} s"))
    _start_nginx(folder, servers, settings)
    _start_s3s(folder, servers, settings)
    _write_settings(folder, settings)
    (folder / "summary").write_text("".join(f"{name:<24}{text}\n" for name, text in summary))


def _start_nginx(folder: Path, servers: dict, settings: dict) -> None:
    """A second TLS server before the stand-in, where there is an nginx."""
    if not nginx.find():
        return
    servers["nginx"] = nginx.Nginx(folder / "nginx", folder / "pki", int(settings["LOCAL_AWS_PORT_PLAIN"]))
    servers["nginx"].start()
    _record(folder, servers)
    settings.update({f"LOCAL_AWS_NGINX_PORT_{name}": port for name, port in servers["nginx"].ports.items()})


def _start_s3s(folder: Path, servers: dict, settings: dict) -> None:
    """Another server of S3, with a bucket of the same name, where it was built."""
    if "s3" not in servers or not s3s.find():
        return
    servers["s3s"] = server = s3s.S3s(folder / "s3s", settings["IOTCRED_S3_BUCKET"])
    server.start()
    _record(folder, servers)
    with (folder / "secrets").open("a") as file:
        file.write(f"{server.secret}\n")
    settings.update(LOCAL_AWS_S3S_PORT=server.port, LOCAL_AWS_S3S_KEY_ID=server.key_id, LOCAL_AWS_S3S_SECRET=server.secret)


def _start_servers(arguments: argparse.Namespace, servers: dict) -> None:
    if arguments.no_s3 and arguments.no_dynamodb:
        return
    from servers import Moto, SeaweedFS  # only now: it needs half a second for boto3

    if not arguments.no_s3:
        servers["s3"] = SeaweedFS(arguments.dir / "seaweedfs")
    if not arguments.no_dynamodb:
        servers["dynamodb"] = Moto(arguments.dir / "moto")
    for server in servers.values():
        server.start()


def _insist(folder: Path, server, servers: dict) -> None:
    """Wait for a server, and start it on other ports when somebody else was quicker to take one."""
    from servers import StartFailed

    for attempts_left in reversed(range(START_ATTEMPTS)):
        try:
            return server.wait_until_ready()
        except StartFailed as failure:
            print(f"{server.name}: {failure}", file=sys.stderr, flush=True)
            if not attempts_left:
                raise
            server.stop()
            server.start()
            _record(folder, servers)


def _record(folder: Path, servers: dict) -> None:
    ids = {"supervisor": os.getpid(), **{server.name: server.pid for server in servers.values()}}
    processes.record(folder, ids, [file for server in servers.values() for file in server.leftovers()])


def _open_front(folder: Path, servers: dict) -> tuple[dict, list]:
    """Open the stand-in and the TLS proxies. Gives the settings, and a readable line for each service."""
    made = folder / "pki"
    things = json.loads((made / "things.json").read_text())
    listeners = Listeners(CredentialsProvider(things, _issuers(folder, servers), folder / "requests.log"), made)
    settings = _fetch_settings(folder, listeners.ports)
    summary = [("credentials provider", f"https://{settings['IOTCRED_ENDPOINT']}:{settings['IOTCRED_PORT']} at {LOOPBACK}")]
    if servers:
        from tls_proxy import TlsProxies

        proxies = TlsProxies()
        for name, server in servers.items():
            port = proxies.add(made / f"server-{EVERYDAY}.cert.pem", made / f"server-{EVERYDAY}.key.pem", server.port)
            settings.update(_service_settings(name, port, server.port))
            summary.append((f"{name} ({server.name})", f"https://{name}.local-aws.test:{port} at {LOOPBACK}"))
    return settings, summary


def _issuers(folder: Path, servers: dict) -> dict:
    """Who makes the credentials of each role alias. A service that is not there is replaced by dummies.

    The secrets that are handed out are kept in `secrets`, a line each, so that whoever runs the tests can look for them in what was printed.
    """
    kept = folder / "secrets"
    kept.touch(mode=0o600)

    def issuer(name):
        if name not in servers:
            return lambda _session: faults.dummy_credentials()

        def issue(session):
            credentials = servers[name].assume_role(session)
            with kept.open("a") as file:
                file.write(f"{credentials['secretAccessKey']}\n{credentials['sessionToken']}\n")
            return credentials

        return issue

    return {S3_ALIAS: issuer("s3"), ODD_ALIAS: issuer("s3"), DYNAMODB_ALIAS: issuer("dynamodb")}


def _fetch_settings(folder: Path, ports: dict) -> dict:
    made = folder / "pki"
    settings = {
        "IOTCRED_ENDPOINT": "credentials.local-aws.test",
        "IOTCRED_PORT": ports[MAIN],
        "IOTCRED_ADDRESS": LOOPBACK,
        "IOTCRED_ROLE_ALIAS": S3_ALIAS,
        "IOTCRED_DYNAMODB_ROLE_ALIAS": DYNAMODB_ALIAS,
        "IOTCRED_THING_NAME": pki.THINGS[EVERYDAY][0],
        "IOTCRED_CERT": made / f"device-{EVERYDAY}.cert.pem",
        "IOTCRED_KEY": made / f"device-{EVERYDAY}.pkcs8.pem",
        "IOTCRED_CA": made / "server-ca.pem",
        "AWS_REGION": REGION,
        "LOCAL_AWS_DIR": folder,
        "LOCAL_AWS_PKI": made,
        "LOCAL_AWS_LOG": folder / "requests.log",
        "LOCAL_AWS_ODD_ROLE_ALIAS": ODD_ALIAS,
        "LOCAL_AWS_GOOD_HEAD_BYTES": faults.GOOD_HEAD_BYTES,
        "LOCAL_AWS_GOOD_BODY_BYTES": faults.GOOD_BODY_BYTES,
    }
    settings.update({f"LOCAL_AWS_PORT_{name}": port for name, port in ports.items() if name != MAIN})
    return settings


def _service_settings(name: str, port: int, plain_port: int) -> dict:
    from servers import BUCKET, TABLE

    place = {"s3": ("IOTCRED_S3_BUCKET", BUCKET), "dynamodb": ("IOTCRED_DYNAMODB_TABLE", TABLE)}[name]
    plain = {"s3": "LOCAL_AWS_S3_PLAIN_PORT", "dynamodb": "LOCAL_AWS_MOTO_PLAIN_PORT"}[name]
    hosts = {"s3": ["s3"], "dynamodb": ["dynamodb", "sts"]}[name]  # moto has an STS too
    settings = {place[0]: place[1], plain: plain_port}
    for host in hosts:
        settings[f"IOTCRED_{host.upper()}_ENDPOINT"] = f"{host}.local-aws.test"
        settings[f"IOTCRED_{host.upper()}_PORT"] = port
        settings[f"IOTCRED_{host.upper()}_ADDRESS"] = LOOPBACK
    return settings


def _write_settings(folder: Path, settings: dict) -> None:
    texts = {name: str(value) for name, value in settings.items()}
    (folder / "env.json").write_text(json.dumps(texts, indent=1) + "\n")
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in texts.items()]
    (folder / "env.sh").write_text("".join(lines))


if __name__ == "__main__":
    main()
