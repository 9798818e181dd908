"""The example `credential_process` as an AWS SDK runs it: botocore reads it through a profile.

    credential_process.py -- COMMAND ARGS

Against the local AWS, whose settings it and the example find in the environment. Prints no secret.
"""

from __future__ import annotations

import datetime
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "local_aws"))


def main() -> int:
    if not os.environ.get("IOTCRED_ENDPOINT"):
        print("skipped: IOTCRED_ENDPOINT is not set; the local AWS sets it")
        return SKIPPED
    try:
        import botocore  # noqa: F401
    except ImportError:
        print("skipped: botocore is not here; tests/run.sh installs it")
        return SKIPPED
    command = sys.argv[sys.argv.index("--") + 1 :]
    the_json_is_what_is_documented(command)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AWS_CONFIG_FILE"] = f"{folder}/config"
        os.environ["AWS_SHARED_CREDENTIALS_FILE"] = f"{folder}/none"
        dummies_come_through(command)
        a_refusal_says_why(command)
        if os.environ.get("LOCAL_AWS_S3_PLAIN_PORT"):
            s3_accepts_them(command)
        else:
            print("S3 is not here: what it makes of the credentials is left out")
    print("good")
    return 0


def the_json_is_what_is_documented(command: list) -> None:
    """The SDKs' reference guide: these members, and Version 1."""
    done = subprocess.run([*command, "--role-alias", "fault-chunked"], capture_output=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}, set(answer)
    assert answer["Version"] == 1
    expires = datetime.datetime.strptime(answer["Expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    left = (expires - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
    assert 3000 < left <= 3600, left
    done = subprocess.run([*command, "--role-alias", "fault-access-denied"], capture_output=True)
    assert done.returncode == 1 and not done.stdout and b"iot:AssumeRoleWithCertificate" in done.stderr, done
    with open("/dev/full", "w") as full:
        done = subprocess.run([*command, "--role-alias", "fault-chunked"], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and done.stderr, "a full disk is not noticed"


def profile(command: list, *flags: str):
    """A botocore session that has nothing but a profile with a credential_process."""
    import botocore.session

    words = shlex.join([*command, *flags])
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(f"[profile device]\ncredential_process = {words}\nregion = us-east-1\n")
    return botocore.session.Session(profile="device")


def dummies_come_through(command: list) -> None:
    import faults

    credentials = profile(command, "--role-alias", "fault-json-escapes").get_credentials()
    assert credentials.method == "custom-process", credentials.method
    frozen = credentials.get_frozen_credentials()
    same = (frozen.access_key, frozen.secret_key, frozen.token) == (faults.ACCESS_KEY_ID, faults.SECRET_ACCESS_KEY, faults.SESSION_TOKEN)
    assert same, "botocore read other credentials than the server gave"
    assert not credentials.refresh_needed(60), "the expiration did not come through"
    assert credentials.refresh_needed(3601), "the expiration did not come through"


def a_refusal_says_why(command: list) -> None:
    from botocore.exceptions import CredentialRetrievalError

    try:
        profile(command, "--role-alias", "fault-access-denied").get_credentials()
    except CredentialRetrievalError as error:
        assert "iot:AssumeRoleWithCertificate" in str(error), error
    else:
        raise AssertionError("a refusal gave credentials")


def s3_accepts_them(command: list) -> None:
    """SeaweedFS verifies botocore's signature, made with what the example printed."""
    session = profile(command)
    client = session.create_client("s3", endpoint_url=f"http://127.0.0.1:{os.environ['LOCAL_AWS_S3_PLAIN_PORT']}")
    place = {"Bucket": os.environ["IOTCRED_S3_BUCKET"], "Key": "credential-process.txt"}
    client.put_object(**place, Body=b"through a profile")
    assert client.get_object(**place)["Body"].read() == b"through a profile"
    client.delete_object(**place)


if __name__ == "__main__":
    sys.exit(main())
