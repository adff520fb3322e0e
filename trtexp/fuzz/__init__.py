"""Networks by the million that nobody wrote, asked of trtexp's models and of TensorRT itself; where the two differ, the
smallest network that shows it is kept.

stages: how far networks go, and who judges them. asking: TensorRT, by workers; joining: many networks as one. trials:
values, judged by values and beside twins; telling: data for them. aside, answering: devices in a process of their own.

May import definition, errors, files, numerics, engine, layers, export, spec, workers, judging, migration, running and
authoring, and hypothesis, numpy, onnx, onnxruntime and pydantic.
"""
