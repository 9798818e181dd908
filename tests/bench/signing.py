"""A signature: its time (sign.rs), its heap and its stack (sign.c, stack_image.c)."""

from __future__ import annotations

import os
import shutil

from build import FOLDER, ROOT, Build, figures, output
from table import of_budget, table

STACK_BUDGET = 1_500

NO_CORTEX_M4 = "Cortex-M4: left out, it needs arm-none-eabi-gcc and qemu-arm"


def measure(build: Build) -> str:
    return f"**A signature: time.**\n\n{_time()}\n\n{_memory(build)}"


def _time() -> str:
    environment = {**os.environ, "CARGO_TARGET_DIR": str(FOLDER / "cargo" / "bench")}
    return output(["cargo", "bench", "--locked", "--quiet", "--bench", "sign"], cwd=ROOT, env=environment).strip()


def _memory(build: Build) -> str:
    rows = [
        _on_host(build, "iotcred::sigv4"),
        _on_host(build, "iotcred::iotcred"),
        _on_cortex_m4(build, "`iotcred::sigv4`", "stack_image"),
        _on_cortex_m4(build, "`SigV4_GenerateHTTPAuthorization` without its hash", "sdk_stack_image"),
        ["Cortex-M4: the SDK's own module, as published", "", "2 100 to 6 200", 0, 0],
    ]
    note = "An S3 GET with a token of 1 KiB, its key derived anew."
    return table("A signature: memory", note, ["", "stack / budget", "stack, bytes", "heap, bytes", "allocations"], rows)


def _on_host(build: Build, target: str) -> list:
    program = build.host / f"sign_with_{target.rpartition(':')[2]}"
    preloaded = {**os.environ, "LD_PRELOAD": str(build.host / "libheap_peak.so")}
    seen = figures(output([program, "heap"], env=preloaded) + output([program, "stack"]))
    return [f"this machine, `{target}`", "", seen["sign-stack"], seen["sign-heap"], seen["sign-allocations"]]


def _on_cortex_m4(build: Build, what: str, image: str) -> list:
    emulator = shutil.which("qemu-arm") or shutil.which("qemu-arm-static")
    if not emulator or not build.cortex_m4:
        return [NO_CORTEX_M4, "", "", "", ""]
    stack = int(output([emulator, build.cortex_m4 / image]))
    return [f"Cortex-M4, {what}", of_budget(stack, STACK_BUDGET), stack, 0, 0]  # there is no heap
