"""PYTHONPATH=tests python -m fuzz [examples] [seed] [processes]: a longer campaign, with each kind that it found."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fuzz.campaign import Tally, campaign

CHUNK = 500


def _chunk(seed: int, numbers: range) -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        return campaign(seed, numbers, Path(folder))


def main(examples: int = 5000, seed: int = 0, processes: int = 2) -> int:
    start, total = time.monotonic(), Tally()
    chunks = [range(first, min(first + CHUNK, examples)) for first in range(0, examples, CHUNK)]
    with ThreadPoolExecutor(processes) as pool:
        for tally in pool.map(lambda numbers: _chunk(seed, numbers), chunks):
            total.add(tally)
    kinds = Counter(found.kind for found in total.found)
    for kind, count in kinds.most_common():
        print(f"{count} × {next(found for found in total.found if found.kind == kind)}\n")
    codes = ", ".join(f"{code}: {count}" for code, count in sorted(total.codes.items()))
    print(f"{examples} examples of seed {seed} in {time.monotonic() - start:.0f} s; exit codes {codes}")
    print(f"the slowest took {total.slowest:.2f} s, the largest process {total.largest >> 20} MiB")
    return bool(kinds)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
