"""Hand-made records of every status and feature; `SAMPLES` by the name of their snapshot."""

from __future__ import annotations

from typing import Any

import numpy as np

from trtexp.definition.facts import Adaptation, LogLine
from trtexp.numerics.origin import Origin
from trtexp.numerics.recipe import Recipe
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import (
    BuildRecord,
    Comparison,
    Deviation,
    Difference,
    Ending,
    FormFault,
    Mark,
    Place,
    Refusal,
    Repeats,
    Terms,
    Unmet,
)
from trtexp.records.model import CaseRecord, OutputRecord, ReleaseRecord, ReportRecord
from trtexp.records.network import NetworkRecord
from trtexp.records.picture import Grid, Picture, Window
from trtexp.records.tensors import Summary, TensorRecord, numbers

GPU = ReleaseRecord(
    name="tensorrt-8.6.0",
    flavour="tensorrt",
    version="8.6.0",
    backend="run",
    gpu="NVIDIA H100 80GB HBM3",
    compute_capability="9.0",
)
OLD = GPU.model_copy(update={"name": "tensorrt-8.5.3.1", "version": "8.5.3.1"})
NEW = GPU.model_copy(update={"name": "tensorrt-10.16.0", "version": "10.16.0"})
RTX = ReleaseRecord(name="tensorrt-rtx-1.7.1.116", flavour="tensorrt-rtx", version="1.7.1.116", backend="built")
REFERENCE = ReleaseRecord(name="reference", flavour="reference", version="", backend="reference")
BUILD = BuildRecord(flags={"TF32": False}, tactic_sources=["internal"], optimization_level=3)

FULL = np.array(
    [
        [10000.0, 21000.0, 32100.0, 3200.0, 300.0],
        [40010.0, 54021.0, 65432.1, 6503.2, 600.3],
        [70040.01, 87054.021, 98765.4321, 9806.5032, 900.6003],
        [70.04, 87.054, 98.7654, 9.8065, 0.9006],
        [0.07, 0.087, 0.0987, 0.0098, 0.0009],
    ]
)
CENTRE = FULL[1:4, 1:4].reshape(1, 1, 3, 3)


def tensor(values: Any, dtype: str = "float32", **more: Any) -> TensorRecord:
    """A record of values given as numpy takes them; float32 and float16 are rounded, as a device would."""
    array = np.asarray(values)
    if dtype in ("float32", "float16"):
        array = array.astype(dtype)
    return TensorRecord(dtype=dtype, shape=list(array.shape), values=numbers(array), **more)


def equal() -> Comparison:
    return Comparison(agrees=True, bad=0, ratio=0.0, index=None, error=0.0, max_error=0.0)


def close(ratio: float, error: float, index: list[int]) -> Comparison:
    return Comparison(agrees=True, bad=0, ratio=ratio, index=index, error=error, max_error=error)


def off(bad: int, ratio: float | str, error: float | str, index: list[int]) -> Comparison:
    return Comparison(agrees=False, bad=bad, ratio=ratio, index=index, error=error, max_error=error)


def mark(
    index: list[int],
    odd: str,
    expected: str | None,
    actual: str,
    reference: str | None,
    off: tuple[float | str, float | str, float | None],
) -> Mark:
    """off: error, what is allowed, and the one by the other."""
    deviation = Deviation(error=off[0], allowed=off[1], ratio=off[2])
    return Mark(index=index, expected=expected, actual=actual, reference=reference, off=deviation, odd=odd)


def output(values: Any, name: str = "y", dtype: str = "float32", bound: Any = 0.0, **more: Any) -> OutputRecord:
    """An output on which actual and reference agree, unless `more` says otherwise."""
    array = np.asarray(values)
    defaults: dict[str, Any] = {
        "verdict": "pass",
        "actual": tensor(array, dtype),
        "reference": tensor(array, "float64" if dtype.startswith("float") else dtype),
        "bound": numbers(np.broadcast_to(np.asarray(bound, dtype=np.float64), array.shape)),
        "actual_reference": equal(),
        "elements": array.size,
        "disagreeing": len(more.get("marks", [])),
    }
    return OutputRecord(name=name, dtype=dtype, shape=list(array.shape), **(defaults | more))


def expected(values: Any, text: Any = None, **more: Any) -> dict[str, Any]:
    """The fields of an output whose expected values agree with all others."""
    record = tensor(values, text=text)
    fields = {"expected": record, "origin": Origin("source"), "actual_expected": equal(), "expected_reference": equal()}
    return fields | more


