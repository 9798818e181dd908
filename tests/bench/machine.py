"""The machine and the programs that the figures belong to."""

from __future__ import annotations

import os
import platform
import re
import shutil
from pathlib import Path

from build import output

PROGRAMS = ("rustc", "cc", "arm-none-eabi-gcc", "curl")


def description() -> str:
    programs = [_version(name) for name in PROGRAMS if shutil.which(name)]
    return f"Measured on {_processor()}, {os.cpu_count()} cores, {_system()}, Linux {platform.release()}. {'; '.join(programs)}."


def _processor() -> str:
    name = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    return name[1] if name else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _version(program: str) -> str:
    """The first line of what it says, of curl's long list no more than curl and its TLS."""
    line = output([program, "--version"]).splitlines()[0]
    curl = re.match(r"(curl \S+).* (OpenSSL/\S+)", line)
    return " with ".join(curl.groups()) if curl else line
