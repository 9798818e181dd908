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
CORTEX_M4 = ROOT / "cmake" / "toolchain-cortex-m4.cmake"


class Build:
    """Builds what is asked for, once."""

    @functools.cached_property
    def host(self) -> Path:
        """The folder with the programs for this machine."""
        return _build("bench")

    @functools.cached_property
    def cortex_m4(self) -> Path | None:
        """The folder with the images for a Cortex-M4; None where there is no compiler for it."""
        if not shutil.which("arm-none-eabi-gcc"):
            return None
        return _build("bench-cortex-m4", f"-DCMAKE_TOOLCHAIN_FILE={CORTEX_M4}")


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
