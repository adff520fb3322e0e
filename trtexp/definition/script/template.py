"""The parts of a printed program that are the same for every definition."""

HEAD = """\
import sys

import numpy as np

try:
    import tensorrt as trt
except ImportError:
    import tensorrt_rtx as trt  # builds only, which needs no GPU
"""
KNOWN = """\
def known(method, **later):
    return {name: value for name, value in later.items() if f"{name}:" in method.__doc__}  # absent from older releases


"""
CREATE_PLUGIN = """\
trt.init_libnvinfer_plugins(logger, "")


def create_plugin(type, version, namespace, name, fields, *phase):
    registry = trt.get_plugin_registry()
    find = registry.get_creator if hasattr(registry, "get_creator") else registry.get_plugin_creator  # 10.0 on
    creator = find(type, version, namespace)
    if creator is None:
        sys.exit(f"the plugin library has no {type} {version}")
    made = []
    for field, kind, data in fields:
        array = np.frombuffer(data.encode(), np.uint8) if kind == "CHAR" else np.array(data, kind.lower())
        made.append(trt.PluginField(field, array, getattr(trt.PluginFieldType, kind)))
    return creator.create_plugin(name, trt.PluginFieldCollection(made), *phase)


"""
PARSE = """\
trt.init_libnvinfer_plugins(logger, "")  # a parsed network may hold plugins
parsers = []  # they own the weights of what they parse


def parse(model, outputs):
    parser = trt.OnnxParser(network, logger)
    parsers.append(parser)
    if not parser.parse(model):
        sys.exit("not parsed: " + "; ".join(str(parser.get_error(i)) for i in range(parser.num_errors)))
    for tensor in [network.get_output(i) for i in range(network.num_outputs)]:
        if tensor.name not in outputs:
            network.unmark_output(tensor)
    return {tensor.name: tensor for tensor in [network.get_input(i) for i in range(network.num_inputs)]}
"""
SELECTOR = """\
if hasattr(config, "algorithm_selector"):  # the first tactic, not the fastest, so that builds repeat

    class First(trt.IAlgorithmSelector):
        def __init__(self):
            trt.IAlgorithmSelector.__init__(self)

        def select_algorithms(self, layer, choices):
            return [0] if choices else []

        def report_algorithms(self, layers, choices):
            pass

    selector = First()
    config.algorithm_selector = selector"""
RUN = """\
plan = builder.build_serialized_network(network, config)
if plan is None:
    sys.exit("not built: TensorRT's log has the reason")
if trt.__name__ == "tensorrt_rtx":
    print(f"built with TensorRT-RTX {trt.__version__}, {plan.nbytes} bytes; not run")
    sys.exit(0)

try:
    from cuda.bindings import runtime as cudart  # cuda-python 12 and newer
except ImportError:
    from cuda import cudart


def ok(result):
    status, *values = result
    if int(status) != 0:
        raise RuntimeError(cudart.cudaGetErrorName(status)[1].decode())
    return values[0] if values else None


runtime = trt.Runtime(logger)
engine = runtime.deserialize_cuda_engine(plan)
context = engine.create_execution_context()
stream = ok(cudart.cudaStreamCreateWithFlags(cudart.cudaStreamNonBlocking))
memory = []


def allocate(size):
    memory.append(int(ok(cudart.cudaMallocAsync(max(size, 1), stream))))
    return memory[-1]


class Output(trt.IOutputAllocator):  # the run decides the shape
    def __init__(self):
        trt.IOutputAllocator.__init__(self)

    def reallocate_output(self, name, address, size, alignment):  # 8.x
        self.address = allocate(size)
        return self.address

    def reallocate_output_async(self, name, address, size, alignment, stream):  # 10.x and newer
        return self.reallocate_output(name, address, size, alignment)

    def notify_shape(self, name, shape):
        self.shape = tuple(shape)


for name, array in feeds.items():
    context.set_input_shape(name, shapes[name])
    address = array.ctypes.data
    if engine.get_tensor_location(name) == trt.TensorLocation.DEVICE:
        address = allocate(array.nbytes)
        if array.nbytes:
            kind = cudart.cudaMemcpyKind.cudaMemcpyHostToDevice
            ok(cudart.cudaMemcpyAsync(address, array.ctypes.data, array.nbytes, kind, stream))
    context.set_tensor_address(name, address)
context.infer_shapes()

outputs = {}
for name in [engine.get_tensor_name(i) for i in range(engine.num_io_tensors)]:
    if engine.get_tensor_mode(name) == trt.TensorIOMode.OUTPUT:
        if engine.get_tensor_location(name) == trt.TensorLocation.DEVICE:
            outputs[name] = Output()
            context.set_output_allocator(name, outputs[name])
        else:
            outputs[name] = np.empty(tuple(context.get_tensor_shape(name)), STORAGE[engine.get_tensor_dtype(name).name])
            context.set_tensor_address(name, outputs[name].ctypes.data)
if not context.execute_async_v3(int(stream)):
    sys.exit("not run: TensorRT's log has the reason")
ok(cudart.cudaStreamSynchronize(stream))

for name, output in outputs.items():
    if isinstance(output, Output):
        outputs[name] = np.empty(output.shape, STORAGE[engine.get_tensor_dtype(name).name])
        if outputs[name].nbytes:
            kind = cudart.cudaMemcpyKind.cudaMemcpyDeviceToHost
            ok(cudart.cudaMemcpyAsync(outputs[name].ctypes.data, output.address, outputs[name].nbytes, kind, stream))
            ok(cudart.cudaStreamSynchronize(stream))
for address in reversed(memory):
    ok(cudart.cudaFreeAsync(address, stream))
ok(cudart.cudaStreamSynchronize(stream))
ok(cudart.cudaStreamDestroy(stream))

for name, array in outputs.items():
    print(f"{name}: {array.dtype} {list(array.shape)}\\n{array}")
if "--save" in sys.argv:
    np.savez(sys.argv[sys.argv.index("--save") + 1], **outputs)
"""
