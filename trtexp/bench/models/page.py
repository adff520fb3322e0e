"""reports/MODELS.md, from what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trtexp.errors import plural
from trtexp.report.table import table

ABOUT = """\
`python -m trtexp.bench.models FOLDER` wrote this page; FOLDER holds the models, from wheels of the package index:
rapidocr-onnxruntime 1.4.4 (det, rec, cls), magika 1.0.3, ddddocr 1.6.1 (common, common_det). ONNX Runtime is the
device, on one core, its Sigmoid spelled out as 1 / (1 + exp(-x)) and batch normalization as the product and the sum
that TensorRT's parser makes of it. TensorRT-RTX makes the networks; no GPU was used."""


def page(data: Mapping[str, Any]) -> str:
    return "\n\n".join(_parts(data)) + "\n"


def _parts(data: Mapping[str, Any]) -> Iterator[str]:
    yield "# Real models, layer by layer"
    yield ABOUT
    yield f"Machine: {data['machine']}."
    if clean := data.get("clean"):
        yield "## Nobody is accused"
        yield _clean(clean)
    if trials := data.get("trials"):
        yield "## Planted faults"
        yield from _trials(trials, data["seed"])
    if beside := data.get("polygraphy"):
        yield "## Beside Polygraphy"
        yield from _polygraphy(beside)


def _clean(rows: Sequence[Mapping[str, Any]]) -> str:
    counts = ["layers", "tensors", "elements", "guilty", "wide", "unjudged"]
    head = ["model", *counts, "judging, CPU s", "command, CPU s", "MiB"]
    cells = [
        [
            row["model"],
            str(row["layers"]),
            str(row["tensors"]),
            f"{row['elements']:,}",
            str(row["guilty"]),
            str(row["wide"]),
            str(row["unjudged"]),
            f"{row['cpu']:.1f}",
            f"{row['seconds']:.1f}",
            f"{row['memory']:.0f}",
        ]
        for row in rows
    ]
    total = [sum(row[key] for row in rows) for key in counts]
    more = [f"{sum(row[key] for row in rows):.1f}" for key in ("cpu", "seconds")]
    largest = f"{max(row['memory'] for row in rows):.0f}"
    cells.append(["**all**", *(f"{n:,}" for n in total), *more, largest])
    return table(head, cells) + (
        "\n\nJudging: every layer on the device's own tensors, with neither the run nor the import. Command: "
        "`trtexp blame MODEL --device onnxruntime`, with import, run and inherited errors, and the most memory that "
        "its process held."
    )


def _trials(rows: Sequence[Mapping[str, Any]], seed: int) -> Iterator[str]:
    right = sum(row["right"] for row in rows)
    alone = sum(row["right"] and row["named"] == 1 for row in rows)
    yield (
        f"{plural(len(rows), 'fault')} drawn from the seed {seed}, each of which changes a value of the altered node's "
        f"tensor by more than a thousandth of its size: the node's own layer is named first in {right}, and alone in "
        f"{alone}."
    )
    models = Counter(row["model"] for row in rows)
    of = {name: [row for row in rows if row["model"] == name] for name in models}
    yield table(
        ["model", "faults", "named first", "named alone", "nobody accused"],
        [
            [
                name,
                str(len(own)),
                str(sum(row["right"] for row in own)),
                str(sum(row["right"] and row["named"] == 1 for row in own)),
                str(sum(row["named"] == 0 for row in own)),
            ]
            for name, own in sorted(of.items())
        ],
    )
    kinds = Counter(row["kind"] for row in rows)
    yield "Kinds: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())) + "."
    if missed := [row for row in rows if not row["right"]]:
        yield "Not named first:"
        yield table(
            ["model", "fault", "change", "first", "accused"],
            [[r["model"], r["what"], f"{r['change']:.2g}", r["first"] or "nobody", str(r["named"])] for r in missed],
        )


def _polygraphy(row: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"The same fault in {row['model']}: {row['what']}. Polygraphy {row['version']} runs both models with every "
        "tensor marked and compares all of them with its default tolerance; blame judges the tensors that Polygraphy "
        "saved of the altered model."
    )
    yield table(
        ["", "CPU s", "MiB", "answer"],
        [
            ["polygraphy run, all tensors", f"{row['theirs']:.1f}", f"{row['their_memory']:.0f}", row["their_answer"]],
            ["trtexp blame --tensors", f"{row['ours']:.1f}", f"{row['our_memory']:.0f}", row["our_answer"]],
        ],
    )
