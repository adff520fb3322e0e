"""What changed between two releases: one planted change of each kind, the two renderings, the command."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from report_samples import GPU, OLD, REFERENCE, RTX, SAMPLES, case, close, differs, log, output, report, tensor

from trtexp.cli.main import main
from trtexp.definition.facts import Adaptation
from trtexp.numerics import encode, ulps
from trtexp.records.diff import KINDS, diff
from trtexp.records.facts import BuildRecord
from trtexp.records.tensors import Summary
from trtexp.report.diff import lines, render_diff
from trtexp.report.wording.changes import sides, text
from trtexp.running import folders

ONE = np.array([[1.0, 2.0], [3.0, 4.0]])
MOVED = np.array([[1.0, 2.0], [3.0, np.nextafter(np.float32(4), np.float32(5))]])
LOG = "ERROR: 3: [network.cpp::addDeconvolutionNd::{}] Parameter check failed"


def found(before, after, **more):
    """The changes between one case of one file on two releases."""
    return diff([report(before, release=OLD)], [report(after, **more)]).changes


#: kind -> the same case before and after, one thing changed
PLANTED = {
    "fails": (case("a"), case("a", status="mismatch", as_expected=False)),
    "passes": (case("a", status="failed", as_expected=False), case("a")),
    "unsupported": (case("a"), case("a", status="unsupported")),
    "supported": (case("a", status="unsupported"), case("a")),
    "ends": (case("a"), case("a", status="crashed")),
    "values": (case("a", output(ONE)), case("a", output(MOVED))),
    "shapes": (case("a", output(ONE)), case("a", output(ONE.reshape(4)))),
    "dtypes": (case("a", output(ONE)), case("a", output(ONE, dtype="float16"))),
    "outputs": (case("a", output(ONE, "y")), case("a", output(ONE, "z"))),
    "errors": (case("a", message="too large"), case("a", message="too wide")),
    "warnings": (case("a"), case("a", warnings=["stride is deprecated"])),
    "log": (case("a", log=log("INFO: one", "INFO: two")), case("a", log=log("INFO: one", "INFO: three"))),
    "lines": (case("a", log=log(LOG.format(1088))), case("a", log=log(LOG.format(1104)))),
    "verdicts": (case("a"), case("a", ending="wide")),
    "network": (case("a", definition="aa"), case("a", definition="bb", differs=differs("x.axes: 1"))),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_change_is_found_and_nothing_else(kind):
    before, after = PLANTED[kind]
    assert [change.kind for change in found(before, after)] == [kind]
    assert found(before, before) == ()


def test_a_refusal_that_is_none_any_more_or_comes_in_another_phase_has_ended_otherwise():
    refused = case("a", phase="build", ending="refused")
    earlier = case("a", phase="define", ending="refused")
    for after in (case("a"), earlier):
        assert [change.kind for change in found(refused, after)] == ["ends"]


def test_a_change_of_every_kind_is_planted_somewhere():
    assert PLANTED.keys() | {"yaml", "gone", "new"} == set(KINDS)


def test_cases_and_files_that_only_one_has():
    other = report(case("a"), experiment="experiments/b.yaml")
    result = diff([report(case("a"), case("b"))], [report(case("a"), case("c")), other])
    assert [(c.kind, c.experiment[12:-5], c.case) for c in result.changes] == [
        ("gone", "sample", "b"), ("new", "b", None), ("new", "sample", "c"),
    ]  # fmt: skip
    assert (result.cases, result.alike) == (1, 1)


def test_another_text_of_the_experiment_and_other_build_options_are_said_once():
    changes = found(case("a"), case("a"), sha256="1" * 64, build=BuildRecord(flags={"TF32": True}))
    assert [(c.kind, c.case) for c in changes] == [("network", None), ("yaml", None)]
    assert sides(changes[0])[1][0] == "TF32 on"


def test_moved_values_are_counted_in_ulps_and_measured_by_the_bound():
    old = output(ONE, bound=1e-6, actual_reference=close(0.1, 1e-7, [1, 1]))
    new = output(MOVED, bound=1e-6, actual_reference=close(0.5, 5e-7, [1, 1]))
    (change,) = found(case("a", old), case("a", new))
    assert text(change) == (
        "1 of 4 elements moved, by up to 1 ulp; the furthest y[1, 1]: 4 → 4.0000005, 0.48 of the bound; "
        "worst error 0.1 → 0.5 of the bound"
    )


def test_a_reader_knows_whose_last_bits_may_change_from_build_to_build():
    compiled = {"adapted": [Adaptation("timed_kernels", "a...c")]}
    (change,) = found(case("a", output(ONE)), case("a", output(MOVED), **compiled))
    assert text(change).endswith("; the kernels of a...c are chosen by timing, which may be all that changed")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ([0.0], [-0.0], "1 of 1 element moved, by up to 0 ulp; the furthest y[0]: 0 → -0"),
        ([np.nan], [1.0], "1 of 1 element moved, some to or from NaN; the furthest y[0]: NaN → 1"),
        ([1.0], [np.inf], "y[0]: 1 → inf, where no error is allowed"),
        ([1, 2], [1, 5], "1 of 2 elements moved; the furthest y[1]: 2 → 5, where no error is allowed"),
        ([2**62 + 1], [2**62], "y[0]: 4611686018427387905 → 4611686018427387904"),
        ([True], [False], "y[0]: true → false"),
    ],
)  # fmt: skip
def test_values_of_every_kind(before, after, says):
    dtype = {"f": "float32", "i": "int64", "b": "bool"}[np.asarray(before).dtype.kind]
    planted = [case("a", output(values, dtype=dtype)) for values in (before, after)]
    (change,) = found(*planted)
    assert says in text(change)


def test_the_same_nan_has_not_moved():
    assert found(case("a", output([np.nan])), case("a", output([np.nan]))) == ()


def test_large_tensors_are_told_apart_by_their_digest():
    summaries = [Summary(elements=2000, smallest=0.0, largest=1.0, sha256=digest) for digest in ("aa", "bb")]
    planted = [
        case("a", output([1.0], actual=tensor([1.0]).model_copy(update={"values": None, "summary": summary})))
        for summary in summaries
    ]
    (change,) = found(*planted)
    assert (change.kind, sides(change)[1]) == ("values", ["2000 elements from 0 to 1, sha256 bb"])


@pytest.mark.parametrize("release", [REFERENCE, RTX])
def test_what_a_side_did_not_run_is_no_change(release):
    built = case("a", output(ONE, actual=None), status="built")
    unjudged = case("b", status="unjudged")
    result = diff([report(built, unjudged, release=release)], [report(case("a", output(ONE)), case("b"))])
    assert (result.changes, result.outputs) == ((), 0)
    assert "NOT run" in "\n".join(lines(result)) and "NOT run" in render_diff(result)


def test_lines_that_come_often_are_counted():
    (change,) = found(case("a", warnings=["x", "y", "y", "y"]), case("a", warnings=["x", "x"]))
    assert sides(change) == (["3 × y"], ["x"])


def test_ulps_across_zero_and_between_types():
    a, b = (encode(np.array(values), "float16") for values in ([-(2.0**-24), 1.0], [2.0**-24, 1 + 2.0**-10]))
    assert ulps(a, b).tolist() == [2, 1]


def test_the_page_says_the_answer_first_and_links_to_the_cases():
    before, after = PLANTED["values"]
    earlier, later = ([case(name, log=log(LOG.format(line + i))) for i, name in enumerate("bc")] for line in (1, 3))
    result = diff([report(before, *earlier, release=OLD)], [report(after, *later)])
    page = render_diff(result)
    assert "**0 of 3 cases alike, the values of 1 output compared**" in page
    assert "newly not as expected: 0 · values moved: 1" in page
    assert "sample / [a](../tensorrt-8.6.0/sample.md#a): 1 of 4 elements moved" in page
    assert "- sample / [b](../tensorrt-8.6.0/sample.md#b), [c](../tensorrt-8.6.0/sample.md#c)" in page


def test_nothing_breaks_out_of_the_page():
    attack = SAMPLES["attack"]
    name = attack.cases[0].name
    changed = attack.cases[0].model_copy(update={"log": log(name, "```"), "message": name + "."})
    page = render_diff(diff([attack], [attack.model_copy(update={"cases": [changed]})]))
    assert "\x1b" not in page and "<script" not in page.replace("`", "").split("```")[0]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A report folder with two releases; call it with a change of the second."""
    monkeypatch.chdir(tmp_path)

    def make(kind="log"):
        before, after = PLANTED[kind]
        folders.write(report(before, release=OLD), tmp_path / "reports")
        folders.write(report(after), tmp_path / "reports")
        (tmp_path / "experiments").mkdir(exist_ok=True)
        (tmp_path / "experiments" / "sample.yaml").touch()
        return tmp_path

    return make


