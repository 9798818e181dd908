"""nginx as a second server of mutual TLS, before the same stand-in.

Twice: as a stream, which carries every byte of the stand-in's answers as it came (so each fault of faults.py is there behind another TLS server), and as an HTTP
server that proxies, answers some aliases itself, and refuses clients in its own words: a certificate that is missing, unknown or revoked gets HTTP 400 and an
HTML page, where OpenSSL's own servers send an alert.

`find` looks in build/nginx, where tests/tools.sh unpacks Debian's packages, and in the system. Where there is none the local AWS starts without, and has no
`LOCAL_AWS_NGINX_PORT_*`.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import time
from pathlib import Path
from typing import NamedTuple

import faults
import processes

UNPACKED = Path(__file__).resolve().parents[2] / "build" / "nginx"
STREAM_MODULE = "usr/lib/nginx/modules/ngx_stream_module.so"
START_ATTEMPTS = 3
START_S = 10
STOP_S = 3
POLL_S = 0.02


class StartFailed(Exception):
    """It ended at once: most often somebody else was quicker to take a port."""


class Server(NamedTuple):
    """One port. `own`: what its block says beside the certificate."""

    kind: str
    certificate: str = "p256"
    own: str = ""


_PROTOCOLS = "ssl_protocols {};"
SERVERS = {
    "MAIN": Server("stream"),
    "TLS12": Server("stream", own=_PROTOCOLS.format("TLSv1.2")),
    "TLS13": Server("stream", own=_PROTOCOLS.format("TLSv1.3")),
    "RSA": Server("stream", "rsa"),
    "HTTP": Server("http"),
    "HTTP_TLS12": Server("http", own=_PROTOCOLS.format("TLSv1.2")),
    "EXPIRED": Server("stream", "expired"),
    "NOT_YET_VALID": Server("stream", "not-yet-valid"),
    "WRONG_NAME": Server("stream", "wrong-name"),
    "UNTRUSTED": Server("stream", "untrusted"),
    "SELF_SIGNED": Server("stream", "self-signed"),
    "TLS11": Server("stream", own=_PROTOCOLS.format("TLSv1.1") + " ssl_ciphers DEFAULT:@SECLEVEL=0;"),
    "ODD_SUITE": Server("stream", "rsa", _PROTOCOLS.format("TLSv1.2") + " ssl_ciphers AES256-SHA256;"),
    "ODD_GROUP": Server("stream", own="ssl_ecdh_curve secp521r1;"),
}


def find() -> tuple[Path, Path] | None:
    """The program and its stream module."""
    for program, module in (
        (UNPACKED / "usr/sbin/nginx", UNPACKED / STREAM_MODULE),
        (Path(shutil.which("nginx") or "/usr/sbin/nginx"), Path("/") / STREAM_MODULE),
    ):
        if program.exists() and module.exists():
            return program, module
    return None


class Nginx:
    """One nginx, with every server of `SERVERS`."""

    name = "nginx"

    def __init__(self, folder: Path, pki: Path, plain_port: int):
        self._folder = folder
        self._pki = pki
        self._plain_port = plain_port
        self._process = None
        self.ports = {}

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        """Returns when it answers."""
        self._folder.mkdir()
        for attempts_left in reversed(range(START_ATTEMPTS)):
            self.ports = dict(zip(SERVERS, processes.free_ports(len(SERVERS))))
            try:
                return self._start()
            except StartFailed:
                if not attempts_left:
                    raise

    def _start(self) -> None:
        program, module = find()
        configuration = self._folder / "nginx.conf"
        configuration.write_text(self._configuration(module))
        log = self._folder / "nginx.log"
        command = [str(program), "-p", str(self._folder), "-c", str(configuration), "-e", str(self._folder / "error.log")]
        self._process = processes.spawn(command, log, signal.SIGKILL)
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise StartFailed(f"see {log} and error.log next to it")
            time.sleep(POLL_S)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.ports["MAIN"]), 1).close()
        except OSError:
            return False
        return True

    def leftovers(self) -> list:
        return []

    def stop(self) -> None:
        if self._process:
            processes.end(self._process, STOP_S)

    def _configuration(self, module: Path) -> str:
        """One process, which runs as whoever started it."""
        blocks = {kind: "".join(self._server(*one) for one in SERVERS.items() if one[1].kind == kind) for kind in ("stream", "http")}
        folders = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"    {name}_temp_path {self._folder}/{name};\n" for name in folders)
        return (
            f"load_module {module};\ndaemon off;\nmaster_process off;\npid {self._folder}/pid;\nerror_log {self._folder}/error.log;\n"
            f"events {{ worker_connections 512; }}\nstream {{\n    tcp_nodelay on;\n{blocks['stream']}}}\n"
            f"http {{\n    access_log off;\n    default_type application/json;\n{temporary}{blocks['http']}}}\n"
        )

    def _server(self, name: str, server: Server) -> str:
        made = self._pki
        lines = [
            f"listen 127.0.0.1:{self.ports[name]} ssl;",
            f"ssl_certificate {made}/server-{server.certificate}.cert.pem;",
            f"ssl_certificate_key {made}/server-{server.certificate}.key.pem;",
            f"ssl_client_certificate {made}/device-ca.pem;",
            f"ssl_crl {made}/device-crl.pem;",
            "ssl_verify_client on;",
            server.own or _PROTOCOLS.format("TLSv1.2 TLSv1.3"),
            *(self._stream() if server.kind == "stream" else self._http()),
        ]
        return "    server {\n" + "".join(f"        {line}\n" for line in lines) + "    }\n"

    def _stream(self) -> list:
        return [f"proxy_pass 127.0.0.1:{self._plain_port};"]

    def _http(self) -> list:
        """Good credentials and the errors of the table by nginx itself, and a proxy for the rest."""
        lines = ["add_header x-amzn-RequestId $request_id always;"]
        for name, row in faults.ERRORS.items():
            body = json.dumps({"message": row[1]}, separators=(",", ":"))
            lines.append(f"location = /role-aliases/nginx-{name}/credentials {{ return {row[0]} '{body}'; }}")
        lines += [
            "location = /role-aliases/nginx-redirect/credentials { return 301 https://another-host.local-aws.test/; }",
            f"location = /role-aliases/nginx-good/credentials {{ return 200 '{faults.good_body().decode()}'; }}",
            f"location / {{ proxy_http_version 1.1; proxy_set_header Host $host; proxy_pass http://127.0.0.1:{self._plain_port}; }}",
        ]
        return lines
