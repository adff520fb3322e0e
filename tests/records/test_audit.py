"""The audit of tolerances: one planted case of each kind, what is tightest, what the records lack; exit codes."""

import numpy as np
import pytest
from report_samples import case, report, tensor

from trtexp.cli.main import main
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.audit import audit
from trtexp.records.facts import Comparison
from trtexp.records.model import OutputRecord
from trtexp.report.wording.audit import note, tightest, unknown
from trtexp.running.folders import write

WANT = np.array([1.0, 2.0, 4.0, 0.0])


AUTO, EXACT = Tolerance(), Tolerance("exact")
ULP, LOOSE_ULP = Tolerance("ulp", limit=32), Tolerance("ulp", limit=64)
CLOSE, COSINE = Tolerance("close", atol=1), Tolerance("cosine", limit=0.9)


def output(got, tolerance=AUTO, ratio=0.2, want=WANT, **more):
    """An output that agrees, `got` by the device and `want` by the reference."""
    error = float(np.abs(np.asarray(got) - want).max())
    compared = Comparison(agrees=True, bad=0, ratio=ratio, index=[0], error=error, max_error=error)
    given = {"actual": tensor(got), "reference": tensor(want, "float64"), "actual_reference": compared} | more
    return OutputRecord(
        name="y", verdict="pass", dtype="float32", shape=[4], tolerance=[tolerance], elements=4, **given
    )


def remarks(*outputs, **more):
    return [(note(n), tightest(n.tightest)) for n in audit([report(case("one", *outputs, **more))]).noted]


def test_what_is_well_inside_its_bound_is_not_mentioned():
    assert remarks(output([1 + 2**-23, 2, 4, 0]), output(WANT, ratio=0.0), output(WANT, EXACT, ratio=0.0)) == []


@pytest.mark.parametrize(
    ("planted", "text", "tightest"),
    [
        (output([1 + 2**-22, 2, 4, 0], ratio=0.61), "uses 0.61 of what auto allows", "ulp 2"),
        (output([1, 2, 4, 1e-3]), "", ""),
        (
            output([1, 2, 4 + 2**-20, 0], LOOSE_ULP, ratio=2 / 64),
            "64 ulp is far too wide: 32 times what is needed",
            "ulp 2",
        ),
        (output(WANT, LOOSE_ULP, ratio=0.0), "64 ulp is far too wide: for a result that is exact", "exact"),
        (
            output([1, 2, 4, 0.25], Tolerance("close", atol=1, rtol=0.01), ratio=0.25),
            "1 of 4 elements pass only by atol 1",
            "atol 0.25",
        ),
        (
            output([1.25, 2, 4, 0], Tolerance("close", rtol=0.5), ratio=0.5, want=np.array([1.0, 2, 4, 0])),
            "",
            "",
        ),
        (
            output([1, 4, 4, 0], ratio=0.3),
            "1 of 4 elements are off by their own size or more: only the bound's absolute part holds",
            "ulp 8400000",
        ),
        (output([1, 2, 4.001, 0], Tolerance("snr_db", limit=10)), "at least 10 dB is far too wide", "snr_db 73.2"),
        (output([1, 2, 4.001, 0], COSINE), "cosine at least 0.9 is far too wide", "cosine 0.999999994"),
        (
            output(WANT, ULP, ratio=0.05, actual=None, reference=None),
            "32 ulp is far too wide: 20 times what is needed",
            "exact",
        ),
    ],
)  # fmt: skip
def test_each_kind_is_found(planted, text, tightest):
    assert remarks(planted) == ([(text, tightest)] if text else [])


def test_large_tensors_are_scaled_by_what_is_used():
    large = output([1, 2, 4, 0.5], ULP, ratio=0.05, actual=None, reference=None)
    assert remarks(large) == [("32 ulp is far too wide: 20 times what is needed", "ulp 1.6")]


def test_findings_and_what_differs_are_no_green_cases():
    bad = output([1, 4, 4, 0], ratio=0.9)
    assert remarks(bad, finding="known") == [] == remarks(bad, as_expected=False, status="mismatch")


def test_a_tolerance_by_hand_that_no_record_can_measure_is_named_once():
    blind = output(WANT, CLOSE, actual=None, actual_reference=None)
    found = audit([report(case("one", blind)), report(case("one", blind))])
    (one,) = map(unknown, found.unknown)
    assert one.startswith("experiments/sample.yaml: one: y: atol 1, rtol 0: no record has a result")
    assert audit([report(case("one", blind)), report(case("one", output(WANT, CLOSE)))]).unknown == []


def test_exit_codes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["audit"]) == 2
    assert "reports: no records here; trtexp run writes them" in capsys.readouterr().err
    write(report(case("one", output([1, 4, 4, 0], ratio=0.9))), tmp_path / "reports")
    assert main(["audit"]) == 0
    said = capsys.readouterr().out
    assert "experiments/sample.yaml:23:5: one: y on tensorrt-8.6.0: uses 0.9 of what auto allows" in said
    assert main(["audit", "--check"]) == 1
    (damaged,) = (tmp_path / "reports").rglob("*.json")
    whole = damaged.read_text()
    damaged.write_text("{")
    assert main(["audit"]) == 2
    assert "replace it: trtexp run experiments/sample.yaml" in capsys.readouterr().err
    damaged.write_text(whole)
    assert main(["audit", "other.yaml"]) == 2
