"""The experiments themselves: valid, right by the reference, certified once a file, and built where TensorRT-RTX is."""

import functools
import importlib.util

import pytest
from conftest import EACH_FILE, EXPERIMENTS, FILES, WITHOUT_REFERENCE

from trtexp.engine.session import Session
from trtexp.judging.case import record_case
from trtexp.report.wording.cases import headline, problems
from trtexp.spec.load import read
from trtexp.spec.requirement import Target

REFERENCE = Target("reference")


@functools.cache
def experiment(path, target=REFERENCE):
    return read(path, path.name).experiment(target)


def certified(case):
    tensors = case.evaluation().tensors
    outputs = [tensors[name] for name in case.definition.outputs if name in tensors]
    return bool(outputs) and all(t.certified.all() and t.ref.size for t in outputs)


def test_there_is_one_per_section_of_the_document():
    wanted = {
        "initial", "weights", "stride", "padding", "pre_padding", "post_padding", "padding_mode", "groups", "three_d",
        "set_input", "deprecated", "workspace", "dilation", "priority", "rejected", "convolution",
    }  # fmt: skip
    assert wanted <= {path.stem for path in FILES}


@EACH_FILE
def test_every_release_override_is_valid(path):
    read(path, path.name).check()


@EACH_FILE
def test_expected_values_agree_with_the_reference(path):
    records = [record_case(case, None) for case in experiment(path).cases]
    assert {r.name: problems(r) for r in records if not r.as_expected} == {}
    assert any(r.status == "pass" for r in records) == (path not in WITHOUT_REFERENCE)


@pytest.mark.parametrize("path", sorted({*EXPERIMENTS.glob("*.yaml")} - WITHOUT_REFERENCE), ids=lambda path: path.stem)
def test_one_case_of_each_section_of_the_document_is_certified_wholly(path):
    assert [c.name for c in experiment(path).cases if certified(c)], "no power-of-two case"


@EACH_FILE
def test_every_case_says_its_point_and_every_number_its_origin(path):
    for case in experiment(path).cases:
        assert case.about or len(experiment(path).cases) == 1, f"{case.name} has no about"
        for name, expected in case.expected.items():
            assert expected.made is None or expected.origin, f"{case.name}: {name} does not say from where"


@EACH_FILE
@pytest.mark.parametrize("version", ["8.5.3.1", "8.6.0", "10.9", "11.0"])
def test_literals_of_other_releases_agree_with_the_reference_too(path, version):
    for case in experiment(path, Target("tensorrt", version)).cases:
        if case.finding is None and case.unsupported is None:
            assert problems(record_case(case, None)) == [], case.name


@functools.cache
def session():
    if importlib.util.find_spec("tensorrt_rtx") is None:
        pytest.skip("tensorrt_rtx is not installed: pip install tensorrt-rtx-cu13")
    return Session("tensorrt-rtx")


@EACH_FILE
def test_every_case_is_built_by_tensorrt_rtx_as_expected(path):
    release = session().release
    wrong = {}
    for case in experiment(path, Target(release.flavour, release.version)).cases:
        outcome = session().run(case.definition, case.feeds, build_only=True)
        record = record_case(case, outcome)
        if not record.as_expected:
            wrong[case.name] = [str(headline(record)), *problems(record)]
    assert wrong == {}
