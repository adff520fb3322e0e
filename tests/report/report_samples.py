"""Hand-made records of every status and feature; `SAMPLES` by the name of their snapshot."""

from __future__ import annotations

from typing import Any

import numpy as np

from trtexp.records.model import (
    CaseRecord,
    Comparison,
    Mark,
    NetworkRecord,
    OutputRecord,
    ReleaseRecord,
    ReportRecord,
    TensorRecord,
    numbers,
)

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
OPTIONS = ["TF32 off", "external tactic sources off", "optimization level 3", "workspace default"]

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


def mark(index: list[int], odd: str, expected: str | None, actual: str, reference: str | None, allowed: str) -> Mark:
    return Mark(index=index, expected=expected, actual=actual, reference=reference, allowed=allowed, odd=odd)


def output(values: Any, name: str = "y", dtype: str = "float32", bound: Any = 0.0, **more: Any) -> OutputRecord:
    """An output on which actual and reference agree, unless `more` says otherwise."""
    array = np.asarray(values)
    defaults: dict[str, Any] = {
        "verdict": "pass",
        "sentences": [],
        "actual": tensor(array, dtype),
        "reference": tensor(array, "float64" if dtype.startswith("float") else dtype),
        "bound": numbers(np.broadcast_to(np.asarray(bound, dtype=np.float64), array.shape)),
        "actual_reference": equal(),
        "elements": array.size,
    }
    return OutputRecord(name=name, dtype=dtype, shape=list(array.shape), **(defaults | more))


def expected(values: Any, text: Any = None, **more: Any) -> dict[str, Any]:
    """The fields of an output whose expected values agree with all others."""
    record = tensor(values, text=text)
    fields = {"expected": record, "origin": "source", "actual_expected": equal(), "expected_reference": equal()}
    return fields | more


def case(name: str, *outputs: OutputRecord, **more: Any) -> CaseRecord:
    defaults: dict[str, Any] = {
        "about": "",
        "location": f"experiments/sample.yaml:{20 + len(name)}:5",
        "differs": [],
        "status": "pass",
        "as_expected": True,
        "headline": "pass",
    }
    return CaseRecord(name=name, outputs=list(outputs), **(defaults | more))


def report(*cases: CaseRecord, **more: Any) -> ReportRecord:
    defaults: dict[str, Any] = {
        "experiment": "experiments/sample.yaml",
        "sha256": "0" * 64,
        "title": "A sample",
        "about": "",
        "source": "",
        "release": GPU,
        "options": OPTIONS,
        "network": None,
    }
    return ReportRecord(cases=list(cases), **(defaults | more))


