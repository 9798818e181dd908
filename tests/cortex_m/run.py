"""iotcred as firmware, on emulated processors: builds the images of CMakeLists.txt for each target, and has them do jobs under QEMU,
as many at a time as there are processors here.

    run.py [--only WORD] [--measured] [--figures FILE] [TARGET...]    all targets unless some are named

Function is what this shows, and sizes in bytes and instructions; an emulator has no timing of real hardware. `run.sh` starts it with all that it needs.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import jobs
from guest import Broken, Guest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build"

sys.path[:0] = [str(ROOT / "tests" / "local_aws"), str(ROOT / "tests" / "packaging")]
import local_aws  # noqa: E402
import processes  # noqa: E402
from exported import difference, header_names  # noqa: E402


class Target(NamedTuple):
    """A processor: QEMU's machine, and the tests that are run on it. Each list goes to a guest of its own, side by side; with it the image's name."""

    toolchain: str
    emulator: str
    machine: list
    size: str
    lists: list


RIG, SECOND = "rig", ("second_before", "second_behind")
M4 = [
    (RIG, [jobs.vectors, jobs.signatures_of_many_headers, jobs.ring, *jobs.FETCHES, *jobs.REFUSALS, *jobs.SENDS]),
    *((RIG, [arenas]) for arenas in jobs.ARENAS),
    *((image, [jobs.second_rust_library]) for image in SECOND),
]
SEMIHOSTING = ["-semihosting-config", "enable=on,target=native"]
TARGETS = {
    "cortex-m4": Target("cortex-m4", "qemu-system-arm", ["-M", "mps2-an386", *SEMIHOSTING], "client", M4),
    "cortex-m3": Target("cortex-m3", "qemu-system-arm", ["-M", "mps2-an385", *SEMIHOSTING], "client", [(RIG, [jobs.ring, *jobs.FETCHES])]),
    "cortex-m33": Target("cortex-m33", "qemu-system-arm", ["-M", "mps2-an505", *SEMIHOSTING], "client", [(RIG, [jobs.ring, *jobs.FETCHES])]),
    "riscv32": Target("riscv32", "qemu-system-riscv32", ["-M", "virt", "-bios", "none"], "client", [(RIG, jobs.FETCHES)]),
    "cortex-m0": Target("cortex-m0", "qemu-system-arm", ["-M", "microbit", *SEMIHOSTING], "sign", [(RIG, [jobs.vectors, jobs.signatures_of_many_headers])]),
}  # fmt: skip


class Task(NamedTuple):
    """What one guest does."""

    target: str
    image: Path
    tests: list


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="*", help=f"of {', '.join(TARGETS)}")
    parser.add_argument("--only", default="", help="run the tests whose name contains this")
    parser.add_argument("--measured", action="store_true", help="run the tests that have figures, and no others")
    parser.add_argument("--figures", type=Path, help="write the tests' figures there, as JSON")
    options = parser.parse_args()
    unknown = set(options.target) - set(TARGETS)
    if unknown:
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    names = options.target or list(TARGETS)
    failures, tasks = 0, []
    for name in names:
        folder = build(name)
        failures += exports(name, folder)
        for image, tests in TARGETS[name].lists:
            chosen = [test for test in tests if options.only in test.__name__ and (test in jobs.MEASURED or not options.measured)]
            tasks += [Task(name, folder / image, chosen)] if chosen else []
    figures = {name: {} for name in names}
    # Processes, since a child that must not outlive the one that made it belongs to a thread (local_aws/processes.py).
    ends_with_us = processes.die_with_parent(signal.SIGTERM)
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("fork"), ends_with_us) as pool:
        for task, (failed, seen) in zip(tasks, pool.map(run, range(len(tasks)), tasks)):
            failures += failed
            figures[task.target] |= seen
    if options.figures:
        options.figures.write_text(json.dumps(figures))
    print(f"{failures} failed" if failures else "all passed")
    return 1 if failures else 0


def build(name: str) -> Path:
    """Builds the images for a target; their folder."""
    folder = BUILD / "cortex_m" / name
    options = [f"-DCMAKE_TOOLCHAIN_FILE={ROOT / 'cmake' / f'toolchain-{TARGETS[name].toolchain}.cmake'}", f"-DIOTCRED_CARGO_DIR={BUILD / 'cargo'}"]
    for command in (["cmake", "-S", HERE, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", *options], ["cmake", "--build", folder]):
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(f"{name}: {' '.join(map(str, command))} failed\n{done.stdout}")
    return folder


def exports(name: str, folder: Path) -> int:
    """Whether the archive's global names are the headers' and no others; how many failed."""
    sign, everything = header_names(ROOT)
    archive, names = {"sign": ("libiotcred_sigv4.a", sign), "client": ("libiotcred.a", everything)}[TARGETS[name].size]
    nm = re.search(r"^CMAKE_NM:\w+=(.*)$", (folder / "CMakeCache.txt").read_text(), re.M)[1]
    wrong = difference(folder / "iotcred" / "release" / archive, names, nm)
    print(f"{name}: exported names: {'FAILED' if wrong else 'passed'}\n    {wrong or f'the {len(names)} of the headers'}", flush=True)
    return bool(wrong)


def run(number: int, task: Task) -> tuple[int, dict]:
    """Runs a task's tests, with a local AWS of its own, since tests look into its log; how many failed, and the figures of each."""
    folder = BUILD / "cortex_m" / "local_aws" / str(number)
    unused = ["--no-dynamodb"] if set(task.tests) & set(jobs.SENDS) else ["--no-dynamodb", "--no-s3"]
    settings = jobs.Settings(local_aws.start(folder, unused, ends_with_us=True))
    try:
        return _run(task, settings, folder / "qemu.log")
    finally:
        processes.end_recorded(folder, local_aws.STOP_S)


def _run(task: Task, settings: jobs.Settings, log: Path) -> tuple[int, dict]:
    command = [*_emulator(TARGETS[task.target]), "-kernel", str(task.image)]
    name = task.target if task.image.name == RIG else f"{task.target}, {task.image.name}"
    guest, failures, figures = Guest(command, log), 0, {}
    for test in task.tests:
        start = time.monotonic()
        try:
            said, verdict = test(guest, settings), "passed"
            if isinstance(said, jobs.Seen):
                figures[test.__name__], said = said.figures, said.text
        except (jobs.Failed, Broken) as failure:
            said, verdict = str(failure), "FAILED"
            failures += 1
            guest.close()
            guest = Guest(command, log)
        print(f"{name}: {test.__name__.replace('_', ' ')}: {verdict} ({time.monotonic() - start:.1f} s)\n    {said}", flush=True)
    ended = guest.finish()
    if ended != 0:
        print(f"{name}: the image ended with status {ended}", flush=True)
    return failures + (ended != 0), figures


def _emulator(target: Target) -> list:
    """QEMU, which is on the PATH or where qemu.sh unpacked it."""
    data = os.environ.get("IOTCRED_QEMU_DATA")
    return [target.emulator, *target.machine, *(["-L", data] if data else [])]


if __name__ == "__main__":
    sys.exit(main())
