"""How a case ends that does not go well: exceptions that the session turns into an Outcome."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OUT_OF_MEMORY = re.compile(
    r"out ?of ?memory|cudaErrorMemoryAllocation|bad_alloc|failed allocation|not be allocated|unable to allocate",
    re.IGNORECASE,
)
_TRANSIENT = re.compile(
    r"memoryerror|insufficient memory|memory is insufficient|\bcuda (?:runtime|driver|error|init)|cuda_?error|_status_"
    r"|timed? ?out",
    re.IGNORECASE,
)


class Failed(Exception):
    """TensorRT or CUDA refused the case. The message is one sentence with TensorRT's own reason."""


class Unsupported(Exception):
    """The release lacks `missing`: `add_cast`, `PaddingMode.CAFFE_ROUND_UP`, `IDeconvolutionLayer.stride`."""

    def __init__(self, missing: str, message: str) -> None:
        super().__init__(message)
        self.missing = missing


def is_out_of_memory(texts: Iterable[str]) -> bool:
    return any(_OUT_OF_MEMORY.search(text) for text in texts)


def is_transient(texts: Iterable[str]) -> bool:
    """Whether a message speaks of memory, of CUDA or of time, which may be otherwise in a moment."""
    return any(_OUT_OF_MEMORY.search(text) or _TRANSIENT.search(text) for text in texts)
