"""The pytest plugin in pytest itself: what is collected, how cases end, options, xdist with one GPU."""

import json
import os
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
import standin
from conftest import BASE

import trtexp
from trtexp.files.home import ACCEPTING
from trtexp.files.signing import write_signed

FOUND = any(entry.value == "trtexp.pytest_plugin" for entry in metadata.entry_points(group="pytest11"))
PLUGIN = [] if FOUND else ["-p", "trtexp.pytest_plugin"]
RIGHT = BASE + "    set: {padding_nd: [2, 2]}\nexpect: {deconv: {values: [[[[165]]]], from: derived}}\n"
CASES = "cases:\n  right: {}\n  wrong:\n    expect: {deconv: {values: [[[[166]]]]}}\n"


@pytest.fixture(autouse=True)
def nothing_left_over(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(trtexp.__file__).parents[1]))
    monkeypatch.delenv("TRTEXP_RUN", raising=False)
    yield
    assert standin.gone(), f"processes left over: {standin.processes()}"


@pytest.fixture
def project(pytester):
    """Call it to write files by name, `experiments/a.yaml` as `a`."""

    def write(**texts):
        folder = pytester.path / "experiments"
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def run(pytester):
    """Run pytest with the plugin, and nothing but the reference unless a worker is named."""

    def run(*arguments, subprocess=False):
        named = ("--trtexp-worker", "--trtexp-backend", "--trtexp-replay")
        if "experiments" in str(arguments) and not any(a.startswith(named) for a in arguments):
            arguments = ("--trtexp-backend=reference", *arguments)
        way = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        return way(*PLUGIN, "-p", "no:cacheprovider", *arguments)

    return run


def worker(release="8.6.0", **environment):
    return f"--trtexp-worker={release}={standin.command(release, **environment)}"


def lines(result):
    return result.stdout.str()


def test_a_folder_gives_every_case_an_item(project, run):
    project(a=RIGHT, b=RIGHT + CASES)
    result = run("experiments", "--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == [
        "experiments/a.yaml::base", "experiments/b.yaml::right", "experiments/b.yaml::wrong",
    ]  # fmt: skip


def test_one_case_is_chosen_by_its_id_and_by_k(project, run):
    project(a=RIGHT, b=RIGHT + CASES)
    run("experiments/b.yaml::right").assert_outcomes(passed=1)
    run("experiments", "-k", "wrong").assert_outcomes(failed=1, deselected=2)


def test_a_failure_says_what_trtexp_says_at_the_line_of_the_yaml(project, run):
    project(b=RIGHT + CASES)
    result = run("experiments", "-q")
    result.assert_outcomes(passed=1, failed=1)
    said = lines(result)
    assert "experiments/b.yaml:14:31" in said and "odd one out" in said
    assert "Traceback" not in said and "runtest" not in said
    assert "FAILED experiments/b.yaml::wrong - reference: expected values differ" in said
    assert "TensorRT itself is NOT run" in said
    assert re.search(r"b\.yaml:14: reference: expected values differ", lines(run("experiments", "--tb=line")))


@pytest.mark.parametrize("arguments", [(), (".",), ("other",)])
def test_other_yaml_is_left_alone_and_nothing_is_imported(project, run, pytester, arguments):
    (pytester.path / "other").mkdir()
    for name, text in {"mkdocs": "title: x\nnav: []\n", "broken": "a: [", "list": "- title: x"}.items():
        (pytester.path / "other" / f"{name}.yaml").write_text(text, encoding="utf-8")
    pytester.makepyfile(
        **{"other/test_it": "import sys\ndef test(): assert not {'numpy', 'pydantic', 'yaml'} & set(sys.modules)"}
    )
    run(*arguments, subprocess=True).assert_outcomes(passed=1)


def test_nothing_happens_unless_the_files_are_asked_for(project, run, pytester):
    project(a=RIGHT)
    pytester.makepyfile("def test(): pass")
    run().assert_outcomes(passed=1)
    pytester.makeini("[pytest]\ntestpaths = experiments")
    run().assert_outcomes(passed=0)
    run("experiments").assert_outcomes(passed=1)
    run("-n2", subprocess=True).assert_outcomes(passed=0)


def test_a_file_with_faults_is_an_error_that_names_them_all(project, run):
    project(a=RIGHT + "intputs: {}\n", b=RIGHT)
    result = run("experiments")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    said = lines(result)
    assert "experiments/a.yaml:11:1: unknown key 'intputs'; did you mean 'inputs'?" in said
    assert "Traceback" not in said


def test_what_the_worker_answers_counts(project, run):
    project(a=standin.experiment("fine", "segv_build"))
    result = run("experiments", worker(), "--trtexp-no-cache", "-rA")
    result.assert_outcomes(passed=1, failed=1)
    assert "FAILED experiments/a.yaml::segv_build - tensorrt-8.6.0: crashed in build" in lines(result)
    assert "trtexp: tensorrt 8.6.0 on " in lines(result)


