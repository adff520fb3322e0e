"""A case that needs more memory than there is."""

from trtexp.engine.cuda import Stream


def test_memory_that_a_case_lacks_is_an_error_of_that_case(eight, deconvolution, trt8, monkeypatch):
    trt8.build_log, trt8.plan = (
        [("ERROR", "1: [x.cpp::y::1] Error Code 1: Myelin (no)"), ("ERROR", "OutOfMemory")],
        None,
    )
    outcome = eight.run(deconvolution(), {})
    assert (outcome.phase, outcome.message) == ("build", "the GPU is out of memory: Error Code 1: Myelin (no)")
    trt8.build_log, trt8.plan = [], b"plan"
    assert eight.run(deconvolution(), {}, build_only=True).status == "built"

    def refuse(*arguments):
        raise MemoryError("Unable to allocate 9 TiB")

    monkeypatch.setattr("trtexp.engine.session.build", refuse)
    assert eight.run(deconvolution(), {}).message == "the worker's machine is out of memory: Unable to allocate 9 TiB"


def test_memory_that_a_run_lacks(eight, deconvolution, trt8, make_cudart, monkeypatch):
    def execute(*arguments):
        with Stream(make_cudart(fail_at=1)) as stream:
            stream.allocate(64)

    trt8.build_log = [("ERROR", "OutOfMemory")]  # a tactic that was passed over: the build went on
    monkeypatch.setattr("trtexp.engine.session.execute", execute)
    outcome = eight.run(deconvolution(), {})
    assert (outcome.status, outcome.phase) == ("error", "run")
    assert outcome.message == (
        "the GPU is out of memory: cudaMallocAsync: cudaErrorMemoryAllocation (out of memory), 64 bytes were asked for"
    )
    monkeypatch.setattr("trtexp.engine.session.execute", lambda *arguments: 1 / 0)
    assert eight.run(deconvolution(), {}).message == "internal: ZeroDivisionError: division by zero"
