"""Networks that are run: by a stand-in GPU, by the references of another process, and by ONNX Runtime."""

import numpy as np
import pytest
import standin
from mutants.changes import from_behind, output

from trtexp.engine.outcome import Outcome
from trtexp.errors import NoGpu
from trtexp.fuzz import asking, stages, trials
from trtexp.fuzz.aside import FIRST, Aside
from trtexp.fuzz.joining import Ready
from trtexp.fuzz.oracle import Sign
from trtexp.fuzz.rounds import generated
from trtexp.fuzz.subject import ANY
from trtexp.fuzz.tally import Round
from trtexp.fuzz.telling import MOST_WRITTEN, patterns
from trtexp.fuzz.values import case_of
from trtexp.numerics import UNIT, encode
from trtexp.workers.definer import TooManyDeaths

GPU = standin.place()
X = {"x": {"shape": [2, 2], "values": [1.0, 2.0, 3.0, float("nan")]}}


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left():
    yield
    asking.end_workers()
    assert standin.gone()


def identity(name="y", inputs=X):
    return {"inputs": inputs, "network": {name: {"identity": {"input": "x"}}}}


def judged(place, *batch, word="identity"):
    return stages.judge(place, "run", word, batch)


def verdicts(place, *batch, word="identity"):
    return [each.verdict for each in judged(place, *batch, word=word)]


def test_what_a_gpu_gives_is_judged_and_compared_with_twins():
    """Each of the twins but one of its halves has something to say of some of these."""
    batch = [identity(inputs={"x": {"shape": [n, 2], "full": 1.5}}) for n in range(1, 9)]
    assert verdicts(GPU, *batch) == ["takes"] * 8


def test_a_wrong_value_is_told_with_both_answers():
    with output("identity", from_behind).planted():
        (found,) = judged(GPU, identity())
    assert found.verdict == Sign("identity", "certified", "first output: float32, finite")
    assert (found.ours.values, found.came) == ("y [2, 2] = 3, NaN, 1, 2", "y float32 [2, 2] = 1, 2, 3, NaN")


def test_one_that_kills_the_worker_is_told_alone():
    dies = Sign("identity", "dies", "the worker was ended by signal 11 (SIGSEGV)")
    assert verdicts(GPU, identity(), identity("segv_run"), identity()) == ["takes", dies, "takes"]


def test_a_network_that_trtexp_refuses_is_not_run():
    """What TensorRT makes of it is a matter of the other stages; a run might read what is not there."""
    beyond = {"inputs": X, "network": {"y": {"softmax": {"input": "x"}, "set": {"axes": 8}}}}
    (found,) = judged(GPU, beyond, word="softmax")
    assert (found.verdict, found.theirs) == ("refuses", None)


def test_the_same_engine_is_read_back_by_another_process():
    two = [trials.trial(identity(), None)] * 2
    replies = trials._on_gpu(GPU, "identity", two)
    assert all(reply.again.outputs["y"].same_bits(reply.told[0].outcome.outputs["y"]) for reply in replies)
    made = two[0].made
    again = asking.read_back(GPU, asking.tried(GPU, [Ready(made.definition, made.feeds)], build_only=False)[0].ready)
    assert "load" in again.seconds and "build" not in again.seconds


def test_another_value_from_the_other_process_is_a_twin_that_differs():
    each = trials.trial(identity(), None)
    right = Outcome("ran", outputs={"y": encode(np.array([[1, 2], [3, np.nan]]), "float32")})
    other = Outcome("ran", outputs={"y": encode(np.array([[1, 2], [3.5, np.nan]]), "float32")})
    reply = trials.Reply((trials.Told(right),), again=other)
    found = trials._verdict("identity", each, reply)
    assert found.verdict == Sign("identity", "twin", "read back by another process: first output, float32")


@pytest.mark.parametrize("word", ["softmax", "topk", "matrix_multiply", "slice"])
def test_the_references_agree_with_themselves(word):
    found = verdicts("references", *generated(Round(word, ANY, 1, 0, 30, "run")), word=word)
    assert [each for each in found if isinstance(each, Sign)] == []
    assert "takes" in found


