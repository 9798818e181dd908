"""Uses iotcred as users' projects do, outside the tree: FetchContent, find_package, pkg-config, cross builds.

    tests/packaging/run.py [--tree DIR] [--keep] [NAME...]

Needs cmake, ninja, make, pkg-config, a C and a C++ compiler. Each test is a function below; NAME picks those whose name contains it. All projects
share one folder of Cargo's (build/cargo), so that the libraries under iotcred are compiled once; each makes its own archives.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from exported import difference, header_names, symbols

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
TESTS = []
NAMES = re.compile(r"^(?:iotcred|sigv4|SigV4)_[A-Za-z0-9_]+$")
PANIC = re.compile(r"panicking|panic_fmt|rust_begin_unwind|panic_handler|panic_hook|core..fmt|unwrap_failed|slice_.*_fail")
TLS = re.compile(r"rustls|webpki|ring_core|ring::|x509|httparse|iotcred_fetch|iotcred_send|alloc..alloc")


class Failed(Exception):
    """A test's claim does not hold."""


class Skipped(Exception):
    """A test's tools are not on this machine."""


def test(function):
    TESTS.append(function)
    return function


def run(*command, fails=None, **options):
    """Runs a command and returns what it printed; with `fails` it must fail, and say so."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    if (done.returncode == 0) == (fails is not None):
        raise Failed(f"{' '.join(map(str, command))}\nexit status {done.returncode}\n{done.stdout}")
    if fails and not re.search(fails, done.stdout):
        raise Failed(f"{' '.join(map(str, command))}\ndoes not say {fails!r}:\n{done.stdout}")
    return done.stdout


def claim(holds, text):
    if not holds:
        raise Failed(text)


def needs(program):
    if not shutil.which(program):
        raise Skipped(f"needs {program}")


def needs_file(path, package):
    if not os.path.exists(path):
        raise Skipped(f"needs {package}")


class Place:
    """Where the projects stand, and what several tests share."""

    def __init__(self, tree, folder):
        self.tree, self.folder, self.cargo = tree, folder, tree / "build" / "cargo"
        self.installed = None

    def project(self, name, cmakelists, sources=("app.c",), folder=None):
        """Lays a user's project down."""
        project = (folder or self.folder) / name
        project.mkdir(parents=True)
        for source in sources:
            shutil.copy(HERE / "app.c", project / source)
        (project / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.16)\n" + cmakelists)
        return project

    def configure(self, project, *options, fails=None, **more):
        return run("cmake", "-S", project, "-B", project / "build", f"-DIOTCRED_CARGO_DIR={self.cargo}", *options, fails=fails, **more)

    def build(self, project, *options, fails=None):
        return run("cmake", "--build", project / "build", *options, fails=fails)

    def try_project(self, name, cmakelists, *options, programs=("app",), **more):
        """Configures, builds and runs."""
        project = self.project(name, cmakelists, **more)
        self.configure(project, *options)
        self.build(project)
        for program in programs:
            run(project / "build" / program)
        return project

    def fetch(self, options=""):
        return f'include(FetchContent)\nFetchContent_Declare(iotcred SOURCE_DIR "{self.tree}" {options})\nFetchContent_MakeAvailable(iotcred)\n'

    def prefix(self):
        """iotcred, installed once, in a prefix that is moved afterwards."""
        if self.installed is None:
            build, first = self.folder / "install-build", self.folder / "prefix-at-first"
            run("cmake", "-S", self.tree, "-B", build, "-G", "Ninja", f"-DIOTCRED_CARGO_DIR={self.cargo}", "-DCMAKE_BUILD_TYPE=Release",
                "-DCMAKE_INSTALL_LIBDIR=lib", "-DIOTCRED_BUILD_TESTS=OFF", "-DIOTCRED_BUILD_EXAMPLES=OFF")
            run("cmake", "--build", build)
            run("cmake", "--install", build, "--prefix", first)
            self.installed = self.folder / "a moved prefix"
            first.rename(self.installed)
        return self.installed

    def copy(self, name):
        """The tree's files, for a test that changes them."""
        copy = self.folder / name
        copy.mkdir()
        for entry in ["Cargo.toml", "Cargo.lock", "CMakeLists.txt", "build.rs", "cmake", "src", "include", *(path.name for path in self.tree.glob("LICENSE*"))]:
            source = self.tree / entry
            if source.is_dir():
                shutil.copytree(source, copy / entry)
            elif source.exists():
                shutil.copy(source, copy / entry)
        return copy