def _padding() -> ReportRecord:
    bound = np.abs(CENTRE) * 6.6e-7
    rows = ["54021 65432.1 6503.2", "87054.02 98765.43 9806.503", "87.054 98.765396 9.8064995"]
    text = [[[row.split() for row in rows]]]
    arithmetic = ["float32 multiplication", "float32 accumulation in any order"]
    typo = np.array([[[[98765.4321]]]])
    lines = [
        'x = network.add_input("x", trt.float32, (1, 1, 3, 3))',
        "deconv = network.add_deconvolution_nd(input=x, num_output_maps=1, kernel_shape=(3, 3), kernel=w, bias=b)",
        "network.mark_output(deconv.get_output(0))",
    ]
    kernel = 10.0 ** np.arange(4, -5, -1).reshape(1, 1, 3, 3)
    network = NetworkRecord(
        inputs={"x": tensor(np.arange(1.0, 10).reshape(1, 1, 3, 3), made="arange start 1")},
        weights={"w": tensor(kernel, made="powers base 10, first 4, last -4"), "b": tensor([0.0], made="full 0")},
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
        assumptions=arithmetic,
    )
    both = output(
        CENTRE,
        name="deconv",
        bound=bound,
        assumptions=arithmetic,
        **expected(CENTRE, text, actual_reference=close(0.24, 0.0021, [0, 0, 1, 1])),
    )
    powers = 2.0 ** np.arange(9).reshape(1, 1, 3, 3)
    exact = output(powers, name="deconv", certified=9, assumptions=arithmetic, **expected(powers))
    wrong = output(
        typo,
        name="deconv",
        bound=0.065,
        verdict="mismatch",
        sentences=[
            "deconv[0, 0, 0, 0]: expected 98764.43, actual 98765.43, reference 98765.4321; "
            "the expected value is off by 1.002, 15.4 bounds"
        ],
        expected=tensor([[[[98764.43]]]], text=[[[["98764.43"]]]]),
        origin="source",
        actual_reference=close(0.03, 0.002, [0, 0, 0, 0]),
        actual_expected=off(1, 15.4, 1.0, [0, 0, 0, 0]),
        expected_reference=off(1, 15.4, 1.002, [0, 0, 0, 0]),
        marks=[mark([0, 0, 0, 0], "expected", "98764.43", "98765.43", "98765.4321", "0.065")],
        assumptions=arithmetic,
    )
    return report(
        case("none", grown),
        case("both", both, about="One row and one column less on every side.", differs=["deconv.padding_nd: [1, 1]"]),
        case(
            "both_exact",
            exact,
            differs=["deconv.padding_nd: [1, 1]", "w: powers of two"],
            headline="pass, certified exact",
        ),
        case(
            "too_much",
            differs=["deconv.padding_nd: [5, 5]"],
            headline="refused at build, as expected",
            phase="build",
            message="(Unnamed Layer* 0) [Deconvolution]: output dimension cannot be negative.",
            log=["ERROR: 4: (Unnamed Layer* 0) [Deconvolution]: output dimension cannot be negative."],
        ),
        case(
            "typo",
            wrong,
            differs=["deconv.padding_nd: [2, 2]"],
            status="mismatch",
            as_expected=False,
            headline="expected value is the odd one out",
            problems=wrong.sentences,
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
    fields: dict[str, Any] = {"verdict": "mismatch", "bound": numbers(np.full((3, 4), 0.1)), "origin": "derived"}

    def odd_one(who: str, pairs: list[str], sentence: str) -> OutputRecord:
        values = {name: tensor(bad if name == who else good) for name in ("expected", "actual", "reference")}
        texts = {name: "70.5" if name == who else "7" for name in values}
        return output(
            good,
            **(fields | values | agreeing | dict.fromkeys(pairs, wrong)),
            sentences=[sentence],
            marks=[mark([1, 2], who, texts["expected"], texts["actual"], texts["reference"], "0.1")],
        )

    everyone = output(
        good,
        **(fields | dict.fromkeys(agreeing, wrong)),
        expected=tensor(good + 1),
        reference=tensor(bad, "float64"),
        sentences=["y[1, 2]: expected 8, actual 7, reference 70.5; no two agree"],
        marks=[mark([1, 2], "all differ", "8", "7", "70.5", "0.1")],
    )
    shape = output(
        good,
        verdict="mismatch",
        expected=tensor(good[:2], text=[["1", "2", "3", "4"], ["5", "6", "7", "8"]]),
        origin="source",
        actual_expected=Comparison(agrees=False, bad=12),
        expected_reference=Comparison(agrees=False, bad=12),
        sentences=["y: the shape is 3×4, expected 2×4"],
    )
    large = np.arange(10000.0).reshape(100, 100)
    summary = "10000 elements from 0 to 9999, sha256 0123456789abcdef"
    many = output(
        large,
        name="big",
        actual=TensorRecord(dtype="float32", shape=[100, 100], summary=summary),
        reference=TensorRecord(dtype="float64", shape=[100, 100], summary=summary),
        bound=None,
        verdict="mismatch",
        actual_reference=off(30, "Infinity", "NaN", [0, 0]),
        sentences=["big: 30 of 10000 elements are off, the first is big[0, 0]"],
        marks=[mark([0, i], "actual", None, "NaN", str(i), "0") for i in range(20)],
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
        sentences=["wide[20, 11] is -1, reference 491", "wide[33, 3] is -1, reference 795"],
        marks=[
            mark([20, 11], "actual", None, "-1", "491", "0"),
            mark([33, 3], "actual", None, "-1", "795", "0"),
        ],
    )
    failing: dict[str, Any] = {"status": "mismatch", "as_expected": False}
    a, b, c = "actual_expected", "expected_reference", "actual_reference"
    return report(
        case(
            "expected_is_odd",
            odd_one("expected", [a, b], "y[1, 2]: expected 70.5, actual and reference 7; 635 bounds off"),
            headline="expected value is the odd one out",
            **failing,
        ),
        case(
            "actual_is_odd",
            odd_one("actual", [a, c], "y[1, 2]: actual 70.5, expected and reference 7; 635 bounds off"),
            headline="TensorRT's value is the odd one out",
            **failing,
        ),
        case(
            "reference_is_odd",
            odd_one("reference", [b, c], "y[1, 2]: reference 70.5, expected and actual 7; 635 bounds off"),
            headline="the reference is the odd one out",
            **failing,
        ),
        case("all_differ", everyone, headline="no two agree", **failing),
        case("wrong_shape", shape, headline="wrong shape", **failing),
        case("many", many, headline="30 of 10000 elements differ", **failing),
        case("cropped", cropped, headline="2 of 960 elements differ", **failing),
        title="Mismatches",
    )


def _endings() -> ReportRecord:
    """Every status that is not about values."""
    failing: dict[str, Any] = {"as_expected": False}
    return report(
        case(
            "refused",
            headline="refused at define, as expected",
            phase="define",
            message="Parameter check failed at: network.cpp::addDeconvolutionNd::590, condition: nbOutputMaps > 0",
            log=["ERROR: 3: a line that is not the message"],
            warnings=["DeprecationWarning: Use add_deconvolution_nd instead."],
            notes=["EXPLICIT_BATCH was set, as 8.x needs it"],
        ),
        case(
            "unexpected_error",
            status="failed",
            headline="failed while building",
            phase="build",
            message="Error Code 10: Internal Error (Could not find any implementation for node deconv.)",
            log=["WARNING: a first line", "ERROR: " + "a very long line of words " * 8],
            problems=["nothing was expected to fail"],
            **failing,
        ),
        case(
            "no_error",
            status="failed",
            headline="the expected error did not come",
            problems=["expected an error while building that matches `output dimension.*negative`; there was none"],
            **failing,
        ),
        case(
            "removed",
            status="unsupported",
            headline="unsupported, as expected",
            message="PaddingMode.CAFFE_ROUND_UP is not there in tensorrt 10 and newer",
            reason="removed with the Caffe parser",
            issue="https://github.com/NVIDIA/TensorRT/issues/1",
        ),
        case(
            "segfault",
            status="crashed",
            headline="crashed while building",
            phase="build",
            message="signal 11, segmentation fault",
            **failing,
        ),
        case(
            "hang", status="timeout", headline="no answer in 60 s", phase="run", message="no answer in 60 s", **failing
        ),
        case(
            "unknown", output([1.0, 2.5], reference=None, actual_reference=None), status="unjudged", headline="unjudged"
        ),
        case(
            "differs",
            output([1.0, 2.0]),
            headline="finding: the last row is zero",
            finding="The document says 3; every release since 8.5 gives 2.\n\nSee `set_input`.",
            script="import tensorrt as trt\n",
        ),
        title="Endings",
        options=[],
    )


def _values() -> ReportRecord:
    """Tensors of every rank, type and size."""
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, 3.4028235e38])
    summary = "10000 elements from 0 to 9999, sha256 0123456789abcdef"
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
        assumptions=["tensor cores"],
        tolerance="{atol: 0.001, rtol: 0}",
        note="The source prints 8 digits.",
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
        case("wide", wide, headline="pass, wide"),
        title="Values",
        network=NetworkRecord(
            inputs={"x": huge, "s": tensor(2.0)}, weights={"w": tensor(np.eye(3), made="eye 3")}, lines=["pass"]
        ),
    )


