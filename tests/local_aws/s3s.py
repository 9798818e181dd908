"""s3s-fs, a third server of S3: it checks what SeaweedFS does not, a body against x-amz-content-sha256, and a trailer with its signature.

It knows one pair of keys and no session token. tests/run.sh builds it, from s3s/; where it was not built it is left out.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import time
from pathlib import Path

import processes

PROGRAM = Path(__file__).resolve().parents[2] / "build" / "s3s" / "debug" / "s3s-server"
START_TIMEOUT_S = 15
ATTEMPTS = 3
POLL_S = 0.02


def find() -> bool:
    return PROGRAM.exists()


class S3s:
    name = "s3s"

    def __init__(self, folder: Path, bucket: str):
        self._folder = folder
        self.key_id, self.secret = "AKIA" + secrets.token_hex(8).upper(), secrets.token_hex(20)
        self._process = None
        self.port = 0
        (folder / "data" / bucket).mkdir(parents=True)

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        """Start it, on another port when somebody else was quicker to take one."""
        for _ in range(ATTEMPTS):
            (self.port,) = processes.free_ports(1)
            self._process = processes.spawn(
                [str(PROGRAM), str(self._folder / "data"), str(self.port)],
                self._folder / "log",
                signal.SIGKILL,
                env={**os.environ, "S3S_KEY_ID": self.key_id, "S3S_SECRET": self.secret},
            )
            if self._answers():
                return
            self.stop()
        raise RuntimeError(f"s3s did not start; its log is {self._folder / 'log'}")

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(POLL_S)
            else:
                return self._process.poll() is None
        return False

    def stop(self) -> None:
        if self._process:
            processes.end(self._process, 0)

    def leftovers(self) -> list:
        return []
