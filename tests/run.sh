#!/usr/bin/env bash
# Every test of the project:      ./tests/run.sh
# The inner loop, under a minute: ./tests/run.sh quick
# A check whose tools cannot be had is named and fails the run; with --allow-missing it is named and left out.
set -uo pipefail
# shellcheck source=tests/tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"

quick=no allow_missing=no
for argument in "$@"; do
    case $argument in
        quick) quick=yes ;;
        --allow-missing | --allow-missing-targets) allow_missing=yes ;;
        *) die "usage: tests/run.sh [quick] [--allow-missing]" ;;
    esac
done

passed=0 failed=0 left_out=0
report=()

# check NAME COMMAND...: runs it, and shows its output if it fails. Exit status 77: its tools cannot be had.
check() {
    local name=$1 start=$SECONDS status=0 log=$build/logs/${1//[^a-zA-Z0-9]/_}.log
    shift
    printf '%-72s' "$name"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    prints_no_secret "$log" || status=1
    case $status in
        0) passed=$((passed + 1)); verdict=passed ;;
        77) left_out=$((left_out + 1)); verdict="LEFT OUT: $(tail -n 1 "$log")" ;;
        *) failed=$((failed + 1)); verdict=FAILED ;;
    esac
    printf '%4ds  %s\n' $((SECONDS - start)) "$verdict"
    grep -E 'LEFT OUT|^SKIPPED' "$log" | sort -u | sed 's/^/    /' | head -20
    [ "$verdict" != FAILED ] || { tail -n 60 "$log" | sed 's/^/    /'; report+=("FAILED: $name (whole output: ${log#"$root"/})"); }
    [ "$status" != 77 ] || report+=("left out: $name")
}

# Looks in what a check printed, and in ctest's own log, for every secret that the local AWS has handed out and for the devices' private keys.
prints_no_secret() {
    local folder secrets=$build/logs/secrets
    : >"$secrets"
    chmod 600 "$secrets"
    for folder in "$build"/*/local_aws "$build"/local_aws; do
        [ -d "$folder" ] || continue
        cat "$folder/secrets" 2>/dev/null
        grep -hv -e '-----' "$folder"/pki/device-*.{pkcs8,pkcs1,sec1}.pem 2>/dev/null | grep -E '^.{40,}$'
    done >>"$secrets"
    local found=0
    if [ -s "$secrets" ]; then
        grep -qFf "$secrets" "$1" "$build"/*/Testing/Temporary/LastTest.log 2>/dev/null && found=1
    fi
    rm -f "$secrets"
    [ $found = 0 ] || { echo "A secret was printed: see this log and ctest's LastTest.log." >>"$1"; return 1; }
}

# Packages that a check needs beyond the basics; where they cannot be had the check is left out by name.
packages() { # COMMAND-OR-FILE PACKAGE...
    local probe=$1
    shift
    command -v "$probe" >/dev/null || [ -e "$probe" ] || { install_packages "$@" && command -v "$probe" >/dev/null || [ -e "$probe" ]; } ||
        { echo "needs the packages: $*"; return 77; }
}

rust_target() {
    rustc --print target-libdir --target "$1" >/dev/null 2>&1 && [ -d "$(rustc --print target-libdir --target "$1")" ] ||
        rustup target add "$1" || { echo "needs: rustup target add $1"; return 77; }
}

warnings_are_errors() { cargo clippy --all-targets --locked "$@" -- -D warnings; }

# The two sizes without an operating system, for a target that has none: so that no `std` slips in.
check_bare_sign() {
    local target
    for target in thumbv6m-none-eabi thumbv7em-none-eabihf riscv32imac-unknown-none-elf; do
        rust_target "$target" || return
        RUSTFLAGS="-D warnings" cargo check --locked --no-default-features --target "$target" || return
    done
}
check_bare_client() {
    packages arm-none-eabi-gcc gcc-arm-none-eabi libnewlib-arm-none-eabi || return
    rust_target thumbv7em-none-eabihf || return
    # ring's assembly for Linux does not assemble for a Cortex-M.
    RUSTFLAGS="-D warnings" CFLAGS_thumbv7em_none_eabihf=-DOPENSSL_NO_ASM \
        cargo check --locked --no-default-features --features client,every-suite,tls12 --target thumbv7em-none-eabihf
}

cmocka() {
    packages /usr/include/cmocka.h libcmocka-dev pkg-config &&
        packages /usr/include/mbedtls/sha256.h libmbedtls-dev &&
        packages /usr/include/p11-kit-1/p11-kit/pkcs11.h libp11-kit-dev && packages softhsm2-util softhsm2 && packages pkcs11-tool opensc
}

# The compilers that the headers are tried with beside the one that builds. The tests of one that cannot be had are skipped, and it is named.
compilers() {
    packages clang clang || echo "LEFT OUT: the headers by clang"
    packages clang++ clang || echo "LEFT OUT: the headers by clang++"
    packages g++ g++ || echo "LEFT OUT: the headers by g++"
    packages arm-none-eabi-gcc gcc-arm-none-eabi libnewlib-arm-none-eabi || echo "LEFT OUT: sigv4.h by arm-none-eabi-gcc"
}

