# Sourced by examples-c/run.sh and tests/run.sh: what both need on a fresh machine, made in build/.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
venv=$build/venv
requirements=$root/tests/requirements.txt

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# What only the user can install. Each missing thing is named with the line that installs it.
require_basics() {
    [ -d "${CARGO_HOME:-$HOME/.cargo}/bin" ] && PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
    command -v cargo >/dev/null || die "Rust is missing. Install it with:
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
    command -v cc >/dev/null || install_packages gcc libc6-dev || die "A C compiler is missing. See the line above."
    command -v python3 >/dev/null || install_packages python3 python3-venv || die "Python 3 is missing. See the line above."
}

# Installs Debian packages where this already runs as root; else prints the line to run and fails. Never calls sudo.
install_packages() {
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" ||
            { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"; }; } >"$build/apt.log" 2>&1
    else
        printf 'These packages are missing. Run as root:\n    apt-get install %s\n' "$*" >&2
        return 1
    fi
}

# CMake, Ninja and the local AWS's servers, in a virtual environment. Made anew when the list of requirements changes.
require_venv() {
    mkdir -p "$build"
    local wanted stamp=$venv/requirements.txt
    wanted=$(cat "$requirements" "$root/tests/local_aws/requirements.txt")
    if [ "$wanted" != "$(cat "$stamp" 2>/dev/null)" ]; then
        say "Installing CMake, Ninja and the local servers into build/venv"
        rm -rf "$venv"
        python3 -m venv "$venv" >"$build/venv.log" 2>&1 || {
            rm -rf "$venv"
            install_packages python3-venv && python3 -m venv "$venv"
        } || die "Python cannot make a virtual environment. See the line above, and build/venv.log."
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
        printf '%s\n' "$wanted" >"$stamp"
    fi
    PATH=$venv/bin:$PATH
}

# Configures and builds the project into build/$1; what follows are CMake's options.
cmake_build() {
    local folder=$build/$1
    shift
    cmake -S "$root" -B "$folder" -G Ninja -DIOTCRED_CARGO_DIR="$build/cargo" "$@" >"$build/cmake.log" 2>&1 &&
        cmake --build "$folder" >>"$build/cmake.log" 2>&1 || { cat "$build/cmake.log" >&2; return 1; }
}

local_aws() { "$venv/bin/python" "$root/tests/local_aws/local_aws.py" "$@"; }

# nginx with its stream module, for the local AWS: the system's, or Debian's packages unpacked into build/nginx, so that no service is started.
require_nginx() {
    local module=usr/lib/nginx/modules/ngx_stream_module.so unpacked=$build/nginx
    { [ -x "$unpacked/usr/sbin/nginx" ] && [ -e "$unpacked/$module" ]; } || { [ -x /usr/sbin/nginx ] && [ -e "/$module" ]; } && return
    rm -rf "$unpacked" "$unpacked.part"
    mkdir -p "$unpacked.part"
    if command -v apt-get >/dev/null && (cd "$unpacked.part" && download_packages nginx libnginx-mod-stream && for package in *.deb; do dpkg -x "$package" . || exit; done) &&
        "$unpacked.part/usr/sbin/nginx" -v 2>/dev/null; then
        mv "$unpacked.part" "$unpacked"
    else
        rm -rf "$unpacked.part"
        install_packages nginx libnginx-mod-stream && [ -e "/$module" ]
    fi
}

# Downloads Debian packages into the current folder. Needs no root, unless the list of packages must be fetched first.
download_packages() {
    { apt-get download -qq "$@" || { [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get download -qq "$@"; }; } >>"$build/apt.log" 2>&1
}
