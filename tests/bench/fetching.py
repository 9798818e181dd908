"""A cold fetch beside curl's: the same certificate, key, server and request."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from build import FOLDER, ROOT, Build, figures, output
from table import of_budget, ratio, table

sys.path.insert(0, str(ROOT / "tests" / "local_aws"))
import local_aws  # noqa: E402

PAIRS = 41
LOOP = 20  # fetches in one process, to see what the second and later ones take
LOOP_PAIRS = 9
MEMORY_RUNS = 5  # an ECDSA signature's length varies, and with it the heap: the greatest counts

ORDINARY = "fault-json-token-1200"  # an answer of 1.4 KB
LONG = "fault-json-token-4096"


class Case(NamedTuple):
    """One kind of fetch: which device asks which of the stand-in's listeners for what."""

    name: str
    device: str
    thing: str
    listener: str
    tls: str
    alias: str = ORDINARY
    heap_budget: int | None = None


P256 = ("p256", "camera-17")
RSA = ("rsa2048", "gateway-20")

CASES = [
    Case("P-256, TLS 1.3", *P256, "TLS13", "TLSv1.3", heap_budget=14_000),
    Case("P-256, TLS 1.2", *P256, "TLS12", "TLSv1.2", heap_budget=14_000),
    Case("RSA-2048, TLS 1.3", *RSA, "TLS13", "TLSv1.3", heap_budget=20_000),
    Case("RSA-2048, TLS 1.2", *RSA, "TLS12", "TLSv1.2", heap_budget=20_000),
]
LONG_CASES = [
    Case("P-256, TLS 1.3, chain of 5 KB, token of 4 KB", *P256, "LONG_CHAIN", "TLSv1.3", LONG),
    Case("RSA-2048, TLS 1.3, chain of 5 KB, token of 4 KB", *RSA, "LONG_CHAIN", "TLSv1.3", LONG),
]


def measure(build: Build) -> str:
    folder = FOLDER / "bench-aws"
    settings = local_aws.start(folder, ["--no-s3", "--no-dynamodb"], ends_with_us=True)
    try:
        times = _times([Peers(case, settings, build.host) for case in CASES])
        return f"{times}\n\n{_memory([Peers(case, settings, build.host) for case in CASES + LONG_CASES])}"
    finally:
        local_aws.processes.end_recorded(folder, local_aws.STOP_S)


class Peers:
    """iotcred and curl, set to the same fetch."""

    def __init__(self, case: Case, settings: dict, programs: Path):
        pki = Path(settings["LOCAL_AWS_PKI"])
        host, port, address = settings["IOTCRED_ENDPOINT"], settings[f"LOCAL_AWS_PORT_{case.listener}"], settings["IOTCRED_ADDRESS"]
        certificate, key = str(pki / f"device-{case.device}.cert.pem"), str(pki / f"device-{case.device}.pkcs8.pem")
        self.case = case
        self._log = Path(settings["LOCAL_AWS_LOG"])
        self._counter = str(programs / "libheap_peak.so")
        self._fetch = str(programs / "fetch")
        self._curl = [
            "curl", "--silent", "--show-error", "--fail", "--http1.1", "--no-sessionid", "--resolve", f"{host}:{port}:{address}",
            "--cacert", settings["IOTCRED_CA"], "--cert", certificate, "--key", key,
            "-H", f"x-amzn-iot-thingname: {case.thing}", "-H", "connection: close",
        ]  # fmt: skip
        self._url = f"https://{host}:{port}/role-aliases/{case.alias}/credentials"
        self._environment = {
            **os.environ,
            "IOTCRED_ENDPOINT": host,
            "IOTCRED_PORT": port,
            "IOTCRED_ADDRESS": address,
            "IOTCRED_ROLE_ALIAS": case.alias,
            "IOTCRED_THING_NAME": case.thing,
            "IOTCRED_CERT": certificate,
            "IOTCRED_KEY": key,
            "IOTCRED_CA": settings["IOTCRED_CA"],
        }

    def pair(self, turn: int, fetches: int = 1) -> tuple[Took, Took]:
        """One process of each, with so many fetches; who goes first changes with the turn."""
        commands = [[self._fetch, str(fetches)], self._curl + [self._url] * fetches]
        order = (0, 1) if turn % 2 == 0 else (1, 0)
        took = {index: _run(commands[index], self._environment) for index in order}
        return took[0], took[1]

    def memory(self) -> Memory:
        """The greatest figures of a few runs."""
        return Memory(*map(max, zip(*(self._memory() for _ in range(MEMORY_RUNS)))))

    def _memory(self) -> Memory:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report")
            counted = {**self._environment, "LD_PRELOAD": self._counter, "HEAP_PEAK_FILE": str(report)}
            ours = figures(output([self._fetch, "heap"], env=counted) + output([self._fetch, "stack"], env=self._environment))
            output(self._curl + [self._url], env=counted)
            whole, curl = (tuple(map(int, line.split())) for line in report.read_text().splitlines())
        return Memory(ours["fetch-heap"], ours["fetch-allocations"], ours["fetch-stack"], whole[0], *curl)

    def check(self) -> None:
        """The last fetch was of the kind that the table says."""
        last = json.loads(self._log.read_text().splitlines()[-1])
        if (last["outcome"], last["tls"]) != (self.case.alias, self.case.tls):
            sys.exit(f"not {self.case.name}: {last['outcome']} over {last['tls']}")