def test_exit_codes_and_text(project, capsys):
    project()
    assert main(["diff", OLD.name, GPU.name]) == 1
    said = capsys.readouterr().out
    assert "log lines changed: 1\n  sample / a\n    - INFO: two\n    + INFO: three\n" in said
    assert main(["diff", GPU.name, GPU.name, "experiments/sample.yaml"]) == 0
    assert "1 of 1 case alike" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tensorrt-9.9", GPU.name], "there are: tensorrt-8.5.3.1, tensorrt-8.6.0"),
        ([OLD.name, ".."], "there are: tensorrt-8.5.3.1, tensorrt-8.6.0"),
        ([OLD.name, GPU.name, "--reports", "none"], "there are: none; trtexp run writes them"),
        ([OLD.name, GPU.name, "experiments/simple.yaml"], "did you mean 'experiments/sample.yaml'?"),
        ([OLD.name, GPU.name, "experiments", "--keep"], "leave the paths out"),
    ],
)
def test_bad_usage_is_one_message(project, capsys, arguments, says):
    project()
    assert main(["diff", *arguments]) == 2
    said = capsys.readouterr().err
    assert says in said and len(said.splitlines()) == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}', "\udc80"])
def test_a_damaged_record_is_named_with_what_to_run(project, capsys, text):
    folder = project()
    (folder / "reports" / GPU.name / "sample.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert main(["diff", OLD.name, GPU.name]) == 2
    said = capsys.readouterr().err
    assert "reports/tensorrt-8.6.0/sample.json: damaged record" in said
    assert "trtexp run experiments/sample.yaml" in said and len(said.splitlines()) == 1


def test_a_kept_page_is_linked_to_and_kept_up_to_date(project, capsys):
    folder = project()
    page = folder / "reports" / "diff" / "tensorrt-8.5.3.1..tensorrt-8.6.0.md"
    main(["diff", OLD.name, GPU.name, "--keep"])
    assert "(diff/tensorrt-8.5.3.1..tensorrt-8.6.0.md)" in (folder / "reports" / "README.md").read_text()
    assert main(["report", "--check"]) == 0
    project("values")
    assert main(["report", "--check"]) == 1
    assert f"{page.relative_to(folder)} is not what its record says" in capsys.readouterr().err
    assert main(["report"]) == 0 and "values moved: 1" in page.read_text()
    page.rename(page.with_stem("tensorrt-7..tensorrt-8.6.0"))
    main(["report"])
    assert main(["report", "--check"]) == 1
    assert "one has no record; delete it" in capsys.readouterr().err


def test_markdown_elsewhere_has_links_that_lead_to_the_reports(project):
    folder = project("values")
    assert main(["diff", OLD.name, GPU.name, "--markdown", "notes/changes.md"]) == 1
    assert "](../reports/tensorrt-8.6.0/sample.md#a)" in (folder / "notes" / "changes.md").read_text()


def test_a_control_character_does_not_reach_the_terminal(project, capsys):
    folder = project()
    path = folder / "reports" / GPU.name / "sample.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"experiment": "experiments/\x1b[31m.yaml"}))
    assert main(["diff", OLD.name, GPU.name]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_cases_that_changed_alike_stand_together(project):
    names = [f"c{i}" for i in range(9)]
    before = [report(*(case(name) for name in [*names, "other"]), release=OLD)]
    after = [report(*(case(name, status="crashed", phase="build") for name in names), case("other", status="crashed"))]
    found = diff(before, after)
    page = render_diff(found)
    assert page.count("```diff") == 2
    assert all(f"[{name}](../tensorrt-8.6.0/sample.md#{name})" in page for name in names)
    told = list(lines(found))
    assert f"  sample / {', '.join(names)}" in told
    assert sum(line == "    - pass" for line in told) == 2
