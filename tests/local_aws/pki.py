"""The throw-away PKI of the local AWS: made new at each start, and worth nothing elsewhere.

Everything lands in one folder. `*.cert.pem` is what a peer sends, leaf first.

Roots
    server-ca.pem              what a client trusts: the P-256 root and the RSA root
    server-ca-p256.pem         the P-256 root alone
    server-ca-rsa.pem          the RSA root alone
    other-ca.pem               a root that no client is told to trust
    device-ca.pem              what the credentials provider's stand-in trusts
    rogue-ca.pem               signs one device certificate; the stand-in does not know it

Servers: `server-NAME.cert.pem` and `server-NAME.key.pem`
    p256                       P-256 leaf and intermediate; the one in everyday use
    short                      P-256 leaf signed by the root itself: one certificate on the wire
    missing-intermediate       P-256 leaf without the intermediate that signed it
    rsa                        RSA-2048 leaf and intermediate
    rsa-pss                    the same, but the intermediate signed with PSS
    long                       RSA, about 5 KB: leaf, intermediate, the root cross-signed by an older
                               root, and that one by a still older, as AWS's own endpoints do
    expired, not-yet-valid     P-256 leaf and intermediate; only the leaf's dates are wrong
    wrong-name                 valid, for `another-host.local-aws.test`
    untrusted                  signed by other-ca
    self-signed                by nobody

Devices: `device-NAME.cert.pem`, `.cert.der`, and the key as `.pkcs8.pem`, `.pkcs8.der` and
`.sec1.pem`, `.sec1.der` (EC) or `.pkcs1.pem`, `.pkcs1.der` (RSA)
    p256                       things `camera-17` and `thermostat-1`
    p384, rsa2048, rsa3072     things `camera-38`, `gateway-20`, `gateway-30`
    chain                      P-256, signed by an intermediate that it carries; thing `camera-18`
    p521, rsa1024              right certificates, keys that the library refuses
    unregistered               signed by device-ca, bound to no thing
    expired                    signed by device-ca, out of date
    rogue                      signed by rogue-ca
    revoked                    signed by device-ca, and in its revocation list, device-crl.pem

Odd keys
    device-p256.encrypted.pem      the p256 key as encrypted PKCS#8 (password `local-aws`)
    device-p256.ecparam.pem        the p256 key as `openssl ecparam -genkey` writes it: an
                                   EC PARAMETERS block first
    device-p256.cert-and-key.pem   certificate and key in one file
    device-mismatch.pkcs8.pem      a P-256 key that belongs to no certificate

For each NAME.der in the folder that LOCAL_AWS_PUBLIC_KEYS names, a public key whose private half is elsewhere:
    device-token-NAME.cert.pem     thing `token-NAME`

    things.json                    SHA-256 of each registered certificate: its things
"""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST_NAMES = [
    "credentials.local-aws.test",
    "s3.local-aws.test",
    "dynamodb.local-aws.test",
    "iot.local-aws.test",
    "sts.local-aws.test",
    "localhost",
]
ADDRESSES = ["127.0.0.1", "::1"]
WRONG_NAME = "another-host.local-aws.test"
ENCRYPTED_KEY_PASSWORD = b"local-aws"

# What each registered device certificate is attached to. A certificate may carry several things.
THINGS = {
    "p256": ["camera-17", "thermostat-1"],
    "p384": ["camera-38"],
    "rsa2048": ["gateway-20"],
    "rsa3072": ["gateway-30"],
    "chain": ["camera-18"],
    "p521": ["camera-52"],
    "rsa1024": ["gateway-10"],
}

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)
VALID = (NOW - DAY, NOW + 365 * DAY)
EXPIRED = (NOW - 60 * DAY, NOW - DAY)
NOT_YET_VALID = (NOW + 30 * DAY, NOW + 60 * DAY)

SERVER = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


class _PublicHalf(NamedTuple):
    """A key of which there is no more than this."""

    half: object

    def public_key(self):
        return self.half


class Authority(NamedTuple):
    """A CA that can sign: its certificate and its key."""

    certificate: x509.Certificate
    key: object


