"""Runs a command, shows its output, and fails if the output holds a secret.

    no_secrets.py [options] -- COMMAND ARGS

--secrets FILE            strings that must not appear, one a line
--key-file-from VARIABLE  the variable names a PEM file, none of whose lines may appear
--needs VARIABLE          exit with 77, "skipped", where it is not set
--exit-status N           what the command must exit with (0)
--prints TEXT             what it must print
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

SKIPPED = 77
SHORTEST_SECRET = 8


def main() -> int:
    arguments = _arguments()
    if arguments.needs and not os.environ.get(arguments.needs):
        print(f"skipped: {arguments.needs} is not set; the local AWS sets it")
        return SKIPPED
    done = subprocess.run(arguments.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = done.stdout.decode(errors="replace")
    found = [number for number, secret in enumerate(_secrets(arguments), 1) if secret in output]
    if found:
        print(f"the output holds {len(found)} secrets (numbers {found}); it is not shown")
        return 1
    print(output, end="")
    if done.returncode != arguments.exit_status:
        print(f"exit status {done.returncode}, and not {arguments.exit_status}")
        return 1
    if arguments.prints not in output:
        print(f"it did not print {arguments.prints!r}")
        return 1
    return 0


def _secrets(arguments: argparse.Namespace) -> list[str]:
    lines = Path(arguments.secrets).read_text().splitlines() if arguments.secrets else []
    if arguments.key_file_from:
        key = Path(os.environ[arguments.key_file_from]).read_text().splitlines()
        lines += [line for line in key if not line.startswith("-----")]
    return [line for line in lines if len(line) >= SHORTEST_SECRET]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--secrets")
    parser.add_argument("--key-file-from")
    parser.add_argument("--needs")
    parser.add_argument("--exit-status", type=int, default=0)
    parser.add_argument("--prints", default="")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
