"""trtexp: declarative experiments on TensorRT layers."""

__version__ = "0.1.0"