def _built() -> ReportRecord:
    inferred = output(CENTRE, actual=None, actual_reference=None, expected_reference=equal(), expected=tensor(CENTRE))
    shape = OutputRecord(name="z", verdict="pass", sentences=[], dtype="float32", shape=[1, -1, 5])
    return report(
        case("shapes", inferred, shape, status="built", headline="built"),
        release=RTX,
        experiment="experiments/layers/pooling.yaml",
        title="Pooling",
    )


ATTACK = "a | b `c` </details> \x1b[31m\u202e [x](javascript:y) ![i](j) <b> *e* _f_ &lt; $g$ ```\n# heading\n\n| - |"


def _attack() -> ReportRecord:
    """Text from YAML and TensorRT that tries to break out of wherever it is put."""
    fields = {
        "about": ATTACK,
        "headline": ATTACK,
        "message": ATTACK,
        "finding": ATTACK,
        "reason": ATTACK,
        "issue": ATTACK,
    }
    loud = output(
        [1.0],
        name=ATTACK,
        note=ATTACK,
        origin=ATTACK,
        expected=tensor([1.0], text=[ATTACK], made=ATTACK),
        actual_expected=equal(),
        expected_reference=equal(),
        sentences=[ATTACK],
        assumptions=[ATTACK],
        tolerance=ATTACK,
        marks=[mark([0], "actual", ATTACK, ATTACK, ATTACK, ATTACK)],
    )
    lists: dict[str, Any] = {
        name: [ATTACK, "````", "[a]: b"] for name in ("differs", "problems", "log", "warnings", "notes")
    }
    network = NetworkRecord(inputs={ATTACK: tensor([1.0], made=ATTACK)}, weights={}, lines=[ATTACK, "```"])
    return report(
        case(ATTACK, loud, script="```\n</details>\n", location=ATTACK, **fields, **lists),
        case("unexpected", loud, as_expected=False, **fields | {"finding": None}, **lists),
        title=ATTACK,
        about=ATTACK,
        source=ATTACK,
        options=[ATTACK],
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