def differs(*texts: str) -> list[Difference]:
    """`deconv.padding_nd: [1, 1]` each."""
    parts = [text.partition(": ") for text in texts]
    return [Difference(path=path.split("."), value=value) for path, _, value in parts]


def log(*texts: str) -> list[LogLine]:
    """`ERROR: no` each."""
    return [LogLine(severity, text) for severity, _, text in (text.partition(": ") for text in texts)]


#: (status, as expected) -> how such a case ends where nothing else is said.
_ENDS: dict[tuple[str, bool], str] = {
    ("pass", True): "pass",
    ("mismatch", True): "finding",
    ("failed", False): "refused_unexpectedly",
    ("unsupported", True): "missing",
    ("unsupported", False): "missing_undeclared",
    ("crashed", True): "crashed",
    ("crashed", False): "died",
    ("timeout", False): "died",
    ("built", True): "built",
    ("unjudged", True): "computed",
}


def case(name: str, *outputs: OutputRecord, ending: str | Ending | None = None, **more: Any) -> CaseRecord:
    """ending: its kind, or all of it; left out: one that suits the status."""
    kind = ending or _ENDS.get((more.get("status", "pass"), more.get("as_expected", True)), "mismatch")
    if isinstance(kind, str):
        phase = more.get("phase") if kind in ("crashed", "refused") else None
        kind = Ending(kind=kind, phase=phase, missing="add_x" if kind.startswith("missing") else None)
    defaults: dict[str, Any] = {
        "about": "",
        "place": Place(file="experiments/sample.yaml", line=20 + len(name), column=5),
        "differs": [],
        "status": "pass",
        "as_expected": True,
    }
    return CaseRecord(name=name, outputs=list(outputs), ending=kind, **(defaults | more))


def report(*cases: CaseRecord, **more: Any) -> ReportRecord:
    defaults: dict[str, Any] = {
        "experiment": "experiments/sample.yaml",
        "sha256": "0" * 64,
        "title": "A sample",
        "about": "",
        "source": "",
        "release": GPU,
        "build": BUILD,
        "network": None,
    }
    return ReportRecord(cases=list(cases), **(defaults | more))


def _padding() -> ReportRecord:
    bound = np.abs(CENTRE) * 6.6e-7
    rows = ["54021 65432.1 6503.2", "87054.02 98765.43 9806.503", "87.054 98.765396 9.8064995"]
    text = [[[row.split() for row in rows]]]
    arithmetic = [Tolerance(reason="float32 accumulation in any order")]
    typo = np.array([[[[98765.4321]]]])
    lines = [
        'x = network.add_input("x", trt.float32, (1, 1, 3, 3))',
        "deconv = network.add_deconvolution_nd(input=x, num_output_maps=1, kernel_shape=(3, 3), kernel=w, bias=b)",
        "network.mark_output(deconv.get_output(0))",
    ]
    kernel = 10.0 ** np.arange(4, -5, -1).reshape(1, 1, 3, 3)
    network = NetworkRecord(
        inputs={"x": tensor(np.arange(1.0, 10).reshape(1, 1, 3, 3), made=Recipe("arange", arguments={"start": 1}))},
        weights={
            "w": tensor(kernel, made=Recipe("powers", arguments={"base": 10, "first": 4, "last": -4})),
            "b": tensor([0.0], made=Recipe("full", 0)),
        },
        lines=lines,
    )
    grown = output(
        FULL.reshape(1, 1, 5, 5),
        name="deconv",
        bound=np.abs(FULL).reshape(1, 1, 5, 5) * 6.6e-7,
        actual_reference=close(0.24, 0.0021, [0, 0, 2, 2]),
        typical=0.61,
        rms_typical=0.22,
        certified=9,
        tolerance=arithmetic,
    )
    both = output(
        CENTRE,
        name="deconv",
        bound=bound,
        tolerance=arithmetic,
        **expected(CENTRE, text, actual_reference=close(0.24, 0.0021, [0, 0, 1, 1])),
    )
    powers = 2.0 ** np.arange(9).reshape(1, 1, 3, 3)
    exact = output(powers, name="deconv", certified=9, tolerance=arithmetic, **expected(powers))
    wrong = output(
        typo,
        name="deconv",
        bound=0.065,
        verdict="mismatch",
        expected=tensor([[[[98764.43]]]], text=[[[["98764.43"]]]]),
        origin=Origin("source"),
        actual_reference=close(0.03, 0.002, [0, 0, 0, 0]),
        actual_expected=off(1, 15.4, 1.0, [0, 0, 0, 0]),
        expected_reference=off(1, 15.4, 1.002, [0, 0, 0, 0]),
        marks=[mark([0, 0, 0, 0], "expected", "98764.43", "98765.43", "98765.4321", (1.002, 0.065, 15.4))],
        tolerance=arithmetic,
    )
    return report(
        case("none", grown),
        case(
            "both",
            both,
            about="One row and one column less on every side.",
            differs=differs("deconv.padding_nd: [1, 1]"),
        ),
        case(
            "both_exact",
            exact,
            differs=differs("deconv.padding_nd: [1, 1]", "w: powers of two"),
            ending=Ending(kind="certified", certified=9),
        ),
        case(
            "too_much",
            differs=differs("deconv.padding_nd: [5, 5]"),
            ending="refused",
            phase="build",
            message="(Unnamed Layer* 0) [Deconvolution]: output dimension cannot be negative.",
            log=log("ERROR: 4: (Unnamed Layer* 0) [Deconvolution]: output dimension cannot be negative."),
        ),
        case(
            "typo",
            wrong,
            differs=differs("deconv.padding_nd: [2, 2]"),
            status="mismatch",
            as_expected=False,
            script='import tensorrt as trt\n\nlogger = trt.Logger(trt.Logger.ERROR)\n\n\nprint("done")\n',
        ),
        experiment="experiments/padding.yaml",
        title="Deconvolution · padding_nd",
        about="`padding_nd` takes rows and columns away from both ends of the full result.",
        source="TensorRT operators reference, IDeconvolutionLayer",
        network=network,
    )


