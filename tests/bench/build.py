"""The programs that are measured, built by CMake with the archives that a user gets."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDER = ROOT / "build"
TOOLCHAINS = ROOT / "cmake"


class Build:
    """Builds what is asked for, once."""

    @functools.cached_property
    def host(self) -> Path:
        """The folder with the programs for this machine."""
        return _build("bench")

    @functools.cached_property
    def cortex_m4(self) -> Path | None:
        """The folder with the images for a Cortex-M4; None where there is no compiler for it."""
        return self.firmware("cortex-m4") if shutil.which("arm-none-eabi-gcc") else None

    @functools.cache
    def firmware(self, processor: str, *options: str) -> Path:
        """The folder with the images for a processor without an operating system; `options` of CMake's."""
        name = "-".join(["bench", processor, *map(_word, options)])
        return _build(name, f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / f'toolchain-{processor}.cmake'}", *options)

    @functools.cache
    def nightly_firmware(self, processor: str, *options: str) -> Path | None:
        """The same by a nightly Rust, which builds its libraries anew, small, and with panics that abort at once. None, and why, where that cannot be had."""
        tools = _nightly()
        if tools is None:
            print("No figures of nightly Rust: rustup has no toolchain of that name with rust-src", file=sys.stderr)
            return None
        environment = {
            **os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "RUSTC": str(tools / "rustc"), "RUSTFLAGS": "-Zunstable-options -Cpanic=immediate-abort",
            "CARGO_UNSTABLE_BUILD_STD": "core,alloc", "CARGO_UNSTABLE_BUILD_STD_FEATURES": "optimize_for_size",
        }  # fmt: skip
        name = "-".join(["bench-nightly", processor, *map(_word, options)])
        toolchain = f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / f'toolchain-{processor}.cmake'}"
        try:
            return _build(name, toolchain, f"-DIOTCRED_CARGO={tools / 'cargo'}", f"-DIOTCRED_CARGO_DIR={FOLDER / 'cargo-nightly'}", *options, env=environment)
        except SystemExit as failure:  # Another nightly may have other options.
            print(f"No figures of nightly Rust: {failure}", file=sys.stderr)
            return None

    @functools.cache
    def linux(self, toolchain: str) -> Path:
        """The folder with the programs for another Linux."""
        return _build(f"bench-{toolchain}", f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / f'toolchain-{toolchain}.cmake'}")


def _word(option: str) -> str:
    """An option of CMake's as a word in a folder's name."""
    return option.removeprefix("-DIOTCRED_").removesuffix("=ON").lower()


def _nightly() -> Path | None:
    """The folder with a nightly Rust's tools, if rustup has one, with the sources of its libraries."""
    rustup = shutil.which("rustup")
    found = subprocess.run([rustup, "which", "--toolchain", "nightly", "cargo"], capture_output=True, text=True) if rustup else None
    if found is None or found.returncode != 0:
        return None
    added = subprocess.run([rustup, "component", "add", "--toolchain", "nightly", "rust-src"], capture_output=True)
    return Path(found.stdout.strip()).parent if added.returncode == 0 else None


def _build(name: str, *options: str, env: dict | None = None) -> Path:
    folder = FOLDER / name
    cargo = f"-DIOTCRED_CARGO_DIR={FOLDER / 'cargo'}"
    print(f"Building {folder.relative_to(ROOT)}", file=sys.stderr)
    output(["cmake", "-S", HERE, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", cargo, *options], env=env)
    output(["cmake", "--build", folder], env=env)
    return folder


def output(command: list, **options) -> str:
    """What a command prints. One that fails ends the bench, with all that it said."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def figures(printed: str) -> dict[str, int]:
    """The figures that meter.c and stack_image.c print, by name."""
    return {name.rstrip(":"): int(figure) for name, figure in (line.rsplit(maxsplit=1) for line in printed.splitlines())}
