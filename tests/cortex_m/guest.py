"""An image under QEMU, and the host's end of its wire: frames on the guest's UART, as wire.h describes them, and a real TCP connection behind them."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "local_aws"))
import processes  # noqa: E402

HEADER = 3
PIECE = 1024
START_S = 20
BLOCK = 64 * 1024


class Broken(Exception):
    """The image faulted, panicked, ended or hung: never what a test wants."""


class Result(NamedTuple):
    """What an image reports of a job."""

    figures: dict
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")

    def __getattr__(self, name: str) -> int:
        try:
            return self.figures[name]
        except KeyError:
            raise AttributeError(name) from None


class Guest:
    """One QEMU process, which does job after job."""

    def __init__(self, command: list, log: Path):
        self._folder, self._bytes = tempfile.TemporaryDirectory(), None
        if any(word.startswith("-semihosting") for word in command):
            # Where the image reads what follows a header (board_cortex_m.h). For both directions, so that neither end waits for the other to open it.
            wire = Path(self._folder.name) / "wire"
            os.mkfifo(wire)
            self._bytes = os.open(wire, os.O_RDWR)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            listener.settimeout(START_S)
            chardev = f"socket,id=wire,host=127.0.0.1,port={listener.getsockname()[1]},nodelay=on"
            command = [*command, "-display", "none", "-monitor", "none", "-icount", "shift=0", "-chardev", chardev, "-serial", "chardev:wire"]
            self._process = processes.spawn(command, log, signal.SIGKILL, cwd=self._folder.name)
            try:
                self._wire, _ = listener.accept()
            except TimeoutError:
                self.close()
                raise Broken(f"QEMU did not start: {log.read_text().strip()}") from None
        self._wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        self._peer = None

    def close(self) -> None:
        if self._process.poll() is None:
            processes.end(self._process, 2)
        self._forget()

    def finish(self) -> int:
        """Tells the image to end; its exit status."""
        self._frame("j", fields(o="x"))
        status = self._process.wait(START_S)
        self._forget()
        return status

    def _forget(self) -> None:
        if self._bytes is not None:
            os.close(self._bytes)
            self._bytes = None
        self._folder.cleanup()

    def run(self, job: dict, timeout_s: float) -> Result:
        """Has a job done. Raises Broken where no result comes."""
        deadline = time.monotonic() + timeout_s
        self._expect(b"J", deadline)
        self._frame("j", fields(**job))
        while True:
            kind, payload = self._next(deadline)
            if kind == b"R":
                return _result(payload)
            self._serve(kind, payload)

    def _expect(self, wanted: bytes, deadline: float) -> None:
        kind, payload = self._next(deadline)
        if kind != wanted:
            raise Broken(f"{kind} {payload[:200]} in place of {wanted}")

    def _serve(self, kind: bytes, payload: bytes) -> None:
        """What the image's transport asks for."""
        if kind == b"C":
            self._hang_up()
            try:
                self._peer = socket.create_connection((payload[2:].decode(), int.from_bytes(payload[:2], "little")), 5)
            except OSError:
                pass
            self._frame("c", b"\1" if self._peer is None else b"\0")
        elif kind == b"S":
            try:
                if self._peer is not None:
                    self._peer.sendall(payload)
            except OSError:
                pass  # it shows at the next receive, as it does with TCP
        elif kind == b"K":
            self._hang_up()
            self._frame("k", b"")
        elif kind == b"F":
            raise Broken(payload.decode())
        else:
            raise Broken(f"an unknown frame: {kind} {payload[:40]}")

    def _hang_up(self) -> None:
        if self._peer is not None:
            self._peer.close()
        self._peer = None

    def _next(self, deadline: float) -> tuple[bytes, bytes]:
        """The next frame of the image's. Meanwhile what the peer sends goes to the image."""
        while True:
            end = HEADER
            if len(self._buffer) >= HEADER:
                end += int.from_bytes(self._buffer[1:HEADER], "little")
                if len(self._buffer) >= end:
                    frame = bytes(self._buffer[:end])
                    del self._buffer[:end]
                    return frame[:1], frame[HEADER:]
            # A UART sends byte by byte: wake up for the rest of a frame, and not for each.
            self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, end - len(self._buffer))
            with selectors.DefaultSelector() as ready:
                ready.register(self._wire, selectors.EVENT_READ)
                if self._peer is not None:
                    ready.register(self._peer, selectors.EVENT_READ)
                found = [key.fileobj for key, _ in ready.select(max(0, deadline - time.monotonic()))]
            if not found:
                raise Broken("the image hangs")
            if self._peer in found:
                self._pass_on()
            if self._wire in found:
                self._receive()

    def _receive(self) -> None:
        try:
            data = self._wire.recv(BLOCK, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            raise Broken(f"QEMU ended, exit status {self._process.wait(START_S)}")
        self._buffer += data

    def _pass_on(self) -> None:
        try:
            data = self._peer.recv(PIECE)
        except OSError:
            data = b""
        if data:
            self._frame("d", data)
        else:
            self._frame("e", b"")
            self._hang_up()

    def _frame(self, kind: str, payload: bytes) -> None:
        header = kind.encode() + len(payload).to_bytes(2, "little")
        if self._bytes is None:
            self._wire.sendall(header + payload)
            return
        # The header announces what is there.
        while payload:
            payload = payload[os.write(self._bytes, payload) :]
        self._wire.sendall(header)


def fields(**values) -> bytes:
    """A job, as job.h describes it."""
    coded = b""
    for name, value in values.items():
        value = value if isinstance(value, bytes) else str(value).encode()
        coded += name.encode() + len(value).to_bytes(2, "little") + value + b"\0"
    return coded


def _result(payload: bytes) -> Result:
    head, _, text = payload.partition(b"text\n")
    lines = (line.split() for line in head.decode().splitlines())
    return Result({name.replace("-", "_"): int(number) for name, number in lines}, text)