# A third server of S3, which the local AWS starts where it is. Its tests are skipped where it cannot be built.
build_s3s() {
    cargo build --locked --quiet --manifest-path tests/local_aws/s3s/Cargo.toml --target-dir "$build/s3s" && return
    [ "$(printf '%s\n' 1.92 "$(rustc -V | cut -d ' ' -f 2)" | sort -V | head -1)" = 1.92 ] || { echo "needs: Rust 1.92"; return 77; }
    return 1
}

# The second TLS server of the fault matrix. Without it the local AWS starts all the same, and its tests are skipped.
second_tls_server() { require_nginx || { echo "needs the packages: nginx libnginx-mod-stream"; return 77; }; }

# What the fault matrix found, as it printed it.
show_faults() {
    local file
    for file in "$build"/tests/tests/c/faults-*.txt; do [ ! -e "$file" ] || sed 's/^/    /' "$file"; done
}

# Which server refuses what, as test_refused_local printed it.
show_refusals() {
    local log=$build/tests/Testing/Temporary/LastTest.log
    [ ! -e "$log" ] || sed -n "/^broken  .*|/,/^the trailer's signature/s/^/    /p" "$log"
}

# ctest of a build under the local AWS, with everything that the tests print kept, and looked through for secrets.
ctest_with() { # FOLDER LOCAL-AWS-OPTIONS -- CTEST-OPTIONS
    local folder=$build/$1 options=()
    shift
    while [ "$1" != -- ]; do options+=("$1"); shift; done
    shift
    local_aws run --dir "$folder/local_aws" "${options[@]}" -- ctest --test-dir "$folder" --output-on-failure --no-tests=error "$@"
}
c_suite_quick() {
    cmocka && cmake_build quick -DCMAKE_BUILD_TYPE=Debug && ctest_with quick --no-s3 --no-dynamodb -- -j 2 -E test_faults
}
c_suite() { cmocka && compilers && cmake_build tests -DCMAKE_BUILD_TYPE=Release && ctest_with tests -- -j 2; }
c_suite_sanitized() {
    cmocka && cmake_build sanitized -DCMAKE_BUILD_TYPE=Debug -DIOTCRED_SANITIZE=address,undefined && ctest_with sanitized -- -j 2
}
c_suite_valgrind() {
    cmocka && packages valgrind valgrind &&
        cmake_build valgrind -DCMAKE_BUILD_TYPE=RelWithDebInfo -DIOTCRED_VALGRIND=ON && IOTCRED_TEST_SLACK=20 ctest_with valgrind -- -j 2
}

# With what else is linked into one program.
packaging() {
    packages /usr/include/openssl/ssl.h libssl-dev && packages /usr/include/mbedtls/ssl.h libmbedtls-dev && "$venv/bin/python" tests/packaging/run.py
}

examples_run() { "$root/examples-c/run.sh"; }

require_basics
require_venv
mkdir -p "$build/logs"
cd "$root" || exit 1

check "Rust: format" cargo fmt --check
check "Rust: clippy, std" warnings_are_errors
check "Rust: clippy, client" warnings_are_errors --no-default-features --features client
check "Rust: clippy, sign" warnings_are_errors --no-default-features
check "Rust: tests" cargo test --locked --quiet
if [ $quick = yes ]; then
    check "C: suite against the credentials provider's stand-in" c_suite_quick
else
    check "Rust: tests, client" cargo test --locked --quiet --no-default-features --features client --lib
    check "Rust: tests, sign" cargo test --locked --quiet --no-default-features --lib
    check "Rust: sign without an operating system (thumbv6m, thumbv7em, riscv32imac)" check_bare_sign
    check "Rust: client without an operating system (thumbv7em)" check_bare_client
    check "Local AWS: s3s is built" build_s3s
    check "nginx, for the local AWS" second_tls_server
    check "Local AWS: its own test" "$venv/bin/python" tests/local_aws/self_test.py
    check "C: suite against the local AWS" c_suite
    show_faults
    show_refusals
    check "C: suite under AddressSanitizer and UBSan" c_suite_sanitized
    check "C: suite under valgrind" c_suite_valgrind
    check "CMake, install, pkg-config: as users' projects" packaging
    check "Firmware: Cortex-M0, M3, M4, M33 and RV32 under QEMU" "$root/tests/cortex_m/run.sh"
    check "ARM Linux: the C suite on armv7 and aarch64 under qemu-user" "$root/tests/arm_linux.sh"
    check "Sizes, heap and stack against the committed table" "$root/tests/bench/sizes"
    check "Licences of what is linked" "$root/tests/licences.sh"
    check "The first command: examples-c/run.sh" examples_run
fi

echo
for line in "${report[@]+"${report[@]}"}"; do echo "$line"; done
[ $quick = no ] || echo "quick: left out are the other sizes, the fault matrix, S3 and DynamoDB, sanitizers, valgrind, firmware, ARM Linux, sizes, packaging, licences and examples"
echo "$passed passed, $failed failed, $left_out skipped"
[ $failed = 0 ] && { [ $left_out = 0 ] || [ $allow_missing = yes ]; }