def linkers():
    """The linkers of this machine, as -fuse-ld= names them."""
    return ["bfd", *(linker for linker in ("gold", "lld") if shutil.which(f"ld.{linker}"))]


# ---- FetchContent ----

@test
def fetchcontent_ninja_release(place):
    """Nothing but target_link_libraries; the second build has nothing to do."""
    project = place.try_project("fetch", "project(app C)\n" + place.fetch() + "add_executable(app app.c)\n"
                                "target_compile_definitions(app PRIVATE FULL CLOCK)\ntarget_link_libraries(app iotcred::iotcred)\n",
                                "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release")
    claim("no work to do" in place.build(project), "a second build does something")
    targets = run("cmake", "--build", project / "build", "--target", "help")
    claim("sign_request:" not in targets, "iotcred's examples are built in a user's project")
    cache = (project / "build" / "CMakeCache.txt").read_text()
    for option in ("BUILD_TESTS", "BUILD_EXAMPLES", "INSTALL"):
        claim(f"IOTCRED_{option}:BOOL=OFF" in cache, f"IOTCRED_{option} is not off")


@test
def fetchcontent_make_debug_from_git_with_spaces(place):
    """Cloned by git into a path with spaces; the archive follows the sources, and is not made anew without need."""
    origin = place.copy("an origin")
    git = ("git", "-C", origin, "-c", "user.name=user", "-c", "user.email=user@example.com")
    run("git", "init", "-q", origin)
    run(*git, "add", "-A")
    run(*git, "commit", "-q", "-m", "snapshot")
    project = place.try_project("a project", 'project(app C)\ninclude(FetchContent)\n'
                                f'FetchContent_Declare(iotcred GIT_REPOSITORY "file://{origin}" GIT_TAG HEAD)\n'
                                "FetchContent_MakeAvailable(iotcred)\nadd_executable(app app.c)\ntarget_link_libraries(app PRIVATE iotcred::sigv4)\n",
                                "-G", "Unix Makefiles", "-DCMAKE_BUILD_TYPE=Debug")
    source = project / "build" / "_deps" / "iotcred-src"
    archive = project / "build" / "_deps" / "iotcred-build" / "debug" / "libiotcred_sigv4.a"
    made = archive.stat().st_mtime_ns
    place.build(project)
    claim(archive.stat().st_mtime_ns == made, "the archive was made anew without need")
    # A new file, and a change that shows in the program.
    (source / "src" / "ffi" / "extra.rs").write_text("")
    about = source / "src" / "ffi" / "about.rs"
    about.write_text(about.read_text().replace('env!("CARGO_PKG_VERSION")', '"of another day"'))
    place.build(project)
    claim(archive.stat().st_mtime_ns != made, "the archive does not follow the sources")
    claim(b"of another day" in (project / "build" / "app").read_bytes() or b"of another day" in archive.read_bytes(), "the change is not in the archive")


@test
def fetchcontent_multi_config(place):
    """Ninja Multi-Config: each configuration gets its archive, and RelWithDebInfo and MinSizeRel Release's."""
    project = place.project("multi", "project(app C)\n" + place.fetch() + "add_executable(app app.c)\ntarget_link_libraries(app PRIVATE iotcred::sigv4)\n")
    place.configure(project, "-G", "Ninja Multi-Config", "-DCMAKE_CONFIGURATION_TYPES=Debug;Release;RelWithDebInfo;MinSizeRel")
    for config in ("Debug", "Release", "RelWithDebInfo", "MinSizeRel"):
        place.build(project, "--config", config)
        run(project / "build" / config / "app")
    made = sorted(path.relative_to(project / "build").parts[-2] for path in (project / "build").rglob("libiotcred_sigv4.a"))
    claim(made == ["debug", "release"], f"archives: {made}")


