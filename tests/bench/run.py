"""Measures iotcred beside its peers and against its budgets, and prints Markdown tables: `run.sh` starts it with all that it needs.

    run.py [sign] [fetch] [size]    all three unless some are named

What is compared runs side by side in this one run, in turns, and the median of the turns counts, of a signature the fastest: a machine that has other work to do
slows down both.
Heap, stack and sizes do not depend on that. A figure that has a budget stands as a fraction of it, first. 1 KB is 1000 bytes.
"""

from __future__ import annotations

import argparse
import sys

import fetching
import machine
import signing
import sizes
from build import Build

PARTS = {"sign": signing, "fetch": fetching, "size": sizes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", help=f"what to measure: {', '.join(PARTS)}")
    parts = parser.parse_args().part or list(PARTS)
    unknown = set(parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    build = Build()
    print(machine.description())
    for part in parts:
        print(f"Measuring: {part}", file=sys.stderr)
        print(f"\n{PARTS[part].measure(build)}", flush=True)


if __name__ == "__main__":
    main()