def _mismatches() -> ReportRecord:
    """Who is the odd one out, in every way."""
    good = np.arange(1.0, 13).reshape(3, 4)
    bad = good.copy()
    bad[1, 2] = 70.5
    agreeing = {"actual_reference": equal(), "actual_expected": equal(), "expected_reference": equal()}
    wrong = off(1, 635.0, 63.5, [1, 2])
    origin = Origin("observed", "tensorrt-8.5.3.1", "NVIDIA A100")
    fields: dict[str, Any] = {"verdict": "mismatch", "bound": numbers(np.full((3, 4), 0.1)), "origin": origin}

    def odd_one(who: str, pairs: list[str]) -> OutputRecord:
        values = {name: tensor(bad if name == who else good) for name in ("expected", "actual", "reference")}
        texts = {name: "70.5" if name == who else "7" for name in values}
        marks = [mark([1, 2], who, texts["expected"], texts["actual"], texts["reference"], (63.5, 0.1, 635.0))]
        return output(good, **(fields | values | agreeing | dict.fromkeys(pairs, wrong)), marks=marks)

    everyone = output(
        good,
        **(fields | dict.fromkeys(agreeing, wrong)),
        expected=tensor(good + 1),
        reference=tensor(bad, "float64"),
        marks=[mark([1, 2], "all", "8", "7", "70.5", (63.5, 0.1, 635.0))],
    )
    shape = output(
        good,
        verdict="mismatch",
        expected=tensor(good[:2], text=[["1", "2", "3", "4"], ["5", "6", "7", "8"]]),
        origin=Origin("source"),
        actual_expected=Comparison(agrees=False, bad=12),
        expected_reference=Comparison(agrees=False, bad=12),
        faults=[
            FormFault(what="dtype", inferred="float16", expected="float32"),
            FormFault(what="shape", expected=[2, 4], actual=[3, 4], reference=[3, 4]),
        ],
    )
    large = np.arange(10000.0).reshape(100, 100)
    summary = Summary(elements=10000, smallest=0.0, largest=9999.0, sha256="0123456789abcdef")
    around = Window(
        worst=[0, 1],
        start=[0, 0],
        actual=[[0.0, "NaN", 2.0], [100.0, 101.0, 102.0]],
        reference=[[0.0, 1.0, 2.0], [100.0, 101.0, 102.0]],
        bound=[[0.0, 0.0, 1e-7], [0.0, 0.0, 0.0]],
    )
    many = output(
        large,
        name="big",
        actual=TensorRecord(dtype="float32", shape=[100, 100], summary=summary),
        reference=TensorRecord(dtype="float64", shape=[100, 100], summary=summary),
        bound=None,
        verdict="mismatch",
        actual_reference=off(30, "Infinity", "NaN", [0, 0]),
        marks=[mark([0, i], "actual", None, "NaN", str(i), ("Infinity", 0.0, None)) for i in range(20)],
        disagreeing=30,
        picture=Picture(grid=Grid(size=(100, 100), smallest=[[0.0]], largest=[[9999.0]]), around=around),
    )
    wide = np.arange(40.0 * 24).reshape(40, 24)
    off_wide = wide.copy()
    off_wide[20, 11] = off_wide[33, 3] = -1
    cropped = output(
        wide,
        name="wide",
        actual=tensor(off_wide),
        verdict="mismatch",
        actual_reference=off(2, "Infinity", 492.0, [20, 11]),
        marks=[
            mark([20, 11], "actual", None, "-1", "491", (492.0, 0.0, None)),
            mark([33, 3], "actual", None, "-1", "795", (796.0, 0.0, None)),
        ],
    )
    failing: dict[str, Any] = {"status": "mismatch", "as_expected": False}
    a, b, c = "actual_expected", "expected_reference", "actual_reference"
    return report(
        case("expected_is_odd", odd_one("expected", [a, b]), **failing),
        case("actual_is_odd", odd_one("actual", [a, c]), **failing),
        case("reference_is_odd", odd_one("reference", [b, c]), ending="beyond_finding", **failing),
        case("all_differ", everyone, **failing),
        case("wrong_shape", shape, **failing),
        case("many", many, **failing),
        case("cropped", cropped, **failing),
        case("lost", ending=Ending(kind="mismatch", lost=["y"]), **failing),
        title="Mismatches",
    )