@test
def fetchcontent_std_debug(place):
    """The std size in Debug, with Make, for a project in C++ alone."""
    needs("c++")
    place.try_project("cxx", "project(app CXX)\nset(CMAKE_CXX_STANDARD 17)\nadd_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Werror)\n"
                      + place.fetch() + "add_executable(app app.cpp)\ntarget_compile_definitions(app PRIVATE FULL CLOCK)\n"
                      "target_link_libraries(app PRIVATE iotcred::iotcred)\n",
                      "-G", "Unix Makefiles", "-DCMAKE_BUILD_TYPE=Debug", sources=("app.cpp",))


@test
def both_targets_in_either_order(place):
    """A program with both targets, directly or through a library, links, runs, sees the whole header, and gets the whole library."""
    orders = {"first": "iotcred::sigv4 iotcred::iotcred", "last": "iotcred::iotcred iotcred::sigv4", "through": "signing iotcred::iotcred",
              "through_last": "iotcred::iotcred signing", "fetching": "iotcred::sigv4 fetching"}
    lists = "project(app C)\n" + place.fetch()
    lists += "file(WRITE ${CMAKE_BINARY_DIR}/lib.c \"#include <iotcred.h>\\nconst char *NAME(void); const char *NAME(void) { return iotcred_version(); }\")\n"
    for library, target in (("signing", "sigv4"), ("fetching", "iotcred")):
        lists += f"add_library({library} STATIC ${{CMAKE_BINARY_DIR}}/lib.c)\ntarget_compile_definitions({library} PRIVATE NAME={library})\n"
        lists += f"target_link_libraries({library} PUBLIC iotcred::{target})\n"
    for linker in linkers():
        for collect in ("", "-Wl,--gc-sections"):
            for name, libraries in orders.items():
                for content in ("", "FULL"):
                    program = f"{name}_{content}_{linker}_{'gc' if collect else ''}"
                    lists += f"add_executable({program} app.c)\ntarget_compile_definitions({program} PRIVATE CLOCK {content})\n"
                    lists += f"target_link_libraries({program} PRIVATE {libraries})\n"
                    lists += f"target_link_options({program} PRIVATE -fuse-ld={linker} {collect})\n"
    project = place.project("both", lists)
    place.configure(project, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release")
    place.build(project)
    programs = [path for path in (project / "build").iterdir() if path.name.split("_")[0] in ("first", "last", "through", "fetching") and os.access(path, os.X_OK)]
    claim(len(programs) == len(linkers()) * 20, f"{len(programs)} programs")
    for program in programs:
        run(program)


@test
def a_users_library_with_iotcred_can_be_shared_and_exported(place):
    """A shared library over the archive, and a static one that is exported."""
    place.try_project("library", "project(app C)\nset(CMAKE_C_VISIBILITY_PRESET hidden)\n" + place.fetch() +
                      "add_library(device SHARED app.c)\ntarget_compile_definitions(device PRIVATE FULL main=device_main)\n"
                      "set_target_properties(device PROPERTIES C_VISIBILITY_PRESET default)\ntarget_link_libraries(device PRIVATE iotcred::iotcred)\n"
                      "file(WRITE ${CMAKE_BINARY_DIR}/main.c \"int device_main(void); int main(void) { return device_main(); }\")\n"
                      "add_executable(app ${CMAKE_BINARY_DIR}/main.c)\ntarget_link_libraries(app PRIVATE device)\n"
                      "add_library(kit STATIC ${CMAKE_BINARY_DIR}/main.c)\ntarget_link_libraries(kit PUBLIC iotcred::iotcred)\n"
                      "install(TARGETS kit EXPORT kit DESTINATION lib)\ninstall(EXPORT kit DESTINATION lib)\n",
                      "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON")


# Each library computes the SHA-256 of "abc" (FIPS 180-4), and each TLS stack makes a client's context.
BESIDE = r"""
#include <iotcred.h>
#include <mbedtls/sha256.h>
#include <mbedtls/ssl.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <string.h>
int other(void);
static int is_abc(const unsigned char *hash) { return memcmp(hash, "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23", 16) == 0; }
int main(void)
{
    iotcred_credentials out;
    iotcred_config config = { .endpoint = "localhost", .role_alias = "alias" };
    sigv4_sha256 hash;
    unsigned char a[32], b[32], c[32];
    sigv4_sha256_init(&hash);
    sigv4_sha256_update(&hash, (const uint8_t *)"abc", 3);
    sigv4_sha256_final(&hash, a);
    SHA256((const unsigned char *)"abc", 3, b);
    mbedtls_sha256_ret((const unsigned char *)"abc", 3, c, 0);
    SSL_CTX *openssl = SSL_CTX_new(TLS_client_method());
    mbedtls_ssl_config mbedtls;
    mbedtls_ssl_config_init(&mbedtls);
    int fails = openssl == NULL || mbedtls_ssl_config_defaults(&mbedtls, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0;
    SSL_CTX_free(openssl);
    mbedtls_ssl_config_free(&mbedtls);
    return fails + other() + !is_abc(a) + !is_abc(b) + !is_abc(c) + (iotcred_fetch(&config, &out, NULL) != IOTCRED_ERR_CERTIFICATE);
}
"""


@test
def a_second_rust_library_links_beside(place):
    """Another static library of Rust's, with its own std, OpenSSL and mbedTLS in one program: both of the archives' orders, and with --gc-sections."""
    needs_file("/usr/include/openssl/ssl.h", "libssl-dev")
    needs_file("/usr/include/mbedtls/ssl.h", "libmbedtls-dev")
    other = place.folder / "other.rs"
    other.write_text('#[unsafe(no_mangle)] pub extern "C" fn other() -> i32 { std::panic::catch_unwind(|| '
                     '{ let v: Vec<i32> = std::env::args().map(|_| 1).collect(); v[v.len()] }).map_or(0, |_| 1) }\n')
    archive = place.folder / "libother.a"
    run("rustc", "--edition=2024", "--crate-type=staticlib", "-O", "-o", archive, other)
    main = place.folder / "beside.c"
    main.write_text(BESIDE)
    ours = place.prefix() / "lib" / "libiotcred.a"
    for linker in linkers():
        for libraries in ((archive, ours), (ours, archive)):
            for collect in ("--no-gc-sections", "--gc-sections"):
                program = place.folder / "beside"
                run("cc", f"-fuse-ld={linker}", main, f"-I{place.prefix() / 'include'}", *libraries, f"-Wl,{collect}", "-lpthread", "-ldl", "-lm",
                    "-lssl", "-lcrypto", "-lmbedtls", "-lmbedx509", "-lmbedcrypto", "-o", program)
                run(program)


@test
def a_panic_in_the_archive_becomes_a_status(place):
    """Unwinding works in the archive as it is put together: with a panic planted in the guard, a call returns IOTCRED_ERR_INTERNAL."""
    tree = place.copy("a tree with a panic")
    guard = tree / "src" / "ffi" / "guard.rs"
    planted = guard.read_text().replace("AssertUnwindSafe(body)", 'AssertUnwindSafe(|| if true { panic!("planted") } else { body() })')
    claim("planted" in planted, "the test does not find where to plant a panic")
    guard.write_text(planted)
    project = place.project("panics", "project(app C)\n" + place.fetch().replace(str(place.tree), str(tree)) +
                            "file(WRITE ${CMAKE_BINARY_DIR}/main.c \"#include <iotcred.h>\\nint main(void) { return sigv4_sign_request(NULL, NULL, NULL, NULL) != IOTCRED_ERR_INTERNAL; }\")\n"
                            "foreach(collect --no-gc-sections --gc-sections)\nadd_executable(app${collect} ${CMAKE_BINARY_DIR}/main.c)\n"
                            "target_link_libraries(app${collect} PRIVATE iotcred::iotcred -Wl,${collect})\nendforeach()\n")
    place.configure(project, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release")
    place.build(project)
    # The words of the panic come out, and no frames: what prints these is not in the program (CMakeLists.txt leaves it out).
    for app in ("app--no-gc-sections", "app--gc-sections"):
        printed = run(project / "build" / app, env={**os.environ, "RUST_BACKTRACE": "full"})
        claim("planted" in printed and " 0: " not in printed, f"a panic prints:\n{printed}")
    readers = [name for name in symbols(project / "build" / "app--gc-sections", "-C") if re.search("gimli|addr2line|miniz_oxide", name)]
    claim(not readers, f"std's reader of debugging information is linked: {readers[:5]}")


# ---- Installed ----

@test
def the_installed_tree_is_complete(place):
    prefix = place.prefix()
    found = sorted(str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file())
    wanted = sorted(["include/iotcred.h", "include/sigv4.h", "include/sigv4_config_defaults.h", "lib/libiotcred.a", "lib/libiotcred_sigv4.a", "lib/cmake/iotcred/iotcredConfig.cmake",
                     "lib/cmake/iotcred/iotcredConfigVersion.cmake", "lib/pkgconfig/iotcred.pc", "lib/pkgconfig/iotcred-sigv4.pc",
                     "share/licenses/iotcred/LICENSE-APACHE", "share/licenses/iotcred/LICENSE-MIT", "share/licenses/iotcred/NOTICE",
                     "share/licenses/iotcred/THIRD-PARTY-LICENSES"])
    claim(found == wanted, f"installed: {found}")
    for path in prefix.rglob("*"):
        if path.suffix in (".cmake", ".pc"):
            claim(str(place.folder) not in path.read_text() and str(place.tree) not in path.read_text(), f"{path.name} names a folder of this machine")
    licences = (prefix / "share/licenses/iotcred/THIRD-PARTY-LICENSES").read_text()
    for name in ("sha2", "rustls", "ring", "webpki-roots", "zeroize", "The Rust Project"):
        claim(name in licences, f"THIRD-PARTY-LICENSES does not mention {name}")


@test
def only_the_headers_names_are_global(place):
    sign, everything = header_names(place.tree)
    lib = place.prefix() / "lib"
    for archive, names in (("libiotcred_sigv4.a", sign), ("libiotcred.a", everything)):
        claim(not (found := difference(lib / archive, names)), found)


@test
def the_sign_archive_has_no_tls(place):
    everything = symbols(place.prefix() / "lib" / "libiotcred_sigv4.a", "--defined-only", "-C")
    found = sorted(name for name in everything if TLS.search(name))
    claim(not found and everything, f"in the sign archive: {found}")
    found = [name for name in symbols(place.prefix() / "lib" / "libiotcred.a", "--defined-only") if TLS.search(name)]
    claim(found, "the test does not see TLS where there is some")


@test
def find_package_gives_both_targets(place):
    version = re.search(r'^version = "([^"]+)"', (place.tree / "Cargo.toml").read_text(), re.M)[1]
    lists = f"project(app C)\nfind_package(iotcred {version} REQUIRED)\n"
    for name, target, define in (("full", "iotcred", "FULL"), ("signs", "sigv4", "SIGNS")):
        lists += f"add_executable({name} app.c)\ntarget_compile_definitions({name} PRIVATE {define})\ntarget_link_libraries({name} PRIVATE iotcred::{target})\n"
    for name, order in (("first", "sigv4 iotcred::iotcred"), ("last", "iotcred iotcred::sigv4")):
        lists += f"add_executable({name} app.c)\ntarget_compile_definitions({name} PRIVATE FULL CLOCK)\ntarget_link_libraries({name} PRIVATE iotcred::{order})\n"
    place.try_project("found", lists, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={place.prefix()}", programs=("full", "signs", "first", "last"))
    project = place.project("too-new", "project(app C)\nfind_package(iotcred 99 REQUIRED)\n")
    place.configure(project, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={place.prefix()}", fails="99")


@test
def pkg_config_links_as_it_stands(place):
    needs("pkg-config")
    # Plain `$(pkg-config ...)` splits at spaces, in this as in every package: the prefix here has none.
    prefix = place.folder / "plain-prefix"
    prefix.symlink_to(place.prefix())
    app = place.folder / "pkg-app.c"
    shutil.copy(HERE / "app.c", app)
    environment = dict(os.environ, PKG_CONFIG_PATH=str(prefix / "lib" / "pkgconfig"))
    for number, (flags, packages) in enumerate((("-DFULL -DCLOCK", "iotcred"), ("", "iotcred-sigv4"), ("-DFULL -DCLOCK", "iotcred iotcred-sigv4"),
                                                ("-DFULL -DCLOCK", "iotcred-sigv4 iotcred"), ("-static -DFULL", "iotcred"))):
        program = place.folder / f"pkg-app{number}"
        run("sh", "-ec", f"cc {flags} {app} $(pkg-config --cflags --libs --static {packages}) -o {program}", env=environment)
        run(program)


@test
def a_header_of_another_abi_does_not_link(place):
    header = (place.prefix() / "include" / "iotcred.h").read_text()
    other = place.folder / "other-abi"
    other.mkdir()
    (other / "iotcred.h").write_text(header.replace("iotcred_abi_1", "iotcred_abi_2"))
    shutil.copy(HERE / "app.c", other)
    lib = place.prefix() / "lib"
    for define, library in (("IOTCRED_CLIENT", "iotcred"), ("IOTCRED_SIGN_ONLY", "iotcred_sigv4")):
        run("cc", other / "app.c", f"-I{place.prefix() / 'include'}", f"-D{define}", f"-L{lib}", f"-l{library}", "-o", other / "same")
        run("cc", other / "app.c", f"-I{other}", f"-D{define}", f"-L{lib}", f"-l{library}", "-o", other / "app", fails="iotcred_abi_2")


@test
def the_sign_size_shows_its_half_of_the_header(place):
    app, include = HERE / "app.c", place.prefix() / "include"
    run("cc", "-fsyntax-only", "-DIOTCRED_SIGN_ONLY", "-DFULL", f"-I{include}", app, fails="iotcred_config")
    run("cc", "-fsyntax-only", "-DIOTCRED_SIGN_ONLY", "-DIOTCRED_CLIENT", "-DFULL", f"-I{include}", app)


@test
def a_program_that_signs_has_no_panic_code(place):
    program = place.folder / "signs"
    run("cc", HERE / "app.c", f"-I{place.prefix() / 'include'}", "-DIOTCRED_SIGN_ONLY", place.prefix() / "lib" / "libiotcred_sigv4.a", "-Wl,--gc-sections", "-o", program)
    run(program)
    found = sorted(name for name in symbols(program, "--defined-only", "-C") if PANIC.search(name))
    claim(not found, f"panic code: {found}")


# ---- Cargo and the target ----

@test
def without_cargo_a_message_says_how_to_get_it(place):
    project = place.project("no-cargo", "project(app C)\n" + place.fetch())
    bare = place.folder / "bare-path"
    bare.mkdir()
    for program in ("cmake", "ninja", "cc", "gcc", "ld", "as", "ar", "ranlib", "nm", "objcopy", "objdump", "strip", "readelf", "sh", "uname", "git"):
        if found := shutil.which(program):
            (bare / program).symlink_to(os.path.realpath(found) if program != "cmake" else found)
    environment = {"PATH": str(bare), "HOME": str(place.folder)}
    output = place.configure(project, "-G", "Ninja", "-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF", fails="cargo", env=environment)
    claim("https://sh.rustup.rs" in output, f"no way to get Rust is given:\n{output}")


@test
def cortex_m_signer(place):
    """A firmware project with arm-none-eabi-gcc: its -mcpu decides the Rust target; the image holds no panic code."""
    needs("arm-none-eabi-gcc")
    toolchain = place.folder / "arm.cmake"
    toolchain.write_text('set(CMAKE_SYSTEM_NAME Generic)\nset(CMAKE_SYSTEM_PROCESSOR arm)\nset(CMAKE_C_COMPILER arm-none-eabi-gcc)\n'
                         'set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)\nset(CMAKE_C_FLAGS_INIT "${CPU} -ffunction-sections -fdata-sections")\n')
    lists = ("project(app C)\n" + place.fetch() + "add_executable(app app.c)\ntarget_link_libraries(app PRIVATE iotcred::sigv4)\n"
             "target_link_options(app PRIVATE --specs=nosys.specs --specs=nano.specs -Wl,--gc-sections)\n")
    for target, flags in (("thumbv7em-none-eabihf", "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16"), ("thumbv6m-none-eabi", "-mcpu=cortex-m0 -mthumb")):
        toolchain_for = place.folder / f"{target}.cmake"
        toolchain_for.write_text(f'set(CPU "{flags}")\ninclude("{toolchain}")\n')
        project = place.project(target, lists)
        output = place.configure(project, "-G", "Ninja", f"-DCMAKE_TOOLCHAIN_FILE={toolchain_for}", "-DCMAKE_BUILD_TYPE=MinSizeRel")
        claim(f"for {target}" in output, f"the target is not {target}:\n{output}")
        place.build(project)
        found = sorted(name for name in symbols(project / "build" / "app", "-C", nm="arm-none-eabi-nm") if PANIC.search(name))
        claim(not found, f"panic code: {found}")
    project = place.project("no-cpu", lists)
    place.configure(project, "-G", "Ninja", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}", fails="-mcpu")


@test
def a_ring_that_moved_fails_loudly(place):
    """On a Cortex-M the build knows one version of ring, and says so of another, and of a ring that calls what nothing defines."""
    needs("arm-none-eabi-gcc")
    tree = place.copy("a tree with another ring")
    known = tree / "cmake" / "ring_on_cortex_m.cmake"
    text = known.read_text()
    version = re.search(r"set\(RING_VERSION ([0-9.]+)\)", text)[1]
    claim(f'version = "={version}"' in (tree / "Cargo.toml").read_text(), f"Cargo.toml does not pin ring {version}")
    project = place.project("other-ring", "project(app C)\n" + place.fetch().replace(str(place.tree), str(tree)) + "add_custom_target(all_of_it ALL DEPENDS iotcred_archive)\n")
    toolchain = place.tree / "cmake" / "toolchain-cortex-m4.cmake"
    place.configure(project, "-G", "Ninja", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}", "-DCMAKE_BUILD_TYPE=Release")
    for changed, says in ((text.replace(version, "0.17.1"), "this ring is not known"), (text.replace("gcm_init_neon", ""), "ring calls what nothing")):
        known.write_text(changed)
        place.build(project, "--target", "iotcred_archive", fails=says)
    known.write_text(text)
    place.build(project, "--target", "iotcred_archive")


@test
def linux_on_arm(place):
    """armv7 and aarch64 Linux: the target is told from the compiler; run by qemu where there is one."""
    tried = 0
    for target, triple, qemu in (("armv7-unknown-linux-gnueabihf", "arm-linux-gnueabihf", "qemu-arm"), ("aarch64-unknown-linux-gnu", "aarch64-linux-gnu", "qemu-aarch64")):
        if not shutil.which(f"{triple}-gcc"):
            continue
        tried += 1
        toolchain = place.folder / f"{triple}.cmake"
        toolchain.write_text(f"set(CMAKE_SYSTEM_NAME Linux)\nset(CMAKE_SYSTEM_PROCESSOR {triple.split('-')[0]})\nset(CMAKE_C_COMPILER {triple}-gcc)\n")
        project = place.project(triple, "project(app C)\n" + place.fetch() + "add_executable(app app.c)\n"
                                "target_compile_definitions(app PRIVATE FULL CLOCK)\ntarget_link_libraries(app PRIVATE iotcred::iotcred)\n"
                                "add_executable(signs app.c)\ntarget_link_libraries(signs PRIVATE iotcred::sigv4)\n")
        output = place.configure(project, "-G", "Ninja", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}", "-DCMAKE_BUILD_TYPE=Release")
        claim(f"for {target}" in output, f"the target is not {target}:\n{output}")
        place.build(project)
        if emulator := shutil.which(f"{qemu}-static") or shutil.which(qemu):
            run(emulator, "-L", f"/usr/{triple}", project / "build" / "app")
    if not tried:
        raise Skipped("needs arm-linux-gnueabihf-gcc or aarch64-linux-gnu-gcc")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tree", type=pathlib.Path, default=TREE, help="the tree to test (default: this one)")
    parser.add_argument("--keep", action="store_true", help="keep the projects, and print where they are")
    parser.add_argument("names", nargs="*", help="run the tests whose name contains one of these")
    options = parser.parse_args()
    chosen = [test for test in TESTS if not options.names or any(name in test.__name__ for name in options.names)]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="iotcred-packaging-"))
    place, counts = Place(options.tree.resolve(), folder), {"passed": 0, "FAILED": 0, "SKIPPED": 0}
    for test in chosen:
        start, verdict, reason = time.monotonic(), "passed", ""
        try:
            test(place)
        except Failed as failure:
            verdict, reason = "FAILED", f"\n{failure}"
        except Skipped as skip:
            verdict, reason = "SKIPPED", f": {skip}"
        counts[verdict] += 1
        print(f"{verdict} {test.__name__} ({time.monotonic() - start:.0f} s){reason}", flush=True)
    if options.keep:
        print(f"the projects are in {folder}")
    else:
        shutil.rmtree(folder)
    print(f"{counts['passed']} passed, {counts['FAILED']} failed, {counts['SKIPPED']} skipped")
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
