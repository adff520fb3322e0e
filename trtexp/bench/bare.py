"""The yardstick: the same deconvolutions by TensorRT's own API, one builder, one timing cache, nothing else.

Run as a program in the interpreter that has TensorRT: `python bare.py layers.json`. It imports nothing of trtexp, uses
the same build options, checks every result against nothing, and prints how many layers ran.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np


def ok(result: Any) -> Any:
    status, *values = result
    if int(status):
        raise RuntimeError(f"CUDA error {status}")
    return values[0] if values else None


def main(path: str) -> None:
    import tensorrt as trt  # here, so that the module can be imported without

    try:
        from cuda.bindings import runtime as cudart
    except ImportError:
        from cuda import cudart

    logger = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(logger)
    runtime = trt.Runtime(logger)
    stream = ok(cudart.cudaStreamCreate())
    weights, bias = np.arange(-27, 27, dtype=np.float32), np.arange(1, 4, dtype=np.float32)
    internal = set(trt.TacticSource.__members__) - {"CUBLAS", "CUBLAS_LT", "CUDNN"}
    sources = sum(1 << int(getattr(trt.TacticSource, name)) for name in internal)
    explicit = getattr(trt.NetworkDefinitionCreationFlag, "EXPLICIT_BATCH", None)
    timing = None
    layers = json.loads(Path(path).read_text(encoding="utf-8"))
    for layer in layers:
        network = builder.create_network(0 if explicit is None else 1 << int(explicit))
        x = network.add_input("x", trt.float32, (1, 2, layer["height"], layer["width"]))
        deconv = network.add_deconvolution_nd(x, 3, (3, 3), trt.Weights(weights), trt.Weights(bias))
        deconv.stride_nd = (layer["stride"],) * 2
        deconv.padding_nd = (layer["padding"],) * 2
        deconv.get_output(0).name = "deconv"
        network.mark_output(deconv.get_output(0))
        config = builder.create_builder_config()
        config.clear_flag(trt.BuilderFlag.TF32)
        config.set_tactic_sources(sources)
        timing = timing or config.create_timing_cache(b"")
        config.set_timing_cache(timing, False)
        engine = runtime.deserialize_cuda_engine(builder.build_serialized_network(network, config))
        context = engine.create_execution_context()
        data = np.arange(1, 1 + 2 * layer["height"] * layer["width"], dtype=np.float32)
        result = np.empty(tuple(context.get_tensor_shape("deconv")), np.float32)
        buffers = [ok(cudart.cudaMallocAsync(array.nbytes, stream)) for array in (data, result)]
        to, back = cudart.cudaMemcpyKind.cudaMemcpyHostToDevice, cudart.cudaMemcpyKind.cudaMemcpyDeviceToHost
        ok(cudart.cudaMemcpyAsync(buffers[0], data.ctypes.data, data.nbytes, to, stream))
        for name, buffer in zip(("x", "deconv"), buffers):  # noqa: B905  # runs on CPython 3.8, too
            context.set_tensor_address(name, int(buffer))
        context.execute_async_v3(stream)
        ok(cudart.cudaMemcpyAsync(result.ctypes.data, buffers[1], result.nbytes, back, stream))
        ok(cudart.cudaStreamSynchronize(stream))
        for buffer in buffers:
            ok(cudart.cudaFreeAsync(buffer, stream))
    print(len(layers))


if __name__ == "__main__":
    main(sys.argv[1])
