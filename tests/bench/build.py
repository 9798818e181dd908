"""The programs that are measured, built by CMake with the archives that a user gets."""

from __future__ import annotations

import functools
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
        name = "-".join(["bench", processor, *(option.removeprefix("-DIOTCRED_").removesuffix("=ON").lower() for option in options)])
        return _build(name, f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / f'toolchain-{processor}.cmake'}", *options)

    @functools.cache
    def linux(self, toolchain: str) -> Path:
        """The folder with the programs for another Linux."""
        return _build(f"bench-{toolchain}", f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS / f'toolchain-{toolchain}.cmake'}")


def _build(name: str, *options: str) -> Path:
    folder = FOLDER / name
    cargo = f"-DIOTCRED_CARGO_DIR={FOLDER / 'cargo'}"
    print(f"Building {folder.relative_to(ROOT)}", file=sys.stderr)
    output(["cmake", "-S", HERE, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", cargo, *options])
    output(["cmake", "--build", folder])
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
