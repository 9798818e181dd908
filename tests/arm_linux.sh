#!/usr/bin/env bash
# The C suite as a cross build for ARM Linux, run by qemu-user: tests/arm_linux.sh [armv7|aarch64]...
# On armv7 all test programs, on aarch64 all but the fault matrix, whose code is the same there; the headers and the SDK's demos are compilers' business and not
# run again.
# Exit status 77: its tools cannot be had.
set -euo pipefail
# shellcheck source=tests/tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"

left_out() {
    echo "needs $1"
    exit 77
}

# cmocka for another architecture: Debian's package, unpacked into build/ and not installed. apt works on lists of its own, so that this machine's stay as they are.
unpack_cmocka() { # DEBIAN-ARCHITECTURE FOLDER
    [ ! -e "$2/usr/include/cmocka.h" ] || return 0
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    local apt=$build/apt-$1
    rm -rf "$2" "$apt"
    mkdir -p "$2" "$apt/lists/partial" "$apt/cache/archives/partial"
    : >"$apt/status"
    local options=(-qq -o "Dir::State::lists=$apt/lists" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" -o "APT::Architecture=$1"
        -o "APT::Architectures=$1" -o Acquire::Languages=none)
    # Debian's security archive may be out of step for a while, and has no cmocka: what counts is whether the packages can be had.
    apt-get "${options[@]}" update >"$build/apt.log" 2>&1 || true
    (cd "$apt" && apt-get "${options[@]}" download libcmocka-dev libcmocka0) >>"$build/apt.log" 2>&1 || return 1
    local package
    for package in "$apt"/*.deb; do
        dpkg -x "$package" "$2"
    done
    rm -rf "$apt"
}

suite() { # NAME TRIPLE DEBIAN-ARCHITECTURE EMULATOR CTEST-OPTIONS...
    local name=$1 triple=$2 architecture=$3 emulator=$4 cmocka=$build/cmocka-$3 folder=$build/linux-$1
    shift 4
    command -v "$triple-gcc" >/dev/null || install_packages "gcc-$triple" "libc6-dev-$architecture-cross" || left_out "the packages: gcc-$triple libc6-dev-$architecture-cross"
    command -v "$emulator" >/dev/null || install_packages qemu-user-static || left_out "the package: qemu-user-static"
    command -v pkg-config >/dev/null || install_packages pkg-config || left_out "the package: pkg-config"
    unpack_cmocka "$architecture" "$cmocka" || left_out "Debian's packages libcmocka-dev and libcmocka0 for $architecture"
    say "$name"
    PKG_CONFIG_LIBDIR=$cmocka/usr/lib/$triple/pkgconfig PKG_CONFIG_SYSROOT_DIR=$cmocka \
        cmake_build "linux-$name" -DCMAKE_BUILD_TYPE=Release -DIOTCRED_BUILD_EXAMPLES=OFF -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchain-linux-$name.cmake"
    local_aws run --dir "$folder/local_aws" -- ctest --test-dir "$folder" --output-on-failure --no-tests=error -j 2 "$@"
}

require_basics
mkdir -p "$build"
require_venv >&2
[ $# -gt 0 ] || set -- armv7 aarch64
for name in "$@"; do
    case $name in
        armv7) suite armv7 arm-linux-gnueabihf armhf qemu-arm-static -R '^c-(test_|sizes)' ;;
        aarch64) suite aarch64 aarch64-linux-gnu arm64 qemu-aarch64-static -R '^c-(test_|sizes)' -E test_faults ;;
        *) die "usage: tests/arm_linux.sh [armv7|aarch64]..." ;;
    esac
done