def _endings() -> ReportRecord:
    """Every status that is not about values."""
    failing: dict[str, Any] = {"as_expected": False}
    long = "a very long line of words " * 8
    negative = Ending(kind="not_refused", phase="build", pattern="output dimension.*negative")
    silent = Ending(kind="other_lines", unmet=[Unmet(kind="log", pattern="clipped$")])
    return report(
        case(
            "refused",
            ending="refused",
            phase="define",
            message="Parameter check failed at: network.cpp::addDeconvolutionNd::590, condition: nbOutputMaps > 0",
            log=log("ERROR: 3: a line that is not the message"),
            warnings=["DeprecationWarning: Use add_deconvolution_nd instead."],
            adapted=[Adaptation("flag_left_out", "INT8"), Adaptation("not_read_back", "conv.stride", "no value")],
        ),
        case(
            "unexpected_error",
            status="failed",
            phase="build",
            message="Error Code 10: Internal Error (Could not find any implementation for node deconv.)",
            log=log("WARNING: a first line", f"ERROR: {long}"),
            **failing,
        ),
        case("no_error", status="failed", ending=negative, **failing),
        case("silent", status="failed", ending=silent, log=log("WARNING: outside"), **failing),
        case(
            "removed",
            status="unsupported",
            ending=Ending(kind="missing", missing="PaddingMode.CAFFE_ROUND_UP"),
            message="PaddingMode.CAFFE_ROUND_UP is not there in tensorrt 10 and newer",
            reason="removed with the Caffe parser",
            issue="https://github.com/NVIDIA/TensorRT/issues/1",
        ),
        case("segfault", status="crashed", phase="build", message="signal 11, segmentation fault", **failing),
        case("hang", status="timeout", phase="run", message="no answer in 60 s", **failing),
        case(
            "unknown",
            output([1.0, 2.5], reference=None, actual_reference=None),
            status="unjudged",
            parsed=["m.onnx"],
            refusal=Refusal(layer="y", message="rank 5 given [C1]"),
        ),
        case(
            "differs",
            output([1.0, 2.0]),
            ending="finding",
            finding="The document says 3; every release since 8.5 gives 2.\n\nSee `set_input`.",
            repeats=Repeats(builds=1, runs=2, alike=False, fine=True),
            script="import tensorrt as trt\n",
        ),
        title="Endings",
        build=None,
    )


