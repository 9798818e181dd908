"""Child processes that do not outlive the one that started them, and the record of who runs."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

_PR_SET_PDEATHSIG = 1
_POLL_S = 0.02


def spawn(command: list, log: Path, on_parents_death: int | None, **options) -> subprocess.Popen:
    """Start `command` in the background, its output in `log`. `on_parents_death`: see `die_with_parent`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=on_parents_death and die_with_parent(on_parents_death),
            **options,
        )


def die_with_parent(number: int) -> Callable[[], None] | None:
    """What a child must call so that Linux sends it this signal when its parent ends.

    "Parent" is the *thread* that made the child, so make it in the main one. Elsewhere: nothing to call.
    """
    if sys.platform != "linux":
        return None
    parent, prctl = os.getpid(), ctypes.CDLL(None).prctl

    def in_child():
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)

    return in_child


def end(process: subprocess.Popen, patience_s: float) -> None:
    """Ask a child to end, and kill it when it takes too long. Without patience: kill it at once."""
    if patience_s:
        process.terminate()
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            pass
    process.kill()
    process.wait()


def record(folder: Path, named: dict, leftovers: list) -> None:
    """Write `named` (name to process id) down, the first one being the owner of the others.

    `leftovers`: files that somebody has to remove should the owner not come to it.
    """
    entries = [{"name": name, "pid": pid, "started": _started(pid)} for name, pid in named.items()]
    unfinished = folder / "pids.new"
    unfinished.write_text(json.dumps({"processes": entries, "leftovers": leftovers}, indent=1) + "\n")
    unfinished.replace(folder / "pids")


def _recorded(folder: Path) -> dict:
    try:
        return json.loads((folder / "pids").read_text())
    except FileNotFoundError:
        return {"processes": [], "leftovers": []}


def running(folder: Path) -> list:
    """Which of the recorded processes still run. An id that another process has by now does not count."""
    entries = _recorded(folder)["processes"]
    return [one for one in entries if one["started"] and one["started"] == _started(one["pid"])]


def end_recorded(folder: Path, patience_s: float) -> None:
    """End the owner, which ends the others; kill whatever of them is there after `patience_s`."""
    for one in running(folder)[:1]:
        _signal(one, signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    while running(folder) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    for one in running(folder):
        _signal(one, signal.SIGKILL)
    remove([*_recorded(folder)["leftovers"], folder / "pids"])


def remove(files: list) -> None:
    """Remove those of the files that are there."""
    for file in files:
        Path(file).unlink(missing_ok=True)


def _signal(entry: dict, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(entry["pid"], number)


def _started(pid: int) -> str | None:
    """When a process started; None when there is none, or only its zombie."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], stdout=subprocess.PIPE, text=True, check=False)
    return listed.stdout.strip() or None


def free_ports(count: int) -> list:
    """Loopback ports that nobody listens on now. Another process may take one before it is used: retry then."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