def test_several_releases_are_items_of_their_own(project, run):
    project(a=standin.experiment("fine"))
    result = run("experiments", worker(), worker("8.5.3.1"), "-v", "--trtexp-no-cache")
    result.assert_outcomes(passed=2)
    assert "a.yaml::fine[8.6.0] PASSED" in lines(result) and "a.yaml::fine[8.5.3.1] PASSED" in lines(result)


LACKS = standin.experiment("a").replace(
    "cases:", 'releases: {"tensorrt>=8": {expect: {unsupported: add_a}, reason: went away}}\ncases:'
)


def test_a_crash_that_was_to_come_is_an_expected_failure(project, run):
    text = standin.experiment("segv_run").replace("expect: {", "expect: {crash: {run: SIGSEGV}, ")
    project(a=text, b=text.replace("segv_run", "fine"))
    result = run("experiments", worker(), "--trtexp-no-cache", "-rA")
    result.assert_outcomes(xfailed=1, failed=1)
    assert "XFAIL experiments/a.yaml::segv_run - crashed in run, as expected" in lines(result)
    assert "no crash in run" in lines(result)
    run("experiments/a.yaml", worker(), "--trtexp-no-cache", "--runxfail").assert_outcomes(failed=1)


def test_what_only_tensorrt_can_tell_is_skipped(project, run):
    project(a=BASE + "    check: false\nexpect: {error: {define: Dims}}\n")
    result = run("experiments", "-rs")
    result.assert_outcomes(skipped=1)
    assert "to be refused in define: only TensorRT can tell" in lines(result)


def test_a_release_that_is_not_there_is_an_error_of_each_case_and_is_tried_once(project, run):
    project(a=standin.experiment("one", "two"))
    result = run("experiments", "--trtexp-worker=8.6.0=/no/python")
    result.assert_outcomes(errors=2)
    assert "Traceback" not in lines(result)
    assert result.duration < 30


@pytest.mark.parametrize(
    ("option", "what"),
    [
        ("--trtexp-worker=beta=python", "--trtexp-worker: worker 'beta=python'"),
        ("--trtexp-timeout=lunch=3", "--trtexp-timeout:"),
        ("--trtexp-gpu=0,0", "--trtexp-gpu 0,0: give different numbers"),
    ],
)
def test_bad_options_are_one_message(project, run, option, what):
    project(a=RIGHT)
    result = run("experiments", option)
    said = lines(result) + result.stderr.str()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert what in said and "Traceback" not in said


def test_xdist_workers_share_one_gpu_and_keep_others_away(project, run, tmp_path):
    project(a=standin.experiment(*"abcdef"))
    gpu = ["--trtexp-gpu=stand-in-0", "--trtexp-no-cache", "-v", "-n2"]
    result = run("experiments", worker(TMPDIR=tmp_path, STANDIN_SECONDS=0.2), *gpu, subprocess=True)
    result.assert_outcomes(passed=6)
    assert {"gw0", "gw1"} <= set(re.findall(r"\[(gw\d)\]", lines(result)))
    assert lines(result).count("trtexp: tensorrt 8.6.0 on ") == 1
    assert not list(tmp_path.glob("*.run")) or len(list(tmp_path.glob("*.run"))) == 1


def test_each_xdist_worker_takes_a_gpu_in_turn(project, run, tmp_path):
    project(a=standin.experiment(*"abcdef"))
    gpus = ["--trtexp-gpu=stand-in-0,stand-in-1", "--trtexp-no-cache", "-n2"]
    run("experiments", worker(TMPDIR=tmp_path, STANDIN_SECONDS=0.2), *gpus, subprocess=True).assert_outcomes(passed=6)
    assert {path.name.split(".")[0] for path in tmp_path.glob("*.gate")} == {
        "trtexp-gpu-stand-in-0", "trtexp-gpu-stand-in-1",
    }  # fmt: skip


def test_the_plugin_costs_nothing_where_nothing_is_asked_for():
    heavy = ("numpy", "pydantic", "yaml", "jinja2", "rich", "execnet", "ml_dtypes")
    code = f"import trtexp.pytest_plugin, sys; sys.exit(str([m for m in {heavy} if m in sys.modules]) != '[]')"
    assert os.spawnl(os.P_WAIT, sys.executable, sys.executable, "-c", code) == 0


@pytest.mark.parametrize("more", [[], ["-n1"]])
def test_a_pattern_names_cases_as_everywhere(project, run, more):
    project(a=RIGHT + CASES, b=RIGHT)
    found = run("experiments/a.yaml::r*", "experiments/a.yaml::*ht", "experiments/b.yaml", *more, subprocess=bool(more))
    found.assert_outcomes(passed=2)
    run("experiments/a.yaml::wrong", *more, subprocess=bool(more)).assert_outcomes(failed=1)


def test_an_accept_that_was_killed_is_finished_first(project, run, pytester):
    project(a=RIGHT)
    before, after = RIGHT, RIGHT.replace("title: t", "title: accepted")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(pytester.path)
        write_signed(ACCEPTING, "accept", json.dumps([[["experiments/a.yaml", before, after]], []]))
    result = run("experiments")
    result.stdout.fnmatch_lines(["trtexp: an accept was broken off; it is finished now: 1 file written"])
    assert (pytester.path / "experiments" / "a.yaml").read_text() == after