def test_a_bug_of_this_process_is_none_of_the_other():
    data = {"inputs": {"x": {"values": [[1.0, 2.0], [5.0, 3.0]]}}, "network": {"y": {"softmax": {"input": "x"}}}}
    assert verdicts("references", data, word="softmax") == ["takes"]
    with output("softmax", from_behind).planted():
        (found,) = verdicts("references", data, word="softmax")
    assert found.kind == "value"


def test_a_judge_that_does_not_see_a_lie_is_told(monkeypatch):
    right = trials.valued

    def blind(case, word, ours, theirs, widened=None):
        made = right(case, word, ours, theirs, widened)
        return "takes" if isinstance(made, Sign) and made.kind == "certified" else made

    monkeypatch.setattr(trials, "valued", blind)
    found = verdicts("references", *(identity(inputs={"x": {"shape": [n], "full": 1.5}}) for n in range(2, 9)))
    assert {each.kind for each in found if isinstance(each, Sign)} == {"judge"}


def test_a_judge_that_fails_is_told(monkeypatch):
    monkeypatch.setattr("trtexp.fuzz.values.judge_case", lambda *_: [][1])
    assert verdicts("references", identity()) == [Sign("identity", "judge", "it fails: IndexError")]


def test_another_process_that_dies_is_an_answer_and_a_new_one_goes_on():
    aside = Aside("references")
    try:
        each = trials.trial(identity(), None)
        aside._process.kill()
        (reply,) = aside.ask("identity", [each.data])
        assert reply.told[0].outcome.message == "references was ended by signal 9 (SIGKILL)"
        assert aside.ask("identity", [each.data])[0].told[0].outcome.status == "ran"
    finally:
        aside.close()


def test_another_process_that_dies_again_and_again_ends_it(monkeypatch):
    monkeypatch.setattr("trtexp.workers.definer.MOST_DEATHS", 1)
    aside = Aside("references")
    try:
        aside._process.kill()
        with pytest.raises(TooManyDeaths, match="1 workers died in a row; the last one: references was ended"):
            aside.ask("identity", [identity()])
    finally:
        aside.close()


def test_a_device_that_is_not_installed_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setattr("trtexp.fuzz.aside.FIRST", f"import sys; sys.modules['onnxruntime'] = None; {FIRST}")
    with pytest.raises(NoGpu, match=r"onnxruntime does not start: .*pip install"):
        Aside("onnxruntime")


def test_onnx_runtime_runs_what_onnx_can_say():
    pytest.importorskip("onnxruntime", reason="it needs Python 3.11")
    said = {"inputs": X, "network": {"y": {"activation": {"input": "x", "type": "RELU"}}}}
    unsaid = {"inputs": X, "network": {"y": {"assertion": {"condition": "x"}}}}
    assert verdicts("onnxruntime", said, word="activation") == ["takes"]
    assert "takes" not in verdicts("onnxruntime", unsaid, word="assertion")


@pytest.mark.parametrize("dtype", [*UNIT, "int64", "int32", "int8", "uint8", "int4", "bool"])
def test_each_type_has_data_that_tell(dtype):
    for numbers in patterns(dtype):
        encode(np.array(numbers), dtype)
    assert len(patterns(dtype)) > 1


def test_data_are_written_out_only_where_they_are_few():
    lists = []
    for data in generated(Round("softmax", ANY, 3, 0, 200, "run")):
        lists += [each["values"] for each in data["inputs"].values() if "values" in each]
    assert max(np.size(each) for each in lists) <= MOST_WRITTEN
    assert any(np.isnan(np.array(each, float)).any() for each in lists)


def test_a_generated_network_is_a_case_of_which_nothing_is_expected():
    made = trials.trial(identity(), "tensorrt<10").made
    case = case_of(made, "tensorrt<10")
    assert (case.expected, case.family, case.feeds.keys()) == ({}, "tensorrt<10", {"x"})
