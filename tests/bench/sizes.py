"""How large programs with iotcred are, and what a fetch takes of the heap and of the stack: on every target, beside its peers, and against the table that is
committed.

    sizes.py [--bless]    prints the table; fails where a figure is more than 2 % worse than in sizes.json. --bless writes that file.

`tests/bench/sizes` starts it with all that it needs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from build import FOLDER, ROOT, Build, figures, output
from table import ratio, table

sys.path.insert(0, str(ROOT / "tests" / "local_aws"))
import local_aws  # noqa: E402

COMMITTED = Path(__file__).resolve().with_name("sizes.json")
TOLERANCE = 0.02

COLUMNS = {
    "code": "code and constants",
    "nightly": "the same, nightly Rust",
    "data": "data",
    "bss": "bss",
    "heap_p256": "heap, P-256",
    "heap_rsa": "heap, RSA-2048",
    "heap_long": "heap, chain of 5 KB",
    "stack": "stack",
    "stack_p256": "stack, P-256",
    "stack_rsa": "stack, RSA-2048",
}

# Processors without an operating system: the name in the table, and the tools' prefix.
PROCESSORS = {
    "cortex-m0": ("Cortex-M0", "arm-none-eabi-"),
    "cortex-m3": ("Cortex-M3", "arm-none-eabi-"),
    "cortex-m4": ("Cortex-M4", "arm-none-eabi-"),
    "cortex-m33": ("Cortex-M33", "arm-none-eabi-"),
    "riscv32": ("RV32IMAC", "riscv64-unknown-elf-"),
}
SIGNER, DROP_IN, FETCH, SEND = "sign, with its SHA-256", "drop-in, without its hash", "client: fetch", "client: fetch and send"
# What CMake's options make of the client on a Cortex-M4.
VARIANTS = {
    "narrow": ["-DIOTCRED_NARROW=ON"],
    "TLS 1.3 alone": ["-DIOTCRED_TLS13_ONLY=ON"],
    "narrow, TLS 1.3 alone": ["-DIOTCRED_NARROW=ON", "-DIOTCRED_TLS13_ONLY=ON"],
}
IMAGES = {SIGNER: "signer_image", DROP_IN: "sdk_image", FETCH: "fetch_image", SEND: "send_image"}

# Linux: the name in the table, the toolchain file, the tools' prefix, and what runs its programs.
LINUX = {
    "armv7": ("linux-armv7", "arm-linux-gnueabihf-", "qemu-arm-static"),
    "aarch64": ("linux-aarch64", "aarch64-linux-gnu-", "qemu-aarch64-static"),
}
PEERS = {"iotcred": "iotcred", "openssl": "OpenSSL 3", "mbedtls": "mbedTLS"}

# Budgets, in bytes. Of a program for Linux and of the signer it is the sum of code, data and bss, of the others the code.
CODE_BUDGETS = {f"Cortex-M4: {FETCH}": 320_000, f"Cortex-M4: {SEND}": 320_000, f"Cortex-M4: {FETCH}, narrow": 270_000, f"Cortex-M4: {SEND}, narrow": 270_000}
SUM_BUDGETS = {
    f"Cortex-M4: {SIGNER}": 8_000,
    f"Cortex-M4: {DROP_IN}": 8_000,
    "x86_64: s3_upload": 1_250_000,
    "armv7: s3_upload": 800_000,
}
DEVICE_BUDGETS = {"heap_p256": 12_000, "heap_rsa": 18_000, "stack_p256": 16_000, "stack_rsa": 19_000}
HOST_BUDGETS = {"heap_p256": 14_000, "heap_rsa": 20_000}


def measure(build: Build) -> str:
    """The table, for `run.py`."""
    return markdown(rows(build))


def rows(build: Build) -> dict[str, dict[str, int]]:
    """All figures: by row, by column."""
    return {**_firmware(build), **_hosted(build)}


# ---- Without an operating system ----


def _firmware(build: Build) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        seen = Path(folder, "figures")
        output([ROOT / "tests" / "cortex_m" / "run.sh", "--figures", seen, "--measured"])
        emulated = json.loads(seen.read_text())
    found = {}
    for processor, (name, tools) in PROCESSORS.items():
        images = build.firmware(processor)
        found.update({f"{name}: {what}": _added(images, image, tools) for what, image in IMAGES.items() if (images / image).exists()})
        _add_emulated(found, name, emulated.get(processor, {}))
    name, tools = PROCESSORS["cortex-m4"]
    _add_nightly(found, build, "")
    for variant, options in VARIANTS.items():
        images = build.firmware("cortex-m4", *options)
        found.update({f"{name}: {what}, {variant}": _added(images, IMAGES[what], tools) for what in (FETCH, SEND)})
    _add_nightly(found, build, "narrow")
    return found


def _add_nightly(found: dict, build: Build, variant: str) -> None:
    """What nightly Rust makes of the images for a Cortex-M4, where there is one."""
    name, tools = PROCESSORS["cortex-m4"]
    images = build.nightly_firmware("cortex-m4", *VARIANTS.get(variant, []))
    for what, image in IMAGES.items() if images else ():
        row = found.get(f"{name}: {what}, {variant}" if variant else f"{name}: {what}")
        if row is not None:
            row["nightly"] = _added(images, image, tools)["code"]


def _added(images: Path, image: str, tools: str) -> dict[str, int]:
    """What an image has that the empty one has not."""
    empty, size = (_size(images / name, tools) for name in ("empty_image", image))
    return {column: max(0, size[column] - empty[column]) for column in size}


def _add_emulated(found: dict, name: str, tests: dict) -> None:
    """What the rig measured: of a fetch the most over TLS 1.2 and 1.3."""
    if "vectors" in tests:
        found[f"{name}: {SIGNER}"]["stack"] = tests["vectors"]["stack"]
    for key, prefix in (("p256", "fetch_p256_"), ("rsa", "fetch_rsa_"), ("long", "fetch_with_a_chain")):
        seen = [test for name, test in tests.items() if name.startswith(prefix)]
        if seen:
            found[f"{name}: {FETCH}"][f"heap_{key}"] = max(test["heap"] for test in seen)
            if key != "long":
                found[f"{name}: {FETCH}"][f"stack_{key}"] = max(test["stack"] for test in seen)


# ---- Linux ----


def _hosted(build: Build) -> dict:
    machine = platform.machine()
    folder = FOLDER / "bench-aws"
    settings = local_aws.start(folder, ["--no-s3", "--no-dynamodb"], ends_with_us=True)
    try:
        found = {f"{machine}: s3_upload": _size(build.host / "small_s3_upload")}
        for peer, name in PEERS.items():
            found[f"{machine}: the same GET, {name}"] = {**_size(build.host / f"peer_{peer}"), **_taken(build.host, peer, settings, [])}
        for name, (toolchain, tools, emulator) in LINUX.items():
            programs = build.linux(toolchain)
            found[f"{name}: s3_upload"] = _size(programs / "small_s3_upload", tools)
            runner = [emulator, "-L", f"/usr/{tools.rstrip('-')}"]
            found[f"{name}: the same GET, iotcred"] = {**_size(programs / "peer_iotcred", tools), **_taken(programs, "iotcred", settings, runner)}
        return found
    finally:
        local_aws.processes.end_recorded(folder, local_aws.STOP_S)


DEVICES = {"p256": ("p256", "camera-17"), "rsa": ("rsa2048", "gateway-20")}
RUNS = 3  # an ECDSA signature's length varies, and with it the heap: the greatest counts


def _taken(programs: Path, peer: str, settings: dict, runner: list) -> dict:
    """Heap and stack of a GET: the most over the versions of TLS that the peer has."""
    taken = {}
    for key, (device, thing) in DEVICES.items():
        for listener in ("TLS12",) if peer == "mbedtls" else ("TLS12", "TLS13"):
            pki = Path(settings["LOCAL_AWS_PKI"])
            environment = {
                **os.environ, **settings, "IOTCRED_PORT": settings[f"LOCAL_AWS_PORT_{listener}"], "IOTCRED_ROLE_ALIAS": "fault-json-token-1200",
                "IOTCRED_THING_NAME": thing, "IOTCRED_CERT": str(pki / f"device-{device}.cert.pem"), "IOTCRED_KEY": str(pki / f"device-{device}.pkcs8.pem"),
            }  # fmt: skip
            for _ in range(RUNS):
                seen = figures(output([*_preloading(programs, runner), programs / f"peer_{peer}", "heap"], env=_preloaded(environment, programs, runner)))
                seen.update(figures(output([*runner, programs / f"peer_{peer}", "stack"], env=environment)))
                for column, figure in ((f"heap_{key}", seen["get-heap"]), (f"stack_{key}", seen["get-stack"])):
                    taken[column] = max(taken.get(column, 0), figure)
    return taken


def _preloading(programs: Path, runner: list) -> list:
    return [*runner, "-E", f"LD_PRELOAD={programs / 'libheap_peak.so'}"] if runner else []


def _preloaded(environment: dict, programs: Path, runner: list) -> dict:
    return environment if runner else {**environment, "LD_PRELOAD": str(programs / "libheap_peak.so")}


def _size(program: Path, tools: str = "") -> dict[str, int]:
    """Bytes by `size`: code with its constants, variables with a value, variables without one."""
    lines = output([f"{tools}size", program]).splitlines()
    return dict(zip(("code", "data", "bss"), map(int, lines[1].split()[:3])))


# ---- The table, and the committed one ----


def markdown(found: dict) -> str:
    columns = [column for column in COLUMNS if any(column in row for row in found.values())]
    lines = [[name, _of_budget(name, row), *(row.get(column, "") for column in columns)] for name, row in found.items()]
    note = (
        "Bytes. Firmware: what a call adds to an empty image, the C library's memset and the like included. Linux: stripped programs with "
        "`-Os -Wl,--gc-sections`, the C library shared and all else static. Heap and stack: of one fetch, the most over TLS 1.2 and 1.3, with a chain of "
        "1.2 KB and an answer of 1.4 KB. Nightly Rust: with `-Zbuild-std`, `optimize_for_size` and `-Cpanic=immediate-abort`; nothing else is measured with it."
    )
    return table("Sizes", note, ["", "of the budgets", *(COLUMNS[column] for column in columns)], lines)


def _of_budget(name: str, row: dict) -> str:
    """Each budgeted figure as a fraction of its budget."""
    budgets = [(row["code"], CODE_BUDGETS.get(name)), (row["code"] + row["data"] + row["bss"], SUM_BUDGETS.get(name))]
    memory = HOST_BUDGETS if name.endswith("GET, iotcred") else DEVICE_BUDGETS if name.endswith(FETCH) else {}
    budgets += [(row[column], budget) for column, budget in memory.items() if column in row]
    return " ".join(ratio(figure / budget) for figure, budget in budgets if budget)


def worse(found: dict, committed: dict) -> list[str]:
    """What is more than the tolerance worse than in the committed table, or not in it."""
    complaints = [f"{name}: is in the committed table, and was not measured" for name in committed if name not in found]
    for name, row in found.items():
        for column, figure in row.items():
            if column == "nightly":
                continue  # Each is another one, and nothing is built with it but these figures.
            before = committed.get(name, {}).get(column)
            if before is None:
                complaints.append(f"{name}: {COLUMNS[column]}: {figure}, and not in the committed table")
            elif figure > before * (1 + TOLERANCE):
                complaints.append(f"{name}: {COLUMNS[column]}: {figure} in place of {before}, {figure / max(before, 1) - 1:+.1%}")
    return complaints


def _tools() -> dict:
    names = ["rustc", "cc", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", *(f"{tools}gcc" for _, tools, _ in LINUX.values())]
    return {name: output([name, "--version"]).splitlines()[0] for name in names if shutil.which(name)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bless", action="store_true")
    options = parser.parse_args()
    found, tools = rows(Build()), _tools()
    print(markdown(found))
    if options.bless:
        COMMITTED.write_text(json.dumps({"tools": tools, "rows": found}, indent=1) + "\n")
        return 0
    committed = json.loads(COMMITTED.read_text())
    complaints = worse(found, {name: row for name, row in committed["rows"].items() if name.split(":")[0] not in _foreign()})
    for complaint in complaints:
        print(complaint)
    if complaints:
        for name in sorted(tools.keys() | committed["tools"].keys()):
            if tools.get(name) != committed["tools"].get(name):
                print(f"the committed table was made with another {name}: {committed['tools'].get(name)}; this is {tools.get(name)}")
        print("Where that is meant: tests/bench/sizes --bless, and commit sizes.json")
    return 1 if complaints else 0


def _foreign() -> set:
    """Hosts that this machine is none of."""
    return {"x86_64", "aarch64"} - {platform.machine(), *LINUX}


if __name__ == "__main__":
    sys.exit(main())
