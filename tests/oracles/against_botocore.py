"""Generated requests, signed by botocore and by iotcred: S3 and other services, in the header form and as presigned URLs.

    against_botocore.py --driver PROGRAM [--cases 20000] [--seed 1]

PROGRAM is driver.c, linked with the archive. botocore is taken as it is, with its own list of headers that it leaves out, which iotcred is told. What the
generator must reach is in RULES: a rule that is not reached fails the run, as a signature that differs does. Where botocore does otherwise than AWS's own
signers the generator stays away, and differences.py shows who is right.
"""

from __future__ import annotations

import argparse
import collections
import random
import struct
import subprocess
import sys
from urllib.parse import unquote_to_bytes

SKIPPED = 77
try:
    import oracle
    from generator import RULES, Generator
except ImportError as missing:
    print(f"skipped: {missing}; tests/requirements.txt lists what is needed")
    sys.exit(SKIPPED)

BATCH = 1000
KINDS = {"bytes": 0, "sha256": 1, "unsigned": 2, "streaming": 3, "streaming trailer": 4, "unsigned trailer": 5}
CONTENT_SHA256 = 1


def frame(case) -> bytes:
    """A case as driver.c reads it."""
    flags = CONTENT_SHA256 if case.content_sha256 else 0
    kind = ord("P" if case.expires else "H")
    parts = [struct.pack("=IIIIIq", kind, case.cached, KINDS[case.payload_kind], flags, case.expires, case.time)]
    payload = {"bytes": case.payload, "sha256": oracle.sha256(case.payload)}.get(case.payload_kind, b"")
    texts = [case.method, case.path, case.query, case.region, case.service, case.key_id, case.secret, case.token, oracle.UNSIGNED_HEADERS, payload]
    for text in texts:
        parts += [struct.pack("=I", len(text)), text]
    parts.append(struct.pack("=I", len(case.headers)))
    for name, value in case.headers:
        parts += [struct.pack("=I", len(name)), name, struct.pack("=I", len(value)), value]
    return b"".join(parts)


def by_iotcred(driver, cases) -> list:
    """What iotcred makes of each case: its status, and a text."""
    output = subprocess.run([driver], input=b"".join(map(frame, cases)), stdout=subprocess.PIPE, check=True).stdout
    answers, at = [], 0
    while at < len(output):
        status, length = struct.unpack_from("=iI", output, at)
        answers.append((status, output[at + 8 : at + 8 + length]))
        at += 8 + length
    assert len(answers) == len(cases), "an answer for each"
    return answers


def normal_form(case, text: bytes):
    """What two answers are compared by: the headers that are added, or what follows the path of the URL, decoded and sorted."""
    if not case.expires:
        return sorted(text.splitlines())
    parameters = (parameter.partition(b"=") for parameter in text.partition(b"?")[2].split(b"&"))
    return sorted((unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in parameters)


def compare(driver, cases) -> bool:
    for case, (status, ours) in zip(cases, by_iotcred(driver, cases)):
        theirs, canonical_request = oracle.sign(case)
        if status != 0 or normal_form(case, ours) != normal_form(case, theirs):
            print(f"They differ: {case}\nstatus {status}\n--- iotcred\n{ours!r}\n--- botocore\n{theirs!r}\n--- its canonical request\n{canonical_request}")
            return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", required=True)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = Generator(random.Random(arguments.seed))
    forms = collections.Counter()
    for begin in range(0, arguments.cases, BATCH):
        cases = [generator.case() for _ in range(min(BATCH, arguments.cases - begin))]
        if not compare(arguments.driver, cases):
            return 1
        forms.update(("S3" if case.is_s3 else "others") + (", presigned" if case.expires else ", headers") for case in cases)
    print(f"{arguments.cases} requests were signed alike, seed {arguments.seed}: " + ", ".join(f"{forms[form]} {form}" for form in sorted(forms)))
    missed = [rule for rule in RULES if not generator.reached[rule]]
    for rule in missed:
        print(f"The generator did not reach: {rule}")
    print(f"{len(RULES) - len(missed)} of {len(RULES)} rules were reached")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
