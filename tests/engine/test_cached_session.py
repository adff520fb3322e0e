"""Sessions with a cache: what the second one says, and what it does not need for that."""

import pytest
from engine.hammer import KEY

from trtexp.definition.steps import Member
from trtexp.engine import session as session_module
from trtexp.engine.cache import Cache, usage
from trtexp.engine.session import Session


def parts(outcome):
    """All of an outcome but the time that it took."""
    outputs = {name: (a.dtype, a.shape, a.to_bytes()) for name, a in outcome.outputs.items()}
    return {**vars(outcome), "outputs": outputs, "seconds": None}


@pytest.fixture(scope="module")
def rtx():
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed: nothing else builds without a GPU")


@pytest.mark.parametrize(
    ("assignments", "arguments", "status", "phase"),
    [
        ([("stride_nd", (1, 1))], {}, "built", None),
        ([("padding_nd", (-1, -1))], {}, "error", "define"),
        ([], {"num_output_maps": 0}, "error", "define"),
        ([("padding_mode", Member("PaddingMode", "CAFFE_ROUND_UP"))], {}, "unsupported", "define"),
    ],
)
def test_a_second_session_answers_without_a_builder(
    rtx, tmp_path, deconvolution, assignments, arguments, status, phase, monkeypatch
):
    definition = deconvolution(*assignments, **arguments)
    plain = Session("tensorrt-rtx").run(definition, {})
    cold = Session("tensorrt-rtx", Cache(tmp_path, KEY)).run(definition, {})
    made = []
    monkeypatch.setattr(Session, "_make", lambda self, kind: made.append(kind))
    session = Session("tensorrt-rtx", Cache(tmp_path, KEY))
    told = []
    session.log.listener = told.append
    warm = session.run(definition, {})
    session.log.listener = None
    assert (warm.status, warm.phase) == (status, phase)
    assert parts(warm) == parts(cold) == parts(plain)
    assert tuple(told) == cold.log
    assert made == [] and set(warm.seconds) == {"load"}
    session.close()


def test_a_refused_build_is_remembered(open_eight, trt8, tmp_path, deconvolution):
    trt8.build_log = [("WARNING", "slow"), ("ERROR", "4: no such thing")]
    trt8.plan = None
    cold = open_eight(cache=Cache(tmp_path, KEY)).run(deconvolution(), {})
    assert (cold.status, cold.phase, cold.message) == ("error", "build", "no such thing")
    assert parts(open_eight(cache=Cache(tmp_path, KEY)).run(deconvolution(), {})) == parts(cold)
    assert trt8.builders == 1


@pytest.fixture
def answers(monkeypatch, array):
    """What the runs give, one after another; the last one for ever. Keeps the engines that were run."""
    numbers = [1]

    def execute(api, cudart, engine, feeds, options, log):
        answers.engines.append(engine)
        log.add("WARNING", f"run of {engine.decode()}")
        return {"y": array([numbers.pop(0) if len(numbers) > 1 else numbers[0]])}

    def answers(*given):
        numbers[:] = given

    answers.engines = []
    monkeypatch.setattr(session_module, "execute", execute)
    return answers


def test_a_cached_engine_is_run(open_eight, trt8, tmp_path, deconvolution, answers):
    trt8.build_log = [("WARNING", "slow")]
    definition = deconvolution(("stride", (1, 1)))
    plain = open_eight().run(definition, {})
    cold = open_eight(cache=Cache(tmp_path, KEY)).run(definition, {})
    assert trt8.builders == 2 and usage(tmp_path)[0].entries == 1
    phases = []
    warm = open_eight(cache=Cache(tmp_path, KEY)).run(definition, {}, on_phase=phases.append)
    assert parts(warm) == parts(cold) == parts(plain)
    assert warm.status == "ran" and [line.text for line in warm.log] == ["slow", "run of plan"] and warm.warnings
    assert trt8.builders == 2 and phases == ["run"] and set(warm.seconds) == {"load", "run", "deserialize"}
    assert open_eight(cache=Cache(tmp_path, KEY)).run(definition, {}, build_only=True).status == "built"


