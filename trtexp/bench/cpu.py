"""Without a GPU: start-up, then reading, reference and reports for 10, 100 and 1,000 generated cases."""

from __future__ import annotations

import sys
from pathlib import Path

from trtexp.bench.generate import write_experiments
from trtexp.bench.measure import Figure, median, process
from trtexp.report.table import table

COUNTS = (10, 100, 1000)
TIMES = 5


def measure_cpu(folder: Path, machine: str) -> str:
    """The section of the page."""
    command = [sys.executable, "-m", "trtexp"]
    start = median([process([*command, "--help"]) for _ in range(2 * TIMES)])
    empty = median([process([sys.executable, "-c", "pass"]) for _ in range(2 * TIMES)])
    imports = median([process([sys.executable, "-c", "import numpy, pydantic, yaml"]) for _ in range(TIMES)])
    rows = []
    for count in COUNTS:
        cases = folder / f"cpu_{count}"
        write_experiments(count, cases)
        read = median([process([*command, "validate", "--quiet", str(cases)]) for _ in range(3)])
        reports = folder / f"reports_{count}"
        run = [*command, "run", str(cases), "--backend", "reference", "--reports", str(reports)]
        whole = median([process(run) for _ in range(3)])
        render = median([process([*command, "report", "--reports", str(reports)]) for _ in range(3)])
        rows.append([str(count), *(_cell(figure) for figure in (read, whole, render))])
    heads = [
        "cases",
        "`validate`",
        "`run --backend reference`",
        "`report`",
    ]
    return "\n".join(
        [
            "## Without a GPU",
            "",
            f"On {machine}; medians of whole processes with their peak memory. `validate` reads, checks and computes",
            "the references; `run` does that, compares and writes reports; `report` renders them again from JSON.",
            "",
            table(
                ["process", "time"],
                [
                    ["`python -c pass`", _cell(empty)],
                    ["`trtexp --help`", _cell(start)],
                    ["`import numpy, pydantic, yaml`", _cell(imports)],
                ],
            ),
            "",
            table(heads, rows, right="cases"),
        ]
    )


def _cell(figure: Figure) -> str:
    return f"{figure.seconds:.2f} s, {figure.memory:.0f} MiB"
