"""Fetches with keys that SoftHSM2 makes and never gives away.

    pkcs11.py EXAMPLE        examples-c/pkcs11_key, built

A token with three keys (P-256, P-384, RSA-2048) is made in a folder of its own, and a local AWS whose PKI issues certificates for their public halves. Each key
fetches over TLS 1.2 and 1.3; a key that the certificate is not for, and a wrong PIN, do not. Exit status 77: a tool is not here.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

HERE = pathlib.Path(__file__).resolve().parent
LOCAL_AWS = HERE.parent / "local_aws" / "local_aws.py"
MODULES = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"]
PIN = "471147"
KEYS = {"p256": "EC:secp256r1", "p384": "EC:secp384r1", "rsa2048": "rsa:2048"}


def main():
    if "PKCS11_LABELS" in os.environ:
        return fetch_with_each(sys.argv[1])
    module = next((path for path in MODULES if os.path.exists(path)), None)
    missing = [tool for tool in ("softhsm2-util", "pkcs11-tool") if not shutil.which(tool)]
    if module is None or missing:
        print("skipped: needs softhsm2 and opensc")
        return 77
    with tempfile.TemporaryDirectory(prefix="iotcred-pkcs11-") as name:
        folder = pathlib.Path(name)
        make_keys(folder, module)
        os.environ.update(PKCS11_MODULE=module, PKCS11_PIN=PIN, PKCS11_LABELS=" ".join(KEYS), LOCAL_AWS_PUBLIC_KEYS=str(folder / "public"))
        return subprocess.run([sys.executable, LOCAL_AWS, "run", "--dir", folder / "local_aws", "--no-s3", "--no-dynamodb", "--",
                               sys.executable, "-B", __file__, *sys.argv[1:]]).returncode


def make_keys(folder, module):
    """A token with a key of each kind, and the public halves in `public`, as DER."""
    (folder / "tokens").mkdir()
    (folder / "public").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    run("softhsm2-util", "--init-token", "--free", "--label", "device", "--pin", PIN, "--so-pin", PIN)
    token = ["pkcs11-tool", "--module", module, "--token-label", "device", "--login", "--pin", PIN]
    for label, kind in KEYS.items():
        made = run(*token, "--keypairgen", "--key-type", kind, "--label", label, "--usage-sign")
        claim(re.search(r"Private Key Object.*Access: +sensitive, always sensitive, never extractable", made, re.S), f"the key can be taken out:\n{made}")
        write_public_half(made, token, label, folder / "public" / f"{label}.der")


def write_public_half(made, token, label, path):
    """As DER. `made`: what the tool printed; it cannot read every elliptic curve's key out itself, but it prints the point."""
    curves = {256: ec.SECP256R1(), 384: ec.SECP384R1()}
    point = re.search(r"EC_POINT (\d+) bits\s+EC_POINT: +[0-9a-f]{4}([0-9a-f]+)", made)
    if point is None:
        run(*token, "--read-object", "--type", "pubkey", "--label", label, "--output-file", path)
    else:
        public = ec.EllipticCurvePublicKey.from_encoded_point(curves[int(point[1])], bytes.fromhex(point[2]))
        path.write_bytes(public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def fetch_with_each(example):
    """Runs under the local AWS."""
    pki = pathlib.Path(os.environ["LOCAL_AWS_PKI"])
    del os.environ["IOTCRED_KEY"]

    def attempt(label, certificate, port, pin=PIN):
        done = subprocess.run([example, "--label", label, "--cert", pki / f"device-token-{certificate}.cert.pem", "--thing-name", f"token-{certificate}",
                               "--port", os.environ[port], "--pin", pin], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    for label in KEYS:
        for port in ("LOCAL_AWS_PORT_TLS12", "LOCAL_AWS_PORT_TLS13"):
            status, printed = attempt(label, label, port)
            claim(status == 0 and "Fetched credentials" in printed, f"{label} at {port}: {status}\n{printed}")
    status, printed = attempt("p256", "p384", "LOCAL_AWS_PORT_TLS13")
    claim(status == 1 and "sign" in printed, f"a key of another certificate: {status}\n{printed}")
    status, printed = attempt("p256", "p256", "LOCAL_AWS_PORT_TLS13", "000000")
    claim(status == 1 and "PIN" in printed, f"a wrong PIN: {status}\n{printed}")
    print(f"{len(KEYS)} keys, TLS 1.2 and 1.3")
    return 0


def run(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    claim(done.returncode == 0, f"{command}\n{done.stdout}")
    return done.stdout


def claim(holds, text):
    if not holds:
        sys.exit(f"FAILED: {text}")


if __name__ == "__main__":
    sys.exit(main())
