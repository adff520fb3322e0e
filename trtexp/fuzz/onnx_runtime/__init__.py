"""ONNX Runtime as a device: what `trtexp export` can say, run on a CPU. Needs onnx and onnxruntime."""
