"""trtexp: declarative experiments on TensorRT layers."""

__version__ = "0.2.0"

#: The variable of the environment that says what files may ask for: of this process and of those that it starts.
LIMITS = "TRTEXP_LIMIT"
