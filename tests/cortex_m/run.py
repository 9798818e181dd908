"""iotcred as firmware, on emulated processors: builds the image of CMakeLists.txt for each target, and has it do jobs under QEMU.

    run.py [--only WORD] [TARGET...]    all targets unless some are named

Function is what this shows, and sizes in bytes and instructions; an emulator has no timing of real hardware. `run.sh` starts it with all that it needs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import jobs
from guest import Broken, Guest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build"

sys.path.insert(0, str(ROOT / "tests" / "local_aws"))
import local_aws  # noqa: E402


class Target(NamedTuple):
    """A processor: QEMU's machine, and the tests that are run on it."""

    toolchain: str
    emulator: str
    machine: list
    tests: list


SEMIHOSTING = ["-semihosting-config", "enable=on,target=native"]
TARGETS = {
    "cortex-m4": Target("cortex-m4", "qemu-system-arm", ["-M", "mps2-an386", *SEMIHOSTING], [jobs.vectors, jobs.ring, *jobs.FETCHES, *jobs.REFUSALS, *jobs.SENDS]),
    "cortex-m3": Target("cortex-m3", "qemu-system-arm", ["-M", "mps2-an385", *SEMIHOSTING], [jobs.ring, *jobs.FETCHES]),
    "cortex-m33": Target("cortex-m33", "qemu-system-arm", ["-M", "mps2-an505", *SEMIHOSTING], [jobs.ring, *jobs.FETCHES]),
    "riscv32": Target("riscv32", "qemu-system-riscv32", ["-M", "virt", "-bios", "none"], jobs.FETCHES),
    "cortex-m0": Target("cortex-m0", "qemu-system-arm", ["-M", "microbit", *SEMIHOSTING], [jobs.vectors]),
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="*", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--only", default="", help="run the tests whose name contains this")
    options = parser.parse_args()
    unknown = set(options.target) - set(TARGETS)
    if unknown:
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    names = options.target or list(TARGETS)
    images = {name: build(name) for name in names}
    folder = BUILD / "cortex_m" / "local_aws"
    settings = local_aws.start(folder, ["--no-dynamodb"], ends_with_us=True)
    failures = 0
    try:
        for name in names:
            failures += run(name, images[name], jobs.Settings(settings), options.only)
    finally:
        local_aws.processes.end_recorded(folder, local_aws.STOP_S)
    print(f"{failures} failed" if failures else "all passed")
    return 1 if failures else 0


def build(name: str) -> Path:
    """The image for a target."""
    folder = BUILD / "cortex_m" / name
    options = [f"-DCMAKE_TOOLCHAIN_FILE={ROOT / 'cmake' / f'toolchain-{TARGETS[name].toolchain}.cmake'}", f"-DIOTCRED_CARGO_DIR={BUILD / 'cargo'}"]
    for command in (["cmake", "-S", HERE, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", *options], ["cmake", "--build", folder]):
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(f"{name}: {' '.join(map(str, command))} failed\n{done.stdout}")
    return folder / "rig"


def run(name: str, image: Path, settings: jobs.Settings, only: str) -> int:
    """Runs a target's tests; how many failed."""
    target = TARGETS[name]
    command = [*_emulator(target), "-kernel", str(image)]
    log = image.parent / "qemu.log"
    guest, failures = Guest(command, log), 0
    for test in target.tests:
        if only not in test.__name__:
            continue
        start = time.monotonic()
        try:
            said, verdict = test(guest, settings), "passed"
        except (jobs.Failed, Broken) as failure:
            said, verdict = str(failure), "FAILED"
            failures += 1
            guest.close()
            guest = Guest(command, log)
        print(f"{name}: {test.__name__.replace('_', ' ')}: {verdict} ({time.monotonic() - start:.1f} s)\n    {said}", flush=True)
    ended = guest.finish()
    if ended != 0:
        print(f"{name}: the image ended with status {ended}")
    return failures + (ended != 0)


def _emulator(target: Target) -> list:
    """QEMU, which is on the PATH or where qemu.sh unpacked it."""
    data = os.environ.get("IOTCRED_QEMU_DATA")
    return [target.emulator, *target.machine, *(["-L", data] if data else [])]


if __name__ == "__main__":
    sys.exit(main())