def _values() -> ReportRecord:
    """Tensors of every rank, type and size."""
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, 3.4028235e38])
    summary = Summary(elements=10000, smallest=0.0, largest=9999.0, sha256="0123456789abcdef")
    huge = TensorRecord(dtype="float32", shape=[100, 100], summary=summary)
    wide = output(
        [[0.1, 0.25]],
        verdict="wide",
        bound=1e-3,
        actual_reference=close(0.6, 6e-4, [0, 1]),
        typical=3.2,
        certified=1,
        certified_wrong=1,
        undetermined=1,
        terms=Terms(count=1, magnitude=0.07, largest_partial=0.07),
        tolerance=[Tolerance("close", atol=0.001, reason="tensor cores")],
        note="The source prints 8 digits.",
    )
    tiled = Recipe(
        "tile", arguments={"of": Recipe("concat", arguments={"of": ["x", Recipe("values")]}), "reps": [2, 1]}
    )
    return report(
        case("scalar", output(3.5, certified=1, **expected(3.5))),
        case("scalars", output(3.5, name="a"), output(True, name="b", dtype="bool"), about="Two outputs."),
        case("row", output([1, -2, 127], dtype="int8")),
        case("bools", output([[True, False], [False, True]], dtype="bool")),
        case("empty", output(np.zeros((0, 3)))),
        case("special", output(special)),
        case("half", output([0.1, 65504.0, 6e-8], dtype="float16")),
        case("channels", output(np.arange(6.0).reshape(1, 6, 1, 1))),
        case("five", output(np.arange(48.0).reshape(1, 2, 3, 2, 4))),
        case("tall", output(np.arange(800.0).reshape(20, 20, 2))),
        case("hundred", output(np.zeros((100, 100)), actual=huge, reference=huge, bound=None)),
        case("wide", wide, ending="wide"),
        title="Values",
        network=NetworkRecord(
            inputs={"x": huge, "s": tensor(2.0, made=tiled)},
            weights={"w": tensor(np.eye(3), made=Recipe("eye", 3))},
            lines=["pass"],
        ),
    )


def _built() -> ReportRecord:
    inferred = output(CENTRE, actual=None, actual_reference=None, expected_reference=equal(), expected=tensor(CENTRE))
    shape = OutputRecord(name="z", verdict="pass", dtype="float32", shape=[1, -1, 5])
    return report(
        case("shapes", inferred, shape, status="built"),
        release=RTX,
        experiment="experiments/layers/pooling.yaml",
        title="Pooling",
    )


ATTACK = "a | b `c` </details> \x1b[31m\u202e [x](javascript:y) ![i](j) <b> *e* _f_ &lt; $g$ ```\n# heading\n\n| - |"


def _attack() -> ReportRecord:
    """Text from YAML and TensorRT that tries to break out of wherever it is put."""
    fields = {"about": ATTACK, "message": ATTACK, "finding": ATTACK, "reason": ATTACK, "issue": ATTACK}
    texts = [ATTACK, "````", "[a]: b"]
    missing = Ending(kind="missing_other", missing=ATTACK, declared=ATTACK, lost=texts)
    unmet = [Unmet(kind="unexpected_warning", text=ATTACK), Unmet(kind="log", pattern=ATTACK)]
    loud = output(
        [1.0],
        name=ATTACK,
        note=ATTACK,
        origin=Origin("observed", ATTACK, ATTACK),
        expected=tensor([1.0], text=[ATTACK], made=Recipe(ATTACK, ATTACK, {ATTACK: ATTACK})),
        actual_expected=equal(),
        expected_reference=equal(),
        tolerance=[Tolerance("ulp", limit=1, reason=ATTACK)],
        marks=[mark([0], "actual", ATTACK, ATTACK, ATTACK, (1.0, 0.0, None))],
    )
    lists: dict[str, Any] = {
        "differs": [Difference(path=[text], value=text) for text in texts],
        "log": [LogLine(text, text) for text in texts],
        "warnings": texts,
        "adapted": [Adaptation("not_read_back", text, text) for text in texts],
        "refusal": Refusal(layer=ATTACK, message=ATTACK),
        "parsed": texts,
    }
    network = NetworkRecord(inputs={ATTACK: tensor([1.0], made=Recipe(ATTACK))}, weights={}, lines=[ATTACK, "```"])
    place = Place(file=ATTACK, line=1, column=1)
    lines = Ending(kind="mismatch", unmet=unmet)
    return report(
        case(ATTACK, loud, ending=missing, script="```\n</details>\n", place=place, **fields, **lists),
        case("unexpected", loud, ending=lines, as_expected=False, **fields | {"finding": None}, **lists),
        title=ATTACK,
        about=ATTACK,
        source=ATTACK,
        build=BuildRecord(flags={ATTACK: True}),
        experiment="experiments/a b (c) | ].yaml",
        network=network,
        release=GPU.model_copy(update={"gpu": ATTACK, "version": ATTACK}),
    )


SAMPLES = {
    "padding": _padding(),
    "mismatches": _mismatches(),
    "endings": _endings(),
    "values": _values(),
    "built": _built(),
    "reference": _padding().model_copy(update={"release": REFERENCE}),
    "attack": _attack(),
}
