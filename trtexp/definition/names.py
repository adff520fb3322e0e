"""What a name is: text that stands in a program, on a page or in a command line just as it is written.

Experiments check names as they are read, and whatever prints one bare checks it again: text that is no name is code.
"""

from __future__ import annotations

import re

LONGEST = 128  # characters; names of cases and of tensors become parts of lines, keys and file names

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_MEMBER = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
_OF_API = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(\([A-Za-z0-9_]+\)|( [A-Za-z0-9_.]+){0,2})", re.ASCII)
_TENSOR = re.compile(r"[A-Za-z0-9_.:/;@#+-]+", re.ASCII)


def is_name(text: object) -> bool:
    """Whether it is a name of Python, and so of whatever an experiment makes: tensors, weights, layers, attributes."""
    return isinstance(text, str) and len(text) <= LONGEST and _NAME.fullmatch(text) is not None


def is_member(text: object) -> bool:
    """Whether it is written as TensorRT writes the members of its enums: `FP16`, `CUBLAS_LT`."""
    return is_name(text) and _MEMBER.fullmatch(str(text)) is not None


def is_name_of_api(text: object) -> bool:
    """Whether it is written as what a release may lack: `add_cast`, `DataType.FP8`, `add_topk(indices_type)`."""
    return isinstance(text, str) and len(text) <= LONGEST and _OF_API.fullmatch(text) is not None


def is_tensor_of_model(text: object) -> bool:
    """Whether an ONNX model's tensor has a name that can be used: `/layer1/Conv_output_0`, `onnx::MatMul_12`."""
    return isinstance(text, str) and len(text) <= LONGEST and _TENSOR.fullmatch(text) is not None
