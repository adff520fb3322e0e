"""What the tests of the cache keep, and a process that uses it without mercy. Spawned processes import it."""

import sys

from trtexp.definition.facts import Adaptation, LogLine
from trtexp.engine.cache import Cache, entry_key
from trtexp.engine.outcome import Outcome, Release

RELEASE = Release("tensorrt", "8.6.0", "NVIDIA H100", "9.0", "CUDA 13.0", True)
BUILT = Outcome(
    "built",
    inferred={"y": ("float32", (1, -1)), "a": ("int8", ())},
    log=(LogLine("WARNING", "sl\u00f6w \ud800"),),
    warnings=("w",),
    notes=(Adaptation("not_read_back", "y.axes", "n"),),
)
KEY = b"the key of the tests"
PLAN = bytes(range(256)) * 4


def key(definition="d"):
    return entry_key(RELEASE, None, definition)


def hammer(folder, seed):
    """Write, read and trim what others write, read and trim; the exit code is the number of wrong answers."""
    cache, wrong = Cache(folder, KEY, 30_000), 0
    for turn in range(150):
        number = (turn * 7 + seed) % 40
        plan = bytes([number]) * 1000
        found = cache.entry(key(str(number)))
        wrong += found is not None and found != (BUILT, plan)
        cache.keep(key(str(number)), BUILT, plan)
    sys.exit(min(wrong + bool(cache.said), 100))