def make(folder: Path) -> None:
    """Write the whole PKI into `folder`, which must not exist yet."""
    folder.mkdir(mode=0o700)
    keys = _keys()
    _servers(folder, keys)
    _devices(folder, keys)


def _keys() -> dict[str, object]:
    """Every RSA key, two at a time, since they are most of the time that the PKI takes."""
    sizes = {
        "rsa root": 2048, "rsa intermediate": 2048, "rsa server": 2048, "old root": 2048, "older root": 2048,
        "rsa1024": 1024, "rsa2048": 2048, "rsa3072": 3072,
    }  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda bits: rsa.generate_private_key(65537, bits), sizes.values())
        keys = dict(zip(sizes, made))
    keys.update(p256=_p256(), p384=ec.generate_private_key(ec.SECP384R1()), p521=ec.generate_private_key(ec.SECP521R1()))
    return keys


def _p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _servers(folder: Path, keys: dict) -> None:
    root = _root("local-aws server root P-256", _p256())
    intermediate = _intermediate("local-aws server intermediate P-256", root, _p256())
    rsa_root = _root("local-aws server root RSA", keys["rsa root"])
    rsa_intermediate = _intermediate("local-aws server intermediate RSA", rsa_root, keys["rsa intermediate"])
    other = _root("local-aws other root", _p256())
    old_root = _root("local-aws old root", keys["old root"])
    older_root = _root("local-aws older root", keys["older root"])
    cross = _authority("local-aws server root RSA", keys["rsa root"], old_root, None)
    old_cross = _authority("local-aws old root", keys["old root"], older_root, None)

    _write_certificates(folder / "server-ca.pem", [root.certificate, rsa_root.certificate])
    _write_certificates(folder / "server-ca-p256.pem", [root.certificate])
    _write_certificates(folder / "server-ca-rsa.pem", [rsa_root.certificate])
    _write_certificates(folder / "other-ca.pem", [other.certificate])

    p256 = _p256()
    rsa_key = keys["rsa server"]
    chain = [intermediate.certificate]
    rsa_chain = [rsa_intermediate.certificate]
    long_chain = rsa_chain + [cross.certificate, old_cross.certificate]
    many_names = HOST_NAMES + [f"region-{n}.credentials.local-aws.test" for n in range(40)]

    def server(name, key, issuer, following, names=HOST_NAMES, dates=VALID, pss=None):
        leaf = _leaf(names[0], key, issuer, SERVER, names=names, dates=dates, pss=pss)
        _write_certificates(folder / f"server-{name}.cert.pem", [leaf] + following)
        _write(folder / f"server-{name}.key.pem", _private(key, "PEM", "PKCS8"))

    server("p256", p256, intermediate, chain)
    server("short", p256, root, [])
    server("missing-intermediate", p256, intermediate, [])
    server("rsa", rsa_key, rsa_intermediate, rsa_chain)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
    server("rsa-pss", rsa_key, rsa_intermediate, rsa_chain, pss=pss)
    server("long", rsa_key, rsa_intermediate, long_chain, names=many_names)
    server("expired", p256, intermediate, chain, dates=EXPIRED)
    server("not-yet-valid", p256, intermediate, chain, dates=NOT_YET_VALID)
    server("wrong-name", p256, intermediate, chain, names=[WRONG_NAME])
    server("untrusted", p256, other, [other.certificate])
    server("self-signed", p256, None, [])


