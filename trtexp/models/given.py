"""What a user says of a model on the command line: the file, shapes, values, tensors. Each mistake is one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from trtexp.definition.network import DTYPES, Array
from trtexp.errors import BadUsage, NothingFound
from trtexp.files.opening import named
from trtexp.files.reading import TooLarge, read_bytes
from trtexp.models.source import Given
from trtexp.models.values import UNBOUND
from trtexp.numerics.budget import Budget
from trtexp.spec.arrays import Arrays, NoArray
from trtexp.spec.onnx_model import Apart, NoModel, read

MOST = 2**31 - 1  # bytes of a model: protocol buffers have no more
MOST_SAID = 300  # characters of what another program said
ARRAYS = 2**34  # bytes of a file of arrays
_PROGRAM = re.compile(r"(.+\.py):(\w+)")
_SHAPE = re.compile(r"\d+(?:[x,]\d+)*")


def read_model(path: Path) -> bytes:
    """The bytes of a model, with what it keeps in files beside it. Raises BadUsage, NothingFound, NoFile, OSError."""
    try:
        data = read_bytes(path, MOST)
    except TooLarge as error:
        raise BadUsage(
            f"{path}: has 2 GB or more, which no protocol buffer holds; save a part of the model by itself"
        ) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NothingFound(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise BadUsage(f"{path}: is a directory; name an .onnx file") from error
    return _whole(path, data)


def _whole(path: Path, data: bytes) -> bytes:
    """The model with all its data inside; files of its own folder alone are read. Raises BadUsage."""
    try:
        read(data, Budget(UNBOUND))
    except Apart as error:
        try:
            import onnx
        except ModuleNotFoundError:
            raise BadUsage(f"{path} {error}, or install the package onnx, which reads it") from error
        try:
            return onnx.load(str(path)).SerializeToString()
        except Exception as reason:
            said = " ".join(str(reason).split())[:MOST_SAID]
            raise BadUsage(f"{path} {error}: {said}") from reason
    except NoModel:
        pass  # which is told where its inputs are looked at
    return data


def read_program(text: str) -> tuple[Path, str, str] | None:
    """The path, the source and the function of `SCRIPT.py:FUNCTION`; None for what is no program. Raises BadUsage,
    NothingFound, NoFile, OSError."""
    found = _PROGRAM.fullmatch(text)
    if found is None:
        if text.endswith(".py"):
            raise BadUsage(f"{text}: name the function that builds the network, as in {text}:build")
        return None
    path = named(found[1])
    try:
        return path, read_bytes(path).decode("utf-8"), found[2]
    except FileNotFoundError as error:
        raise NothingFound(f"{path}: no such file") from error
    except UnicodeDecodeError as error:
        raise BadUsage(f"{path}: not UTF-8: {error.reason}") from error


def given(shapes: Iterable[str], inputs: Iterable[str]) -> Given:
    """`x=1x3x320x320` and `x=FILE.npy`. Raises BadUsage, NoFile, OSError."""
    found: dict[str, tuple[int, ...]] = {}
    for text in shapes:
        name, _, dims = text.rpartition("=")
        if not name or (dims and not _SHAPE.fullmatch(dims)):
            raise BadUsage(f"--shape {text}: give NAME=NxNxN, as in --shape x=1x3x224x224")
        found[name] = tuple(int(n) for n in re.split("[x,]", dims)) if dims else ()
    values = {}
    for text in inputs:
        name, equals, file = text.partition("=")
        if not name or not equals or not file:
            raise BadUsage(f"--input {text}: give NAME=FILE.npy, or NAME=FILE.npz#MEMBER")
        values[name] = read_values(file, f"--input {name}={file}")
    return Given(found, values)


def read_values(text: str, said: str) -> Array:
    """The array of an .npy file, or `FILE.npz#MEMBER`. said: how messages begin. Raises BadUsage, NoFile, OSError."""
    file, _, member = text.partition("#")
    data = _bytes(Path(file), said)
    try:
        return array_of(Arrays(data).array(member, ARRAYS), said)
    except NoArray as error:
        raise BadUsage(f"{said}: {error}") from error


def read_tensors(path: Path) -> dict[str, Array]:
    """Every array of an .npz file by its name. Raises BadUsage, NoFile, OSError."""
    said = f"--tensors {path}"
    file = Arrays(_bytes(path, said))
    try:
        return {name: array_of(file.array(name, ARRAYS), f"{said}: {name}") for name in file.members}
    except NoArray as error:
        raise BadUsage(f"{said}: {error}") from error


def array_of(values: np.ndarray, said: str) -> Array:
    """An array of numpy's. Raises BadUsage for a type that no tensor has."""
    name, known = values.dtype.name, [kind for kind, (storage, *_) in DTYPES.items() if kind == storage]
    if name not in known:
        raise BadUsage(f"{said}: holds {name}; give {', '.join(known)}")
    return Array(name, values.shape, np.ascontiguousarray(values).reshape(-1).copy())


def _bytes(path: Path, said: str) -> bytes:
    try:
        return read_bytes(named(str(path)), ARRAYS)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NothingFound(f"{said}: no such file") from error
    except IsADirectoryError as error:
        raise BadUsage(f"{said}: is a directory; name an .npy file") from error
