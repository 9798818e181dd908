#!/usr/bin/env bash
# The main job, from a device certificate to an object in S3: certificate -> credentials -> signed upload -> download.
# Against the local AWS of tests/local_aws; or against your own account, when IOTCRED_ENDPOINT, IOTCRED_ROLE_ALIAS, IOTCRED_CERT, IOTCRED_KEY,
# AWS_REGION and IOTCRED_S3_BUCKET are set (`build/examples/examples-c/s3_upload --help` names them all).
set -euo pipefail
# shellcheck source=tests/tools.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tests/tools.sh"

examples=$build/examples/examples-c
own_account=(IOTCRED_ENDPOINT IOTCRED_ROLE_ALIAS IOTCRED_CERT IOTCRED_KEY AWS_REGION IOTCRED_S3_BUCKET)

has_own_account() {
    local name
    for name in "${own_account[@]}"; do
        [ -n "${!name:-}" ] || return 1
    done
}

# Says what a step does, does it, and says what it took.
step() {
    say "$1"
    shift
    local start
    start=$(date +%s%N)
    "$@"
    printf '   (%d ms)\n' $((($(date +%s%N) - start) / 1000000))
}

wrong_token_is_refused() {
    local status=0
    "$examples/s3_upload" --wrong-token "$work/upload.bin" || status=$?
    [ "$status" = 3 ] || die "A wrong session token was not refused (exit status $status)."
    echo "The wrong token was refused, as it must be."
}

run_examples() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    head -c 1048576 /dev/urandom >"$work/upload.bin"
    step "Sign a request, with no network: AWS's published example" "$examples/sign_request"
    step "Exchange the device's certificate for AWS credentials" "$examples/fetch_credentials"
    step "Upload 1 MiB to S3 and download it again" "$examples/s3_upload" "$work/upload.bin"
    step "The same with a wrong session token" wrong_token_is_refused
    if [ -n "${IOTCRED_DYNAMODB_TABLE:-}" ]; then
        step "Put a thermostat's record into DynamoDB" "$examples/dynamodb_put_item"
        step "Ask the doctor whether all is well" "$examples/doctor" --role-alias "${IOTCRED_DYNAMODB_ROLE_ALIAS:-$IOTCRED_ROLE_ALIAS}"
    fi
}

if [ "${1:-}" = --steps ]; then # Called back by the local AWS, which has set the variables.
    run_examples
    exit
fi

require_basics
require_venv
say "Building the library and the examples (build/examples)"
cmake_build examples -DCMAKE_BUILD_TYPE=Release -DIOTCRED_BUILD_TESTS=OFF
if has_own_account; then
    say "Using your own account: bucket $IOTCRED_S3_BUCKET in $AWS_REGION"
    run_examples
else
    say "Starting the local AWS: credentials provider, S3 (SeaweedFS) and DynamoDB (moto) on loopback"
    local_aws run --dir "$build/local_aws" -- "${BASH_SOURCE[0]}" --steps
fi
say "Done: the object came back identical, and the wrong token was refused."
