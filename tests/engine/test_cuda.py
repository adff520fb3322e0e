import numpy as np
import pytest

from trtexp.engine.cuda import CudaError, Stream, check, load_cudart


def work(cudart):
    with Stream(cudart) as stream:
        a, b = stream.allocate(16), stream.allocate(0)
        assert a and b
        source, back = np.arange(4, dtype=np.float32), np.zeros(4, np.float32)
        stream.upload(a, source)
        stream.download(back, a)
        stream.upload(b, np.empty(0))
        stream.synchronize()
    return back


def test_memory_is_freed_in_reverse_order_and_the_stream_last(make_cudart):
    cudart = make_cudart()
    assert work(cudart).tolist() == [0, 1, 2, 3]
    taken = [call[0] for call in cudart.calls]
    assert taken[-4:] == ["cudaStreamSynchronize", "cudaFreeAsync", "cudaFreeAsync", "cudaStreamDestroy"]
    assert [call[1] for call in cudart.calls if call[0] == "cudaMallocAsync"] == [16, 1]
    assert taken.count("cudaMemcpyAsync") == 2  # none for the empty tensor


def test_every_call_is_checked_and_everything_is_freed_when_it_fails(make_cudart):
    whole = make_cudart()
    work(whole)
    for number in range(len(whole.calls)):
        cudart = make_cudart(fail_at=number)
        with pytest.raises(CudaError, match=rf"^{whole.calls[number][0]}: cudaErrorMemoryAllocation \(out of memory\)"):
            work(cudart)
        assert cudart.cleared == 1
        assert not cudart.memory and not cudart.streams


def test_an_error_of_the_body_wins_over_those_of_the_clean_up(make_cudart):
    cudart = make_cudart(fail_at=2)
    with pytest.raises(ZeroDivisionError), Stream(cudart) as stream:
        stream.allocate(1)
        _ = 1 / 0
    assert cudart.calls[2][0] == "cudaStreamSynchronize"
    assert not cudart.memory and not cudart.streams


def test_check_returns_the_value_beside_the_status(make_cudart):
    assert check(make_cudart(), "cudaStreamCreateWithFlags", 1) == 77


def test_cudart_is_found_or_none():
    module = load_cudart()
    assert module is None or hasattr(module, "cudaMallocAsync")
