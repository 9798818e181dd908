"""A local AWS for the tests: started on free loopback ports, and ended by process id.

    local_aws.py start --dir DIR [--no-s3] [--no-dynamodb]    returns when everything answers
    local_aws.py stop  --dir DIR
    local_aws.py run   --dir DIR [...] -- COMMAND ARGS        start, run the command with the settings, stop
    local_aws.py faults                                       list the role aliases that serve a fault

In front: the credentials provider's stand-in (credentials_provider.py), nginx before it as a second TLS server where there is one (nginx.py), and TLS for the others (tls_proxy.py).
Behind: SeaweedFS for S3 and moto for DynamoDB and IoT (servers.py), which verify every signature; beside them, where it was
built, s3s (s3s.py), for what SeaweedFS does not verify. All of it belongs to one process in the background (supervisor.py).

DIR then holds `env.sh` and `env.json` (all settings), `pki/` (its list is in pki.py), `requests.log` (a JSON line
for each request and each failed handshake at the stand-in), `secrets` (those that were handed out), `pids`, and the servers' logs and data. What belongs
to nobody but this tool is made new at each start.

With --no-s3 or --no-dynamodb the role alias of that service answers with the fixed dummy credentials of
faults.py. Without both it is up in less than a second: enough for every test of the fetch itself.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import processes

SUPERVISOR = Path(__file__).resolve().with_name("supervisor.py")
STOP_S = 6
COMMAND_GRACE_S = 10
OWN_FILES = ["env.sh", "env.json", "summary", "requests.log", "secrets", "pids", "supervisor.log", "pki", "seaweedfs", "moto", "nginx", "s3s"]


class Trouble(Exception):
    """Something to tell the user, without a traceback."""


def main() -> int:
    arguments = _arguments()
    if arguments.action == "faults":
        import faults

        print(faults.listing())
        return 0
    folder = arguments.dir.resolve()
    try:
        if arguments.action == "stop":
            processes.end_recorded(folder, STOP_S)
            return 0
        services = [flag for flag in ("--no-s3", "--no-dynamodb") if getattr(arguments, flag[2:].replace("-", "_"))]
        if arguments.action == "run":
            return run(folder, services, arguments.command)
        start(folder, services)
        print((folder / "summary").read_text() + f"{'settings':<24}{folder / 'env.sh'}")
        return 0
    except Trouble as trouble:
        print(f"local_aws: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("faults")
    for name in ("start", "stop", "run"):
        action = actions.add_parser(name)
        action.add_argument("--dir", type=Path, required=True)
        if name != "stop":
            action.add_argument("--no-s3", action="store_true")
            action.add_argument("--no-dynamodb", action="store_true")
        if name == "run":
            action.add_argument("command", nargs="+")
    return parser.parse_args()


def start(folder: Path, services: list, ends_with_us: bool = False) -> dict:
    """Start everything in the background; its settings. `ends_with_us`: it ends when this process does."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if processes.running(folder):
        raise Trouble(f"already running in {folder}: stop it first")
    _forget(folder)
    ready, ready_for_supervisor = os.pipe()
    command = [sys.executable, "-B", str(SUPERVISOR), "--dir", str(folder), "--ready", str(ready_for_supervisor)]
    log = folder / "supervisor.log"
    death = signal.SIGTERM if ends_with_us else None
    process = processes.spawn(command + services, log, death, pass_fds=[ready_for_supervisor], start_new_session=True)
    os.close(ready_for_supervisor)
    try:
        with open(ready) as pipe:
            answer = pipe.read()
    except KeyboardInterrupt:
        processes.end(process, STOP_S)
        raise
    if answer != "ready\n":
        process.wait(STOP_S)
        raise Trouble(answer.strip() or f"the supervisor ended; its log is {log}")
    return json.loads((folder / "env.json").read_text())


def _forget(folder: Path) -> None:
    """Remove what an earlier start left, and nothing else."""
    for name in OWN_FILES:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()


def run(folder: Path, services: list, command: list) -> int:
    """The exit code of `command`, run with the settings in its environment. Ends everything, always."""
    caught = []

    def interrupt(number, _frame):
        caught.append(number)
        raise KeyboardInterrupt

    _on_signals(interrupt)
    process = None
    try:
        settings = start(folder, services, ends_with_us=True)
        process = subprocess.Popen(
            command, env={**os.environ, **settings}, preexec_fn=processes.die_with_parent(signal.SIGTERM)
        )
        code = process.wait()
        return code if code >= 0 else 128 - code
    except KeyboardInterrupt:
        return 128 + caught[0]
    finally:
        _on_signals(signal.SIG_IGN)
        if process and process.poll() is None:
            processes.end(process, COMMAND_GRACE_S)
        processes.end_recorded(folder, STOP_S)


def _on_signals(handler) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
