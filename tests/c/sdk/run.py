"""Builds the miniature SDK (tree/) with iotcred in the place of its SigV4 module, and runs its demos.

    run.py [--cargo-dir DIR] NAME...    without NAME: every way of building it
    run.py --sanitize address,undefined NAME...
    run.py --under=valgrind --under=--leak-check=full NAME...

Each way is a function below. The demos check a known signature; where the local AWS runs (tests/local_aws) they also go to S3, with
temporary credentials from its credentials provider.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
IOTCRED = HERE.parents[2]
MODULE = "libraries/aws/sigv4-for-aws-iot-embedded-sdk"
DEMOS = ["s3_generate_presigned_url", "s3_download", "s3_download_multithreaded"]
WAYS = {}


def way(function):
    WAYS[function.__name__] = function
    return function


@way
def ninja(sdk):
    """As the SDK's own build: Ninja, C."""
    sdk.build("Ninja", "-DBUILD_SHARED_LIBS=OFF", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_EXE_LINKER_FLAGS=-Wl,--gc-sections")
    sdk.run_demos()
    sdk.check_symbols()


@way
def make_shared_cxx(sdk):
    """Make, C++ sources, shared libraries wanted, debug."""
    sdk.to_cxx()
    sdk.build("Unix Makefiles", "-DBUILD_SHARED_LIBS=ON", "-DCMAKE_BUILD_TYPE=Debug")
    sdk.run_demos()


@way
def elsewhere_with_iotcred(sdk):
    """The checkout in a folder elsewhere, and demos that link iotcred::iotcred as well, in either order."""
    elsewhere = sdk.folder / "some" / "where"
    elsewhere.parent.mkdir()
    (sdk.tree / MODULE).rename(elsewhere)
    sdk.append("demos/s3_download/CMakeLists.txt", "target_link_libraries(s3_download PRIVATE iotcred::iotcred)\n")
    sdk.append("demos/s3_generate_presigned_url/CMakeLists.txt", "link_libraries(iotcred::iotcred)\n", at_start=True)
    sdk.append("demos/CMakeLists.txt", 'include("${SIGV4_FOLDER}/sigv4FilePaths.cmake")\n', at_start=True)
    sdk.build("Ninja", f"-DSIGV4_FOLDER={elsewhere}", "-DCMAKE_BUILD_TYPE=Release")
    sdk.run_demos()


@way
def with_spaces(sdk):
    """A checkout that is no link, in a tree, a build folder and a folder of Cargo's that all have a space in their paths."""
    (sdk.tree / MODULE).unlink()
    shutil.copytree(IOTCRED, sdk.tree / MODULE, ignore=shutil.ignore_patterns(".git", "build", "target"))
    spaced = sdk.folder / "a folder"
    spaced.mkdir()
    sdk.tree, sdk.out = sdk.tree.rename(spaced / "an sdk"), spaced / "a build"
    sdk.build("Ninja", "-DCMAKE_BUILD_TYPE=Release", cargo_dir=spaced / "of cargo")
    sdk.run_demos()


@way
def with_the_modules_added(sdk):
    """As releases of the SDK that add every folder of libraries/ with a CMakeLists.txt as a subdirectory, before the demos."""
    sdk.append("demos/CMakeLists.txt", """
file(GLOB modules "${ROOT_DIR}/libraries/aws/*")
foreach(module IN LISTS modules)
    if(IS_DIRECTORY "${module}" AND EXISTS "${module}/CMakeLists.txt")
        add_subdirectory("${module}" "${CMAKE_BINARY_DIR}/libraries")
    endif()
endforeach()
""", at_start=True)
    sdk.build("Ninja", "-DCMAKE_BUILD_TYPE=Release")
    sdk.run_demos()


@way
def as_a_library(sdk, shared="OFF"):
    """A library of the sources that the programs of other folders link, as the SDK for Kinesis Video Streams has it."""
    sdk.append("CMakeLists.txt", f"""
include("${{SIGV4_FOLDER}}/sigv4FilePaths.cmake")
add_library(sigv4 ${{SIGV4_SOURCES}})
target_include_directories(sigv4 PRIVATE "${{DEMOS_DIR}}/s3_download" ${{SIGV4_INCLUDE_PUBLIC_DIRS}})
""")
    for demo in DEMOS:
        path = sdk.tree / "demos" / demo / "CMakeLists.txt"
        text = path.read_text()
        include = "include(${SIGV4_FOLDER}/sigv4FilePaths.cmake)"
        assert include in text
        text = text.replace(include, 'set(SIGV4_INCLUDE_PUBLIC_DIRS "${SIGV4_FOLDER}/include")').replace(" ${SIGV4_SOURCES})", ")")
        path.write_text(text.replace("PRIVATE mbedtls", "PRIVATE mbedtls sigv4"))
    sdk.build("Ninja", f"-DBUILD_SHARED_LIBS={shared}", "-DCMAKE_BUILD_TYPE=Release")
    sdk.run_demos()


@way
def as_a_shared_library(sdk):
    """The same as a shared library."""
    as_a_library(sdk, "ON")


@way
def fetched_afterwards(sdk):
    """A program of the tree that has iotcred by FetchContent, too."""
    sdk.append("CMakeLists.txt", f"""
include(FetchContent)
FetchContent_Declare(iotcred SOURCE_DIR "{IOTCRED}")
FetchContent_MakeAvailable(iotcred)
add_executable(other demos/s3_download/s3_download.c demos/common/demo.c)
target_include_directories(other PRIVATE demos/common demos/s3_download)
target_link_libraries(other PRIVATE iotcred::sigv4 mbedtls)
""")
    sdk.build("Ninja", "-DCMAKE_BUILD_TYPE=Release")
    sdk.run_demos()


class Sdk:
    """A copy of the tree."""

    def __init__(self, folder, arguments):
        self.folder, self.arguments = folder, arguments
        self.tree, self.out = folder / "sdk", folder / "build"
        shutil.copytree(HERE / "tree", self.tree)
        (self.tree / MODULE).parent.mkdir(parents=True)
        (self.tree / MODULE).symlink_to(IOTCRED)

    def append(self, name, text, at_start=False):
        path = self.tree / name
        path.write_text(text + path.read_text() if at_start else path.read_text() + text)

    def to_cxx(self):
        for source in self.tree.glob("demos/**/*.c"):
            source.rename(source.with_suffix(".cpp"))

    def build(self, generator, *options, cargo_dir=None):
        if self.arguments.sanitize:
            flags = f"-fsanitize={self.arguments.sanitize} -fno-sanitize-recover=all -fno-omit-frame-pointer"
            options += (f"-DCMAKE_C_FLAGS={flags}", f"-DCMAKE_CXX_FLAGS={flags}")
        run("cmake", "-S", self.tree, "-B", self.out, "-G", generator, f"-DIOTCRED_CARGO_DIR={cargo_dir or self.arguments.cargo_dir}", *options)
        run("cmake", "--build", self.out)

    def run_demos(self):
        environment = dict(os.environ)
        if "LOCAL_AWS_S3_PLAIN_PORT" in environment:
            environment |= to_s3(self.folder)
        for demo in DEMOS:
            print(run(*self.arguments.under, self.program(demo), env=environment), end="")
        if "DEMO_RESPONSE" in environment:
            del environment["DEMO_RESPONSE"]
            print(run(*self.arguments.under, self.program(DEMOS[1]), env=environment), end="")
        if "address" in self.arguments.sanitize:
            assert "__asan_init" in run("nm", self.program(DEMOS[1])), "the sanitizer is not there"

    def program(self, demo):
        return self.out / "bin" / demo

    def check_symbols(self):
        """What is linked of the archive is the signer: no TLS, and no panic."""
        names = run("nm", self.program(DEMOS[1]))
        assert "SigV4_GenerateHTTPAuthorization" in names
        for unwanted in ["rustls", "ring_core", "iotcred_fetch", "panic"]:
            assert unwanted not in names, unwanted


def to_s3(folder):
    """What the demos need to know of S3, with the answer of the credentials provider."""
    context = ssl.create_default_context(cafile=os.environ["IOTCRED_CA"])
    context.load_cert_chain(os.environ["IOTCRED_CERT"], os.environ["IOTCRED_KEY"])
    host = os.environ["IOTCRED_ENDPOINT"]
    request = (f"GET /role-aliases/{os.environ['IOTCRED_ROLE_ALIAS']}/credentials HTTP/1.1\r\nHost: {host}\r\n"
               f"x-amzn-iot-thingname: {os.environ['IOTCRED_THING_NAME']}\r\nConnection: close\r\n\r\n")
    address = (os.environ["IOTCRED_ADDRESS"], int(os.environ["IOTCRED_PORT"]))
    with socket.create_connection(address) as plain, context.wrap_socket(plain, server_hostname=host) as connection:
        connection.sendall(request.encode())
        answer = b""
        while part := connection.recv(4096):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    credentials = json.loads(body)
    response = folder / "response.txt"
    response.write_bytes(head + b"\r\n\r\n" + json.dumps(credentials, separators=(",", ":")).encode())
    response.chmod(0o600)
    port = os.environ["LOCAL_AWS_S3_PLAIN_PORT"]
    return {"DEMO_RESPONSE": str(response), "DEMO_S3_PORT": port, "DEMO_S3_HOST": f"{os.environ['IOTCRED_S3_ENDPOINT']}:{port}",
            "DEMO_S3_BUCKET": os.environ["IOTCRED_S3_BUCKET"], "DEMO_S3_OBJECT": f"demo-{os.getpid()}.txt", "DEMO_REGION": os.environ["AWS_REGION"]}


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit status {done.returncode}\n{done.stdout}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cargo-dir", type=Path, default=IOTCRED / "build" / "cargo")
    parser.add_argument("--sanitize", default="", metavar="SANITIZERS", help="for the demos, as -fsanitize= has them")
    parser.add_argument("--under", action="append", default=[], metavar="WORD", help="a word of the command that runs the demos")
    parser.add_argument("names", nargs="*", metavar="NAME", help="one of: " + ", ".join(WAYS))
    arguments = parser.parse_args()
    arguments.cargo_dir = arguments.cargo_dir.resolve()
    for name in arguments.names or WAYS:
        print(f"{name}: {WAYS[name].__doc__}", flush=True)
        with tempfile.TemporaryDirectory(prefix="iotcred-sdk-") as folder:
            WAYS[name](Sdk(Path(folder), arguments))


if __name__ == "__main__":
    main()
