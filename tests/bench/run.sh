#!/usr/bin/env bash
# Measures iotcred beside its peers and against its budgets, and prints the tables of the README: tests/bench/run.sh [sign] [fetch] [size]
set -euo pipefail
# shellcheck source=tests/tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tools.sh"

require_basics
mkdir -p "$build"
command -v curl >/dev/null || install_packages curl || die "curl is the peer of a fetch. See the line above."
require_venv >&2
exec "$venv/bin/python" -B "$root/tests/bench/run.py" "$@"
