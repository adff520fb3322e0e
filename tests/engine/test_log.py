import warnings

import pytest

from trtexp.definition.facts import LogLine
from trtexp.engine.log import Log, python_warnings, reason, stable


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("In setPaddingNd at /_src/optimizer/api/layers.cpp:215)", "In setPaddingNd at layers.cpp:215)"),
        ("object at 0x7f8086e076f0 is gone", "object at 0x… is gone"),
        ("Device request: 15258MB Available: 15003MB.", "Device request: … MB Available: … MB."),
        ("took 1.25 ms\n  again", "took … s again"),
        ("kernel weights has count 8 but 9 was expected", "kernel weights has count 8 but 9 was expected"),
        ("bias of 36 bytes, dims 1/2 and a/b", "bias of 36 bytes, dims 1/2 and a/b"),
        ("see http://docs.nvidia.com/cuda/index.html", "see http://docs.nvidia.com/cuda/index.html"),
    ],
)
def test_a_message_loses_what_changes_and_nothing_else(given, kept):
    assert stable(given) == kept


@pytest.mark.parametrize(
    "text",
    [
        "CUDA lazy loading is not enabled. Enabling it can significantly reduce device memory usage.",
        "[checkMacros.cpp::catchCudaError::250] Error Code 1: Cuda Runtime (In catchCudaError at "
        "/_src/common/dispatch/checkMacros.cpp:250 (cudaError 35: CUDA driver version is insufficient))",
        "Thread context has not been set",
    ],
)
def test_messages_about_the_process_are_dropped(text):
    log = Log()
    log.add("ERROR", text)
    assert log.lines() == ()


def test_lines_are_sliced_by_case_and_by_mark_and_only_severe_ones_are_kept():
    log = Log()
    seen = []
    log.listener = seen.append
    log.add("ERROR", "one")
    log.begin()
    log.add("INFO", "no")
    log.add("WARNING", "two")
    mark = log.mark()
    log.add("INTERNAL_ERROR", "three")
    assert [line.text for line in log.lines()] == ["two", "three"]
    assert [line.text for line in log.errors(mark)] == ["three"]
    log.forget(mark)
    assert [line.text for line in log.lines()] == ["two"]
    assert [line.text for line in seen] == ["one", "two", "three"]


def test_the_reason_is_the_first_error_without_its_place():
    lines = [
        LogLine("WARNING", "w"),
        LogLine("ERROR", "4: [network.cpp::validate::2997] Error Code 4: no"),
        LogLine("ERROR", "x"),
    ]
    assert reason(lines) == "Error Code 4: no"
    assert reason([]) == "TensorRT logged no error"


def test_python_warnings_are_caught_once_each_also_on_failure():
    texts = []
    with pytest.raises(ValueError, match=r"x"), python_warnings(texts):
        for _ in range(2):
            warnings.warn("Use stride_nd instead.", DeprecationWarning, stacklevel=1)
        raise ValueError("x")
    assert texts == ["DeprecationWarning: Use stride_nd instead."]
