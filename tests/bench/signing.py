"""A signature: its time (sign.rs), its heap and its stack (sign.c, stack_image.c)."""

from __future__ import annotations

import os
import shutil

from build import FOLDER, ROOT, Build, figures, output
from table import of_budget, table

STACK_BUDGET = 1_536

TIME_NOTE = (
    "The hash: the payload, the canonical request and the string to sign hashed once with the same backend, without the blocks of a key. A kept "
    "key takes no block more; deriving one takes 18. Of an upload the throughput is that of its data. libcurl is not here: it "
    "signs inside of a transfer alone (`--aws-sigv4`), which cannot be timed apart."
)

NO_CORTEX_M4 = "left out: needs arm-none-eabi-gcc and qemu-arm"


def measure(build: Build) -> str:
    return f"**A signature: time.** {TIME_NOTE}\n\n{_time()}\n\n{_memory(build)}"


def _time() -> str:
    environment = {**os.environ, "CARGO_TARGET_DIR": str(FOLDER / "cargo" / "bench")}
    return output(["cargo", "bench", "--locked", "--quiet", "--bench", "sign"], cwd=ROOT, env=environment).strip()


def _memory(build: Build) -> str:
    host, heap, peak = build.host / "sign_with_sigv4", "-heap", "-allocations"
    preloaded = {**os.environ, "LD_PRELOAD": str(build.host / "libheap_peak.so")}
    seen = figures(output([host, "heap"], env=preloaded) + output([host, "stack"]))
    whole = figures(output([build.host / "sign_with_iotcred", "stack"]))
    image = _on_cortex_m4(build)
    rows = []
    for name in (name.removesuffix("-stack") for name in seen if name.endswith("-stack")):
        stack = image.get(name, "")
        over = of_budget(stack, STACK_BUDGET) if image else NO_CORTEX_M4
        rows.append([name, over, stack, seen[f"{name}-stack"], whole[f"{name}-stack"], seen[name + heap], seen[name + peak]])
    rows.append(["the SDK's own module, as published", "", "2 100 to 6 200", "", "", 0, 0])
    note = (
        "Stack by painting; of the drop-in's functions without the application's hash. With a token of 1 KiB. The heap is the host's: a "
        "Cortex-M4 has none, and a test calls every form over an allocator that aborts."
    )
    columns = ["", "Cortex-M4 / budget", "Cortex-M4, bytes of stack", "this machine, `iotcred::sigv4`", "`iotcred::iotcred`", "heap, bytes", "allocations"]
    return table("A signature: memory", note, columns, rows)


def _on_cortex_m4(build: Build) -> dict[str, int]:
    emulator = shutil.which("qemu-arm") or shutil.which("qemu-arm-static")
    return figures(output([emulator, build.cortex_m4 / "stack_image"])) if emulator and build.cortex_m4 else {}
