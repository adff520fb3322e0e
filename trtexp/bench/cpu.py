"""Without a GPU: start-up, then reading, reference and reports for 10, 100 and 1,000 generated cases."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trtexp.bench.generate import write_experiments
from trtexp.bench.measure import median, process

COUNTS = (10, 100, 1000)
TRTEXP = [sys.executable, "-m", "trtexp"]
STARTS = {
    "python -c pass": ([sys.executable, "-c", "pass"], 10),
    "trtexp --help": ([*TRTEXP, "--help"], 10),
    "import numpy, pydantic, yaml": ([sys.executable, "-c", "import numpy, pydantic, yaml"], 5),
}


def measure_cpu(folder: Path) -> Iterator[dict[str, Any]]:
    """Parts of the record, each as soon as it is known. Raises Broken."""
    yield {"start": {name: _median(command, times) for name, (command, times) in STARTS.items()}}
    for count in COUNTS:
        cases, reports = folder / f"cpu_{count}", folder / f"reports_{count}"
        write_experiments(count, cases)
        commands = {
            "validate": ["validate", "--quiet", str(cases)],
            "run --backend reference": ["run", str(cases), "--backend", "reference", "--reports", str(reports)],
            "report": ["report", "--reports", str(reports)],
        }
        yield {"rows": {str(count): {name: _median([*TRTEXP, *words], 3) for name, words in commands.items()}}}


def _median(command: list[str], times: int) -> dict[str, float]:
    figure = median([process(command) for _ in range(times)])
    return {"seconds": figure.seconds, "memory": figure.memory}