def _devices(folder: Path, keys: dict) -> None:
    ca = _root("local-aws device root", _p256())
    intermediate = _intermediate("local-aws device intermediate", ca, _p256())
    rogue = _root("local-aws device root", _p256())  # the same name: only the signature tells them apart
    _write_certificates(folder / "device-ca.pem", [ca.certificate])
    _write_certificates(folder / "rogue-ca.pem", [rogue.certificate])

    registered = {}

    def device(name, key, issuer=ca, following=(), dates=VALID):
        leaf = _leaf(f"device {name}", key, issuer, CLIENT, dates=dates)
        _write_certificates(folder / f"device-{name}.cert.pem", [leaf, *following])
        _write(folder / f"device-{name}.cert.der", leaf.public_bytes(serialization.Encoding.DER))
        traditional = "sec1" if isinstance(key, ec.EllipticCurvePrivateKey) else "pkcs1"
        for encoding in ("PEM", "DER"):
            _write(folder / f"device-{name}.pkcs8.{encoding.lower()}", _private(key, encoding, "PKCS8"))
            _write(folder / f"device-{name}.{traditional}.{encoding.lower()}", _private(key, encoding, "TraditionalOpenSSL"))
        if name in THINGS:
            registered[leaf.fingerprint(hashes.SHA256()).hex()] = THINGS[name]

    for name in ("p256", "p384", "p521", "rsa1024", "rsa2048", "rsa3072"):
        device(name, keys[name])
    device("chain", _p256(), intermediate, [intermediate.certificate])
    device("unregistered", _p256())
    device("expired", _p256(), dates=EXPIRED)
    device("rogue", _p256(), rogue)
    device("revoked", _p256())
    _revoke(folder / "device-crl.pem", ca, x509.load_pem_x509_certificate((folder / "device-revoked.cert.pem").read_bytes()))

    for path in sorted(Path(os.environ.get("LOCAL_AWS_PUBLIC_KEYS") or "/nowhere").glob("*.der")):
        key = _PublicHalf(serialization.load_der_public_key(path.read_bytes()))
        leaf = _leaf(f"device token {path.stem}", key, ca, CLIENT)
        _write_certificates(folder / f"device-token-{path.stem}.cert.pem", [leaf])
        registered[leaf.fingerprint(hashes.SHA256()).hex()] = [f"token-{path.stem}"]

    _write(folder / "device-mismatch.pkcs8.pem", _private(_p256(), "PEM", "PKCS8"))
    _write(folder / "device-p256.encrypted.pem", _private(keys["p256"], "PEM", "PKCS8", ENCRYPTED_KEY_PASSWORD))
    sec1 = (folder / "device-p256.sec1.pem").read_bytes()
    _write(folder / "device-p256.ecparam.pem", b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + sec1)
    certificate = (folder / "device-p256.cert.pem").read_bytes()
    _write(folder / "device-p256.cert-and-key.pem", certificate + (folder / "device-p256.pkcs8.pem").read_bytes())
    _write(folder / "things.json", json.dumps(registered, indent=1).encode())


def _revoke(path: Path, issuer: Authority, certificate: x509.Certificate) -> None:
    """Write the revocation list of `issuer`, with one certificate in it."""
    revoked = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(NOW - DAY).build()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(NOW - DAY)
        .next_update(NOW + 365 * DAY)
        .add_revoked_certificate(revoked)
    )
    _write(path, builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def _root(name: str, key) -> Authority:
    return _authority(name, key, None, None)


def _intermediate(name: str, issuer: Authority, key) -> Authority:
    return _authority(name, key, issuer, 0)


def _authority(name: str, key, issuer: Authority | None, path_length: int | None) -> Authority:
    usage = dict.fromkeys(
        ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"], False)  # fmt: skip
    builder = (
        _builder(name, key, issuer, VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
    )
    return Authority(_signed(builder, key, issuer), key)


def _leaf(name: str, key, issuer: Authority | None, purpose, names=(), dates=VALID, pss=None) -> x509.Certificate:
    builder = (
        _builder(name, key, issuer, dates)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    )
    if names:
        alternatives = [x509.DNSName(host) for host in names]
        if WRONG_NAME not in names:
            alternatives += [x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return _signed(builder, key, issuer, pss)


def _builder(name: str, key, issuer: Authority | None, dates) -> x509.CertificateBuilder:
    subject = _name(name)
    issuer_key = issuer.key if issuer else key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _signed(builder: x509.CertificateBuilder, key, issuer: Authority | None, pss=None) -> x509.Certificate:
    """`pss`: how an RSA issuer pads; None: PKCS#1 v1.5."""
    return builder.sign(issuer.key if issuer else key, hashes.SHA256(), rsa_padding=pss)


def _name(common_name: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "iotcred local AWS, for tests only")
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _private(key, encoding: str, form: str, password: bytes | None = None) -> bytes:
    protection = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(getattr(serialization.Encoding, encoding), getattr(serialization.PrivateFormat, form), protection)


def _write_certificates(path: Path, certificates: list) -> None:
    _write(path, b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
