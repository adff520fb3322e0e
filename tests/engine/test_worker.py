import sys
from pathlib import Path

import execnet
import pytest

from trtexp.engine import wire, worker
from trtexp.engine.outcome import Outcome, Release

ROOT = Path(__file__).parents[2]


class Channel:
    def __init__(self, *messages):
        self.messages = list(messages)
        self.sent = []

    def send(self, item):
        self.sent.append(item)

    def receive(self):
        if not self.messages:
            raise EOFError
        return self.messages.pop(0)


class FakeSession:
    release = Release("tensorrt", "8.6.0")
    outcome = Outcome("ran")
    made = []

    def __init__(self, flavour, cache):
        self.log = type("Log", (), {"listener": None})()
        self.cache = cache
        self.made.append(self)
        self.flavour, self.repeats, self.closed = flavour, [], False

    def run(self, definition, feeds, build_only, on_phase, repeat):
        self.repeats.append(repeat)
        on_phase("define")
        if self.cache is not None:
            self.cache.said = ["full"]
        return self.outcome

    def usable(self):
        return False

    def close(self):
        self.closed = True


@pytest.fixture
def serve(monkeypatch):
    def serve(*messages, outcome=None, settings=None):
        monkeypatch.setattr(worker, "Session", FakeSession)
        monkeypatch.setattr(FakeSession, "outcome", outcome or Outcome("ran"))
        channel = Channel(*messages)
        worker.serve(channel, settings)
        return channel.sent

    return serve


def run_message(definition, identity=1, *more):
    return ("run", identity, *wire.pack_definition(definition), {}, True, *more)


def test_the_conversation(serve, deconvolution):
    sent = serve(run_message(deconvolution()), ("stop",), run_message(deconvolution(), 2))
    assert [message[:2] for message in sent[1:]] == [("phase", 1), ("outcome", 1)]
    assert sent[0] == ("hello", wire.pack_release(FakeSession.release))
    assert FakeSession.made[-1].closed


@pytest.mark.parametrize("settings", [None, "tensorrt", {"flavour": "tensorrt", "cache": None, "cache_limit": 7}])
def test_settings_without_a_cache(serve, settings):
    serve(settings=settings)
    session = FakeSession.made[-1]
    assert session.flavour == (settings and "tensorrt") and session.cache is None
    assert session.closed  # the other side is gone


def test_a_cache_in_trouble_is_noted_once_before_the_outcome(serve, deconvolution, tmp_path):
    settings = {"flavour": None, "cache": str(tmp_path), "cache_key": b"secret", "cache_limit": 99}
    sent = serve(run_message(deconvolution()), run_message(deconvolution(), 2), settings=settings)
    kinds = [message[0] for message in sent]
    assert kinds == ["hello", "phase", "note", "outcome", "phase", "outcome"]
    assert sent[2] == ("note", 1, "full")
    cache = FakeSession.made[-1].cache
    assert (cache.folder, cache.limit) == (tmp_path, 99)


def test_repeat_travels_and_may_be_left_out(serve, deconvolution):
    definition = deconvolution()
    sent = serve(run_message(definition), run_message(definition, 2, None), run_message(definition, 3, [5, 2]))
    assert FakeSession.made[-1].repeats == [None, None, (5, 2)]
    sent = serve(run_message(definition, 1, [0, 1]), run_message(definition, 2, [1]))
    assert [wire.unpack_outcome(m[2]).message[:10] for m in sent if m[0] == "outcome"] == ["internal: "] * 2


@pytest.mark.parametrize(
    "message", [7, (), ("foo", 2), ("run", 3, "{}", {}, {}, 0), ("run", 4, None, None, None, None)]
)
def test_bad_messages_are_answered(serve, deconvolution, message):
    sent = serve(message, run_message(deconvolution(), 9))
    answer = wire.unpack_outcome(sent[1][2])
    assert answer.status == "error" and answer.message.startswith("internal: ")
    assert sent[-1][:2] == ("outcome", 9)


@pytest.mark.parametrize("phase", ["build", "run"])
def test_a_process_that_cuda_has_left_says_so_and_ends(serve, deconvolution, phase):
    failed = Outcome("error", phase=phase, message="cudaStreamSynchronize: cudaErrorIllegalAddress (…)")
    sent = serve(run_message(deconvolution()), run_message(deconvolution(), 2), outcome=failed)
    assert sent[-2][:2] == ("outcome", 1)
    assert sent[-1][0] == "unavailable" and "cudaErrorIllegalAddress" in sent[-1][1]
    assert not FakeSession.made[-1].closed  # TensorRT is not asked for anything any more


def test_nothing_to_serve_with():
    channel = Channel()
    worker.serve(channel, "no such flavour")
    assert channel.sent[0][0] == "unavailable"


def test_over_execnet_with_rtx(deconvolution):
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed: nothing else builds without a GPU")
    gateway = execnet.makegateway(f"popen//python={sys.executable}")
    try:
        channel = gateway.remote_exec(
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
            "from trtexp.engine.worker import serve\n"
            "serve(channel, 'tensorrt-rtx')"
        )
        kind, release = channel.receive(60)
        assert kind == "hello" and wire.unpack_release(release).flavour == "tensorrt-rtx"
        channel.send(run_message(deconvolution(("padding_nd", (-1, -1)))))
        seen = [channel.receive(60)]
        while seen[-1][0] != "outcome":
            seen.append(channel.receive(60))
        assert [message[0] for message in seen] == ["phase", "phase", "log", "outcome"]
        assert wire.unpack_outcome(seen[-1][2]).phase == "define"
        channel.send(("stop",))
        channel.waitclose(60)
    finally:
        gateway.exit()
