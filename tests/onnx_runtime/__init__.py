"""ONNX Runtime as a second judge of the references: it runs on a CPU all that `trtexp export` can say."""
