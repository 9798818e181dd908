"""How large a program with iotcred is."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import NamedTuple

from build import Build, output
from table import of_budget, table

# Of a stripped program for Linux: bytes, and the goal beyond them.
PROGRAM_BUDGETS = {"x86_64": (1_250_000, 900_000), "armv7l": (800_000, 600_000)}
SIGNER_BUDGET = 8_000

NO_CORTEX_M4 = "Cortex-M4: left out, it needs arm-none-eabi-gcc"


class Size(NamedTuple):
    """Bytes by `size`: code with its constants, variables with a value, variables without one."""

    code: int
    data: int
    bss: int

    def without(self, other: Size) -> Size:
        return Size(*(mine - its for mine, its in zip(self, other)))


def measure(build: Build) -> str:
    machine = platform.machine()
    rows = [
        _row(f"{machine}: `s3_upload`", _size(build.host / "small_s3_upload"), *PROGRAM_BUDGETS.get(machine, ())),
        _row(f"{machine}: `sign_request`, `iotcred::sigv4`", _size(build.host / "small_sign_with_sigv4")),
        _row(f"{machine}: `sign_request`, `iotcred::iotcred`", _size(build.host / "small_sign_with_iotcred")),
        _cortex_m4(build, "the signer", "signer_image"),
        _cortex_m4(build, "`SigV4_GenerateHTTPAuthorization` without its hash", "sdk_image"),
        ["Cortex-M4: the SDK's own module without its hash, as published", "", "", "4 700", "", "", ""],
    ]
    note = (
        "Stripped programs with `-Os -Wl,--gc-sections`, the C library shared; on a Cortex-M4 what a call of `sigv4_sign_request`, with its "
        "SHA-256, or of the drop-in adds to an empty image, the C library's memset and the like included."
    )
    return table("Size", note, ["", "sum / budget", "sum / goal", "sum, bytes", "code and constants", "data", "bss"], rows)


def _cortex_m4(build: Build, what: str, image: str) -> list:
    folder = build.cortex_m4
    if folder is None:
        return [NO_CORTEX_M4, *[""] * 6]
    added = _size(folder / image, "arm-none-eabi-size").without(_size(folder / "empty_image", "arm-none-eabi-size"))
    return _row(f"Cortex-M4: {what}", added, SIGNER_BUDGET)


def _row(name: str, size: Size, budget: int | None = None, goal: int | None = None) -> list:
    return [name, of_budget(sum(size), budget), of_budget(sum(size), goal), sum(size), *size]


def _size(program: Path, tool: str = "size") -> Size:
    figures = output([tool, program]).splitlines()[1].split()
    return Size(*map(int, figures[:3]))
