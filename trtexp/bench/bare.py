"""The yardstick: the same deconvolutions by TensorRT's own API, one builder, one timing cache, nothing else.

Run as a program in the interpreter that has TensorRT: `python bare.py layers.json`. It imports nothing of trtexp, uses
the same build options, checks every result against nothing, and prints the seconds of all builds.

`python bare.py layers.json variants` builds each layer once in each of the `VARIANTS`, in turn.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

#: What is compared -> whether each layer gets its first tactic, as in trtexp, or the fastest, as TensorRT likes it.
VARIANTS = {"fastest tactics": False, "first tactics": True}


def ok(result: Any) -> Any:
    status, *values = result
    if int(status):
        raise RuntimeError(f"CUDA error {status}")
    return values[0] if values else None


class Bare:
    """One builder, one runtime, one stream, and a timing cache for each variant."""

    def __init__(self, trt: Any, cudart: Any) -> None:
        self.trt, self.cudart = trt, cudart
        logger = trt.Logger(trt.Logger.ERROR)
        self.builder, self.runtime = trt.Builder(logger), trt.Runtime(logger)
        self.stream = ok(cudart.cudaStreamCreate())
        self.weights, self.bias = np.arange(-27, 27, dtype=np.float32), np.arange(1, 4, dtype=np.float32)
        internal = set(trt.TacticSource.__members__) - {"CUBLAS", "CUBLAS_LT", "CUDNN"}
        self.sources = sum(1 << int(getattr(trt.TacticSource, name)) for name in internal)
        explicit = getattr(trt.NetworkDefinitionCreationFlag, "EXPLICIT_BATCH", None)
        self.flags = 0 if explicit is None else 1 << int(explicit)
        self.timings: dict[str, Any] = {}
        self.selector = first_tactics(trt) if hasattr(trt, "IAlgorithmSelector") else None  # 11.x has none

    def build(self, layer: Any, variant: str) -> Any:
        """A layer's plan."""
        trt = self.trt
        network = self.builder.create_network(self.flags)
        x = network.add_input("x", trt.float32, (1, 2, layer["height"], layer["width"]))
        deconv = network.add_deconvolution_nd(x, 3, (3, 3), trt.Weights(self.weights), trt.Weights(self.bias))
        deconv.stride_nd = (layer["stride"],) * 2
        deconv.padding_nd = (layer["padding"],) * 2
        deconv.get_output(0).name = "deconv"
        network.mark_output(deconv.get_output(0))
        config = self.builder.create_builder_config()
        config.clear_flag(trt.BuilderFlag.TF32)
        config.set_tactic_sources(self.sources)
        if variant not in self.timings:
            self.timings[variant] = config.create_timing_cache(b"")
        config.set_timing_cache(self.timings[variant], False)
        if VARIANTS[variant]:
            config.algorithm_selector = self.selector
        return self.builder.build_serialized_network(network, config)

    def run(self, layer: Any, plan: Any) -> None:
        cudart, stream = self.cudart, self.stream
        context = self.runtime.deserialize_cuda_engine(plan).create_execution_context()
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


def first_tactics(trt: Any) -> Any:
    """A selector that takes the first tactic of each layer."""

    class First(trt.IAlgorithmSelector):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.IAlgorithmSelector.__init__(self)

        def select_algorithms(self, context: Any, choices: Any) -> Any:
            return [0] if choices else []

        def report_algorithms(self, contexts: Any, choices: Any) -> None:
            pass

    return First()


def main(path: str, *compare: str) -> None:
    import tensorrt as trt  # here, so that the module can be imported without

    try:
        from cuda.bindings import runtime as cudart
    except ImportError:
        from cuda import cudart

    bare = Bare(trt, cudart)
    variants = [name for name, first in VARIANTS.items() if not first or bare.selector is not None]
    variants = variants if compare else variants[:1]
    seconds = dict.fromkeys(variants, 0.0)
    for layer in json.loads(Path(path).read_text(encoding="utf-8")):
        for variant in variants:
            start = time.perf_counter()
            plan = bare.build(layer, variant)
            seconds[variant] += time.perf_counter() - start
        variants = [*variants[1:], *variants[:1]]  # a later one finds kernels loaded: each is first in turn
        bare.run(layer, plan)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