class Took(NamedTuple):
    """Milliseconds of a process: from fork to exit, and of the processor."""

    wall: float
    cpu: float


class Memory(NamedTuple):
    """Bytes and numbers of allocations: of a fetch alone, of its whole process, of curl's whole process."""

    heap: int
    allocations: int
    stack: int
    whole_heap: int
    curl_heap: int
    curl_allocations: int


def _run(command: list, environment: dict) -> Took:
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, environment, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return Took(wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3)


def _times(all_peers: list[Peers]) -> str:
    rows = []
    for peers in all_peers:
        single = [peers.pair(turn) for turn in range(PAIRS)]
        peers.check()
        several = [peers.pair(turn, 1 + LOOP) for turn in range(LOOP_PAIRS)]
        ours, curl = _median(ours for ours, _ in single), _median(curl for _, curl in single)
        more = [(_median(took).wall - first.wall) / LOOP for took, first in zip(zip(*several), (ours, curl))]
        wall = statistics.median(ours.wall / curl.wall for ours, curl in single)
        rows.append([peers.case.name, ratio(wall), ratio(ours.cpu / curl.cpu), ratio(more[0] / more[1]),
                     ours.wall, curl.wall, ours.cpu, curl.cpu, more[0], more[1]])  # fmt: skip
    note = (
        "iotcred / curl: a whole process from fork to exit, its processor time, and the time of a later fetch in the same process, each with a "
        f"connection of its own. Medians of {PAIRS} pairs; the server is the same Python process for both. Then milliseconds."
    )
    columns = ["device key", "wall", "processor", "later fetch", "wall, iotcred", "curl", "processor, iotcred", "curl", "later fetch, iotcred", "curl"]
    return table("A cold fetch: time", note, columns, rows)


def _median(all_took) -> Took:
    return Took(*map(statistics.median, zip(*all_took)))


def _memory(all_peers: list[Peers]) -> str:
    rows = []
    for peers in all_peers:
        seen = peers.memory()
        peers.check()
        rows.append([peers.case.name, of_budget(seen.heap, peers.case.heap_budget), ratio(seen.whole_heap / seen.curl_heap),
                     seen.heap, seen.whole_heap, seen.curl_heap, seen.allocations, seen.curl_allocations, seen.stack])  # fmt: skip
    note = (
        "Heap: the most bytes allocated by malloc at one time, as asked for, of the fetch alone and of the whole process with the C library and "
        "all others. A chain of 1.2 KB and an answer of 1.4 KB unless the row says otherwise."
    )
    columns = ["device key", "heap / budget", "process / curl", "heap of a fetch, bytes", "of the process", "of curl", "allocations", "curl's",
               "stack of a fetch, bytes"]  # fmt: skip
    return table("A cold fetch: memory", note, columns, rows)
