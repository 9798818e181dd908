"""What an archive exports, and what the headers say that it does: for the tests here and for those of firmware (tests/cortex_m)."""

import re
import subprocess


def symbols(file, *options, nm="nm"):
    """Names that a file defines."""
    lines = subprocess.run([nm, *options, str(file)], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return {fields[2] for fields in (line.split() for line in lines) if len(fields) == 3}


def header_names(tree):
    """The headers' functions and variables: those of the sign size, and all."""
    header, sdk = ((tree / "include" / name).read_text() for name in ("iotcred.h", "sigv4.h"))
    first = re.split(r"\n#if[^\n]*IOTCRED_SIGN_ONLY", header)[0]
    pattern = re.compile(r"^[A-Za-z][^\n/#{}=]*?[ *]((?:iotcred|sigv4|SigV4)_\w+)(?:\(|;)", re.M)
    names = [{m[1] for m in pattern.finditer(text) if not m[0].startswith("typedef")} for text in (first + sdk, header + sdk)]
    if not {"sigv4_sign_request", "SigV4_EncodeURI"} <= names[0] < names[1] >= {"iotcred_fetch"}:
        raise ValueError(f"the headers' names are not read: {names}")
    return names


def difference(archive, names, nm="nm"):
    """What an archive exports beyond these names, and which of them it does not; empty where they are the same."""
    found = symbols(archive, "-g", "--defined-only", nm=nm)
    return "" if found == names else f"{archive.name}: too many: {sorted(found - names)}, missing: {sorted(names - found)}"
