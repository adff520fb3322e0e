import pytest
from engine.hammer import KEY

from trtexp.engine import timings as timings_module
from trtexp.engine.cache import Cache, timing_key
from trtexp.engine.differences import Api
from trtexp.engine.log import Log
from trtexp.engine.outcome import Release
from trtexp.engine.timings import Timings

RELEASE = Release("tensorrt", "8.5.3.1", "GPU", "9.0", "CUDA 13.0", True)


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path, KEY)


@pytest.fixture
def process(trt8, api8, tmp_path):
    """A process that builds: every call is a build that measures these tactics."""

    class Process:
        def __init__(self, cache):
            self.log, self.builder = Log(), trt8.builder()
            self.timings = Timings(cache, timing_key(RELEASE))
            trt8.say = self.log.add

        def build(self, *words):
            trt8.say, trt8.times = self.log.add, words
            config = self.builder.create_builder_config()
            self.timings.attach(api8, config, self.log)
            self.builder.build_serialized_network(None, config)
            assert self.log.lines() == ()
            self.timings.save_if_due(api8, self.builder, self.log)
            return config.timing_cache.known

        def save(self):
            self.timings.save(api8, self.builder, self.log)
            assert self.log.lines() == ()

    return Process


def on_disk(cache):
    timing = cache.timing(timing_key(RELEASE))
    return None if timing is None else timing.split()


def test_builds_share_what_was_measured_and_the_next_process_starts_with_it(process, cache):
    first = process(cache)
    assert first.build(b"a") is first.build(b"b")
    assert on_disk(cache) is None
    first.save()
    assert on_disk(cache) == [b"a", b"b"]
    assert process(cache).build() == {b"a", b"b"}


def test_two_processes_lose_nothing_of_each_other(process, cache):
    first, second = process(cache), process(cache)
    first.build(b"a")
    second.build(b"b")
    first.save()
    second.save()
    assert on_disk(cache) == [b"a", b"b"]


def test_it_is_written_once_in_a_while_and_only_when_it_grew(process, cache, monkeypatch):
    written = []
    monkeypatch.setattr(cache, "keep_timing", lambda key, timing: written.append(timing))
    one = process(cache)
    for number in range(timings_module.SAVE_EVERY_BUILDS):
        assert written == []
        one.build(b"%02d" % number)
    assert len(written) == 1
    one.build(b"00")
    one.save()
    one.save()
    assert len(written) == 1
    monkeypatch.setattr(timings_module, "SAVE_EVERY_SECONDS", -1)
    one.build(b"new")
    assert len(written) == 2


@pytest.mark.parametrize("content", [b"bad", b"alien words"])
def test_what_tensorrt_does_not_take_is_replaced(process, cache, content):
    cache.keep_timing(timing_key(RELEASE), content)
    one = process(cache)
    assert one.build(b"a") == {b"a"}
    one.save()
    assert on_disk(cache) == [b"a"]


def test_without_a_cache_it_is_shared_and_not_written(process):
    one = process(None)
    assert one.build(b"a") is one.build(b"b")
    one.save()


def test_a_refusal_to_save_costs_nothing(process, cache, monkeypatch):
    one = process(cache)
    one.build(b"a")
    monkeypatch.setattr(type(one.timings._shared), "serialize", lambda self: None)
    one.save()
    assert on_disk(cache) is None


def test_rtx_has_none(trt8, cache):
    config = trt8.builder().create_builder_config()
    timings = Timings(cache, timing_key(RELEASE))
    timings.attach(Api(trt8, Release("tensorrt-rtx", "1.7.1")), config, Log())
    timings.save(Api(trt8, RELEASE), trt8.builder(), Log())
    assert not hasattr(config, "timing_cache") and on_disk(cache) is None


def test_sessions_pass_it_on(open_eight, trt8, cache, deconvolution):
    def session(**more):
        made = open_eight(cache=cache, **more)
        made.run(deconvolution(("padding_nd", (len(trt8.times), 0))), {}, build_only=True)
        return made

    trt8.times = (b"a",)
    session().close()
    assert on_disk(cache) == [b"a"]
    trt8.times = (b"b", b"c")
    assert not hasattr(session(share_timings=False)._builder.config, "timing_cache")
