"""How a case ends that does not go well: exceptions that the session turns into an Outcome."""


class Failed(Exception):
    """TensorRT or CUDA refused the case. The message is one sentence with TensorRT's own reason."""


class Unsupported(Exception):
    """The release lacks `missing`: `add_cast`, `PaddingMode.CAFFE_ROUND_UP`, `IDeconvolutionLayer.stride`."""

    def __init__(self, missing: str, message: str) -> None:
        super().__init__(message)
        self.missing = missing
