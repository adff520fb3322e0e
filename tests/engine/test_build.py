from dataclasses import replace
from types import SimpleNamespace

import pytest
from engine.fake_tensorrt import IBuilderConfig

from trtexp.definition.facts import Adaptation
from trtexp.definition.network import BuildOptions, Input, Range
from trtexp.engine.build import build
from trtexp.engine.failure import Failed, Unsupported
from trtexp.engine.log import Log


@pytest.fixture
def run(api8, trt8, deconvolution):
    def run(inferred=(1, 1, 5, 5), inputs=None, **options):
        run.log, run.warnings, run.builder = Log(), [], trt8.builder()
        trt8.say = run.log.add
        definition = deconvolution(options=BuildOptions(**options))
        definition = replace(definition, inputs=inputs or definition.inputs)
        network = run.builder.create_network()
        inferred = {} if inferred is None else {"deconv": ("float32", inferred)}
        return build(api8, run.builder, network, definition, run.log, run.warnings, inferred)

    return run


def test_only_what_the_options_name_is_set(run):
    assert run(tactic_sources=None) == b"plan"
    config = run.builder.config
    assert (config.flags, config.tactics, config.max_workspace_size) == ({"TF32"}, None, 0)
    assert not hasattr(config, "pool")


def test_options_reach_the_config(run):
    run(flags={"TF32": False, "INT8": True}, workspace=1 << 20, tactic_sources=("internal",))
    config = run.builder.config
    assert (config.flags, config.tactics, config.pool) == ({"INT8"}, 0b11000, ("WORKSPACE", 1 << 20))


def test_a_failed_build_has_the_first_error_for_message(run, trt8):
    trt8.plan = None
    trt8.build_log = [
        ("WARNING", "slow"),
        ("ERROR", "3: deconv:kernel weights has count 8 but 9 was expected"),
        ("ERROR", "4: [network.cpp::validate::2997] Error Code 4: Internal Error"),
    ]
    with pytest.raises(Failed, match=r"^deconv:kernel weights has count 8 but 9 was expected$"):
        run()
    assert len(run.log.lines()) == 3


def test_an_error_in_the_log_does_not_fail_a_build_that_gives_a_plan(run, trt8):
    trt8.build_log = [("ERROR", "1: Myelin error")]
    assert run() == b"plan"


def test_a_refused_option(run):
    with pytest.raises(Unsupported):
        run(optimization_level=1)


def test_profiles(run, trt8):
    profiles = ({"x": Range((1,), (1,), (2,))},)
    assert run(profiles=profiles) == b"plan"
    trt8.profile_number = -1
    with pytest.raises(Failed, match=r"^profile 0 was refused: TensorRT logged no error$"):
        run(profiles=profiles)


@pytest.mark.parametrize(
    ("inferred", "first", "profiles"),
    [
        ((1, 1, 5, 5), 1, 0),  # TensorRT's default
        ((1, 1, -1, 5), 1, 1),  # the shape comes of the data: 8.5 does not build without one, 8.6 does not run
        (None, 1, 1),
        ((-1, 1, 5, 5), -1, 0),  # the input is dynamic, and TensorRT is to say what is missing
    ],
)
def test_only_where_the_data_decide_a_shape_there_is_an_empty_profile(run, inferred, first, profiles):
    run(inferred, (Input("x", "float32", (first, 1, 3, 3)),))
    assert len(run.builder.config.profiles) == profiles


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        ({}, True),
        ({"tactics": "fastest"}, False),
        ({"optimization_level": 0}, False),  # takes the first that works by itself, and 8.6.0 finds none if we choose
        ({"optimization_level": 4}, True),
    ],
)
def test_who_chooses_the_tactics(options, chosen):
    assert BuildOptions(**options).first_tactics is chosen


def test_where_nothing_comes_of_our_choice_tensorrt_chooses(run, api8, trt8, monkeypatch):
    monkeypatch.setattr(trt8, "IAlgorithmSelector", type("IAlgorithmSelector", (), {}), raising=False)
    monkeypatch.setattr(IBuilderConfig, "algorithm_selector", None, raising=False)
    trt8.refuses_choice = True
    assert run() == b"plan"
    assert run.log.lines() == ()
    assert api8.notes == [Adaptation("timed_tactics")]
    trt8.plan = None
    trt8.build_log = [("ERROR", "10: Could not find any implementation for node fill.")]
    with pytest.raises(Failed, match=r"^Could not find any implementation for node fill\.$"):
        run()
    assert len(run.log.lines()) == 1 and len(api8.notes) == 1


def named(name):
    return SimpleNamespace(name=name)


def test_the_first_tactic_that_is_offered_is_chosen(api8, trt8, monkeypatch):
    selector = type("IAlgorithmSelector", (), {})
    monkeypatch.setattr(trt8, "IAlgorithmSelector", selector, raising=False)
    config = type("IBuilderConfig", (), {"algorithm_selector": None})()
    assert api8.take_first_tactics(config)
    assert config.algorithm_selector.select_algorithms(named("conv"), ["slow", "fast"]) == [0]
    assert config.algorithm_selector.select_algorithms(named("conv"), []) == []
    assert api8.notes == []
    assert config.algorithm_selector.select_algorithms(named("{ForeignNode[a...c]}"), ["one"]) == [0]
    assert api8.notes == [Adaptation("timed_kernels", "a...c")]  # a compiler of its own chooses inside
