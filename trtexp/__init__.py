"""trtexp: declarative experiments on TensorRT layers."""

__version__ = "0.2.0"
