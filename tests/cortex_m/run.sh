#!/usr/bin/env bash
# iotcred as firmware, on processors that QEMU emulates: tests/cortex_m/run.sh [--only WORD] [TARGET...]
# Exit status 77: its tools cannot be had.
set -euo pipefail
# shellcheck source=tests/tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tools.sh"

# QEMU's system emulators: on the PATH, or installed. Debian's conflict with a later qemu-utils that some machines have: then its packages are
# unpacked into build/qemu, and only the libraries that they need are installed.
need_qemu() {
    PATH=$PATH:$build/qemu/usr/bin
    [ ! -d "$build/qemu/usr/share/qemu" ] || export IOTCRED_QEMU_DATA=$build/qemu/usr/share/qemu
    emulators_run || install_packages qemu-system-arm qemu-system-misc && emulators_run || unpack_qemu && emulators_run
}
emulators_run() {
    local emulator
    for emulator in qemu-system-arm qemu-system-riscv32; do
        "$emulator" --version >/dev/null 2>&1 || return 1
    done
}
unpack_qemu() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    local packages="qemu-system-arm qemu-system-misc qemu-system-common qemu-system-data" libraries package
    rm -rf "$build/qemu"
    mkdir -p "$build/qemu/packages"
    (cd "$build/qemu/packages" && apt-get download -qq $packages) >"$build/apt.log" 2>&1 || return 1
    for package in "$build"/qemu/packages/*.deb; do
        dpkg -x "$package" "$build/qemu"
    done
    libraries=$(for package in "$build"/qemu/packages/*.deb; do dpkg-deb -f "$package" Depends; done |
        tr ',' '\n' | sed 's/ *(.*//; s/ *|.*//; s/ //g' | grep -v '^qemu' | sort -u)
    # shellcheck disable=SC2086
    install_packages --no-install-recommends $libraries
    export IOTCRED_QEMU_DATA=$build/qemu/usr/share/qemu
}

left_out() {
    echo "needs $1"
    exit 77
}

require_basics
mkdir -p "$build"
require_venv >&2
need_qemu || left_out "qemu-system-arm and qemu-system-riscv32"
command -v arm-none-eabi-gcc >/dev/null || install_packages gcc-arm-none-eabi libnewlib-arm-none-eabi || left_out "the packages: gcc-arm-none-eabi libnewlib-arm-none-eabi"
command -v riscv64-unknown-elf-gcc >/dev/null || install_packages gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf ||
    left_out "the packages: gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf"
exec "$venv/bin/python" -B "$root/tests/cortex_m/run.py" "$@"
