"""Writes THIRD-PARTY-LICENSES: what others wrote of each archive, and under which licence, for the firmware that ships it.

    tests/licences/third_party.py [--write]

Without --write it compares. The texts are the crates' own files; rust.txt, for what comes with the compiler, is kept by hand.
"""

import json
import pathlib
import re
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
OUTPUT = TREE / "THIRD-PARTY-LICENSES"
TARGETS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "armv7-unknown-linux-gnueabihf", "thumbv7em-none-eabihf", "riscv32imac-unknown-none-elf"]
SIGN_TARGETS = [*TARGETS, "thumbv6m-none-eabi"]
ARCHIVES = [
    ("libiotcred_sigv4.a (iotcred::sigv4)", ["--no-default-features"], SIGN_TARGETS),
    ("libiotcred.a (iotcred::iotcred)", [], TARGETS),
]
# Not linked, but build.rs copies root certificates out of it.
COPIED_FROM = {"libiotcred.a (iotcred::iotcred)": ["webpki-roots"]}
LICENCE_FILE = re.compile(r"(?i)^(licen[cs]e|copying|copyright|notice|unlicense)")
RULE = "=" * 100


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], cwd=TREE, stdout=subprocess.PIPE, text=True, check=True).stdout


def packages():
    """Every package of the lock file, by (name, version)."""
    return {(p["name"], p["version"]): p for p in json.loads(cargo("metadata", "--locked", "--format-version=1"))["packages"]}


def linked(archive, features, targets, known):
    """The crates of an archive, without iotcred itself."""
    found = set()
    for size in ([], ["--no-default-features", "--features=client"]) if not features else (features,):
        for target in targets:
            tree = cargo("tree", "--locked", "--edges=normal,no-proc-macro", "--prefix=none", f"--target={target}", "--format={p}", *size)
            found |= {(name, version) for name, version in re.findall(r"^(\S+) v(\S+)", tree, re.M)}
    found |= {key for key in known if key[0] in COPIED_FROM.get(archive, [])}
    return sorted(key for key in found if key[0] != "iotcred")


def chosen(files, has_choice):
    """Where a licence can be chosen: MIT, else Apache-2.0."""
    if has_choice:
        for preferred in ("MIT", "APACHE"):
            if picked := [file for file in files if preferred in file.name.upper()]:
                return picked
    return files


def licence_files(package):
    root = pathlib.Path(package["manifest_path"]).parent
    folders = {}
    for file in sorted(root.rglob("*")):
        # The folder LICENSES is the REUSE specification's.
        named = LICENCE_FILE.match(file.name) or file.parent.name == "LICENSES"
        if file.is_file() and named and file.suffix != ".rs" and not {"tests", "benches", "examples"} & set(file.relative_to(root).parts[:-1]):
            folders.setdefault(file.parent, []).append(file)
    picked = []
    for folder, files in folders.items():
        # Below its root a crate holds what it took from elsewhere, each with its own files.
        picked += chosen(files, " AND " not in package["license"] if folder == root else True)
    if not picked:
        sys.exit(f"{package['name']} has no licence file: {package['license']}")
    return picked


def notices(package):
    """Copyright lines in ring's sources: most of them are not in its licence files."""
    if package["name"] != "ring":
        return ""
    root, lines = pathlib.Path(package["manifest_path"]).parent, set()
    for folder in ("src", "crypto", "pregenerated", "third_party", "include"):
        for file in (root / folder).rglob("*"):
            if file.suffix in (".rs", ".c", ".h", ".S", ".inl", ".asm"):
                for line in re.findall(r"(?:Portions )?Copyright (?:\([cC]\) )?[0-9]{4}[^\n]*", file.read_text(errors="replace")):
                    lines.add(re.sub(r"\s*\*/$", "", line).strip())
    return "Named in ring's sources:\n\n" + "".join(f"    {line}\n" for line in sorted(lines)) + "\n"


def generate():
    known, text = packages(), "What others wrote of iotcred's archives, and under which licences.\n"
    text += "Generated from Cargo.lock by tests/licences/third_party.py: change it there.\n"
    users = {}
    for archive, features, targets in ARCHIVES:
        text += f"\n{archive} contains parts of\n\n"
        for key in linked(archive, features, targets, known):
            package = known[key]
            text += f"    {' '.join(key):<28} {package['license'].replace('/', ' OR '):<36} {package['repository'] or ''}".rstrip() + "\n"
            users[key] = package
        text += "    Rust's core library" + (" and std" if not features else "") + "\n"
    texts, headings = {}, {}
    for key, package in sorted(users.items()):
        for file in licence_files(package):
            content = file.read_text(errors="replace").replace("\r\n", "\n").strip("\n")
            same = " ".join(content.split())
            texts.setdefault(same, content)
            headings.setdefault(same, []).append(f"{key[0]}: {file.relative_to(pathlib.Path(package['manifest_path']).parent)}")
        if extra := notices(package):
            texts[extra], headings[extra] = extra.strip("\n"), [f"{key[0]}: copyright"]
    for same, content in texts.items():
        text += f"\n{RULE}\n" + "\n".join(headings[same]) + f"\n{RULE}\n\n" + "\n".join(line.rstrip() for line in content.split("\n")) + "\n"
    rust = (pathlib.Path(__file__).parent / "rust.txt").read_text().strip("\n")
    return text + f"\n{RULE}\nRust\n{RULE}\n\n{rust}\n"


def main():
    text = generate()
    if sys.argv[1:] == ["--write"]:
        OUTPUT.write_text(text)
    elif not OUTPUT.exists() or OUTPUT.read_text() != text:
        sys.exit("THIRD-PARTY-LICENSES is stale: run tests/licences/third_party.py --write")


if __name__ == "__main__":
    main()
