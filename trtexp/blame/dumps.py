"""Tensors that another tool wrote: .npz, a folder of .npy, Polygraphy's saved outputs, trtexec's exported JSON."""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from trtexp.blame.subject import Subject
from trtexp.definition.network import Array
from trtexp.definition.readback import ReadTensor
from trtexp.errors import BadUsage, NothingFound
from trtexp.files.opening import files_below
from trtexp.files.reading import read_bytes
from trtexp.models.given import ARRAYS, array_of, read_tensors, read_values


def dumped(path: Path) -> dict[str, Array]:
    """Every tensor of a dump by the name that it has there. Raises BadUsage, NothingFound, NoFile, OSError."""
    said = f"--tensors {path}"
    if path.is_dir():
        found = {file.relative_to(path).as_posix().removesuffix(".npy"): file for file in files_below(path, ".npy")}
        made = {name: read_values(str(file), f"{said}: {name}") for name, file in found.items()}
    elif path.suffix == ".npz":
        made = read_tensors(path)
    else:
        made = _json(path, said)
    if not made:
        raise BadUsage(
            f"{said}: no tensor in it; give an .npz file, a folder of .npy files, or JSON of Polygraphy or trtexec"
        )
    return made


def matched(subject: Subject, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The tensors of a dump that are the subject's, by its own names; whose types and shapes must be the network's.

    Raises BadUsage, with each that does not fit on a line.
    """
    ours = {model: name for name, model in subject.names.items()} | {name: name for name in subject.names}
    simple = {_simple(model): name for model, name in ours.items()}
    pairs = {name: ours.get(name, simple.get(_simple(name))) for name in arrays}
    known = {ours: arrays[name] for name, ours in pairs.items() if ours is not None}
    if not known:
        told = ", ".join(list(arrays)[:3])
        raise BadUsage(f"--tensors: none of {len(arrays)} names, {told}, is one of a tensor of {subject.title}")
    read = {} if subject.network is None else subject.network.read.tensors
    faults = [_fault(subject.names[name], array, read.get(subject.names[name])) for name, array in known.items()]
    if any(faults):
        raise BadUsage("\n".join(filter(None, faults)))
    return {name: _typed(array, read.get(subject.names[name])) for name, array in known.items()}


def _fault(name: str, array: Array, tensor: ReadTensor | None) -> str:
    """What of a tensor is not the model's, if anything is."""
    if tensor is None:
        return ""
    given, has = f"{array.dtype} {list(array.shape)}", f"{tensor.dtype} {list(tensor.shape or ())}"
    whole = {tensor.dtype, array.dtype} == {"int32", "int64"}
    fits = tensor.shape is None or (
        len(tensor.shape) == len(array.shape)
        and all(n in (-1, m) for n, m in zip(tensor.shape, array.shape, strict=True))
    )
    if fits and (whole or tensor.dtype == array.dtype):
        return ""
    return f"--tensors: {name} is {given} in the dump and {has} in the model"


def _typed(array: Array, tensor: ReadTensor | None) -> Array:
    """int64 and int32 as the network has them: tools differ in which they write."""
    if tensor is None or tensor.dtype == array.dtype:
        return array
    return array_of(array.bits.reshape(array.shape).astype(tensor.dtype), "")


def _simple(name: str) -> str:
    """A name as tools write it that replace what files cannot be called."""
    return "".join(c if c.isalnum() else "_" for c in name)


def _json(path: Path, said: str) -> dict[str, Array]:
    try:
        data = json.loads(read_bytes(path, ARRAYS))
    except FileNotFoundError as error:
        raise NothingFound(f"{said}: no such file") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise BadUsage(f"{said}: neither an .npz file nor JSON: {error}") from error
    try:
        if isinstance(data, list):
            return dict(_of_trtexec(data, said))
        return {name: array_of(value, f"{said}: {name}") for name, value in _of_polygraphy(data)}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, BadUsage):
            raise
        raise BadUsage(f"{said}: neither Polygraphy's saved outputs nor trtexec's exported JSON: {error}") from error


def _of_trtexec(data: list[Any], said: str) -> Iterator[tuple[str, Array]]:
    """`[{"name": "y", "dimensions": "1x3", "values": [...]}, …]`, of --exportOutput; it tells no type: float32, or
    int32 where all are whole and written without a point."""
    for item in data:
        shape = tuple(int(n) for n in str(item["dimensions"]).split("x") if n)
        whole = all(isinstance(value, int) for value in item["values"])
        values = np.array(item["values"], np.int32 if whole else np.float32)
        if values.size != math.prod(shape):
            raise BadUsage(
                f"{said}: {item['name']}: {values.size} values of {item['dimensions']}; the file is cut short"
            )
        yield item["name"], array_of(values.reshape(shape), f"{said}: {item['name']}")


def _of_polygraphy(data: Any) -> Iterator[tuple[str, np.ndarray]]:
    """The first iteration of the first runner, of --save-outputs: arrays are .npy files in base64."""
    ((_, iterations), *_) = data["lst"]
    for name, value in iterations[0]["outputs"].items():
        file = base64.b64decode(value["values"]["array"])
        yield name, np.lib.format.read_array(io.BytesIO(file), allow_pickle=False)