def test_an_engine_that_tensorrt_does_not_take_is_built_again(open_eight, trt8, tmp_path, deconvolution, answers):
    trt8.build_log = [("WARNING", "slow")]
    definition = deconvolution(("stride", (1, 1)))
    cold = open_eight(cache=Cache(tmp_path, KEY)).run(definition, {})

    def take(plan):
        if plan == b"plan":
            trt8.say("ERROR", "serialised by something else")
            return None
        return b"plan"

    trt8.take, trt8.plan = take, b"new plan"
    assert parts(open_eight(cache=Cache(tmp_path, KEY)).run(definition, {})) == parts(cold)
    assert trt8.builders == 2
    assert parts(open_eight(cache=Cache(tmp_path, KEY)).run(definition, {})) == parts(cold)
    assert trt8.builders == 2
    trt8.take, trt8.plan = lambda plan: None, b"bad"
    failed = open_eight(cache=Cache(tmp_path, KEY)).run(definition, {})
    assert (failed.status, failed.phase) == ("error", "run")
    assert failed.message == "deserialize_cuda_engine returned nothing: TensorRT logged no error"


def test_what_says_nothing_of_the_case_is_not_remembered(open_eight, trt8, tmp_path, deconvolution, monkeypatch):
    session = open_eight(cache=Cache(tmp_path, KEY))
    trt8.refuse_builder = True
    assert session.run(deconvolution(), {}).message == "Builder cannot be made: no such device"
    trt8.refuse_builder, trt8.plan, trt8.build_log = False, None, [("ERROR", "OutOfMemory")]
    assert session.run(deconvolution(), {}).message == "the GPU is out of memory: OutOfMemory"
    with monkeypatch.context() as patch:
        patch.setattr(session_module, "build", lambda *arguments: 1 / 0)
        assert session.run(deconvolution(), {}).message.startswith("internal: ")
    assert usage(tmp_path) == ()
    trt8.plan, trt8.build_log = b"plan", []
    assert session.run(deconvolution(), {}, build_only=True).status == "built"


def test_a_cache_in_trouble_costs_no_case(open_eight, tmp_path, deconvolution, answers):
    (tmp_path / "file").write_text("")
    session = open_eight(cache=Cache(tmp_path / "file", KEY))
    assert session.run(deconvolution(), {}).status == "ran"
    assert session.cache.said
    session.close()


def values(outcome):
    return [(times, outputs["y"].bits.tolist()) for times, outputs in outcome.repeats]


def test_repeated_builds_and_runs_are_counted_by_result(open_eight, trt8, tmp_path, deconvolution, answers):
    cache = Cache(tmp_path, KEY)
    session = open_eight(cache=cache)
    once = session.run(deconvolution(), {})
    assert once.repeats == ()
    trt8.times = (b"measured",)
    trt8.build_log = [("WARNING", "slow")]
    answers(3, 1, 3, 2, 3, 3)
    answers.engines.clear()
    phases = []
    outcome = session.run(deconvolution(), {}, on_phase=phases.append, repeat=(2, 3))
    assert outcome.status == "ran" and outcome.outputs["y"].bits.tolist() == [3]
    assert values(outcome) == [(4, [3]), (1, [1]), (1, [2])]
    assert phases == ["define", "build", "run", "run", "run"] * 2
    assert [line.text for line in outcome.log] == ["slow", "run of plan", "run of plan", "run of plan"]
    assert len(answers.engines) == 6 and session._builder.config.__dict__.get("timing_cache") is None
    assert "load" not in outcome.seconds and usage(tmp_path)[0].entries == 1
    assert session.run(deconvolution(), {}).log == once.log  # still what was cached


def test_a_repeated_build_that_fails_keeps_what_came_before(eight, trt8, deconvolution, answers):
    builds = []

    def take(plan):
        builds.append(plan)
        return plan if len(builds) < 3 else None

    trt8.take = take
    outcome = eight.run(deconvolution(), {}, repeat=(5, 1))
    assert (outcome.status, outcome.phase, values(outcome)) == ("error", "run", [(2, [1])])
    trt8.plan = None
    outcome = eight.run(deconvolution(), {}, repeat=(5, 1))
    assert (outcome.status, outcome.phase, outcome.repeats) == ("error", "build", ())


def test_repeated_builds_ahead_of_time(eight, deconvolution):
    outcome = eight.run(deconvolution(), {}, build_only=True, repeat=(3, 2))
    assert (outcome.status, outcome.repeats, dict(outcome.outputs)) == ("built", (), {})
