"""Write the API of an installed release as data: `python -m trtexp.migration.releases.dump tensorrt`. Needs no GPU.

Run it in the interpreter that has the release. It reads the docstrings and the function records of the bindings and
calls nothing. Without arguments for the file it writes among the data of this package.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trtexp.files.opening import named
from trtexp.files.outputs import write_output
from trtexp.migration.releases.api import DATA, NETWORK_CLASS, name_of

#: Beside the layers.
CLASSES = {
    *("Builder", "IAttention", "IBuilderConfig", "IIfConditional", "ILoop", "INetworkDefinition"),
    *("IOptimizationProfile", "ITensor", "Weights"),
}
#: Bytes into pybind11's function record: the captured data, and where `def` may stand; `next` is 3 pointers behind it.
CAPTURED, DEF = range(56, 80, 8), range(88, 120, 8)
SUCCESSOR = r"Superseded by|[].] Use|[Pp]lease use|, use|Same as"
SIGNATURE = re.compile(r"^(?:\d+\. )?\w+\((?:self: [\w.]+(?:, )?)?(.*)\) -> (.*)$", re.MULTILINE)


def dump(module: Any) -> dict[str, Any]:
    """The API of a module, in the form of the data."""
    found = {n: v for n, v in sorted(vars(module).items()) if isinstance(v, type)}
    classes = {n: v for n, v in found.items() if n in CLASSES or issubclass(v, module.ILayer)}
    enums: dict[str, Any] = {n: v for n, v in found.items() if isinstance(getattr(v, "__members__", None), dict)}
    memory = _Strings(importlib.import_module(module.ILogger.__module__).__file__ or "")
    notes: dict[str, Any] = {}
    for name, cls in classes.items():
        prefix = "" if name == NETWORK_CLASS else f"{name}."
        notes |= {f"{prefix}{member}": note for member, note in _deprecated(cls, memory)}
    for name, enum in enums.items():
        texts = ((member, entry[1]) for member, entry in getattr(enum, "__entries", {}).items())
        notes |= {f"{name}.{member}": note for member, text in texts if (note := _note(text or ""))}
    return {
        "flavour": module.__name__.removesuffix("_bindings").replace("_", "-"),
        "version": module.__version__,
        "classes": {name: _describe(cls) for name, cls in classes.items()},
        "enums": {name: list(enum.__members__) for name, enum in enums.items()},
        "deprecated": notes,
    }


def _describe(cls: Any) -> dict[str, Any]:
    attributes, read_only, methods = [], [], {}
    for name, member in sorted(vars(cls).items()):
        if isinstance(member, property):
            attributes.append(name)
            read_only += [name] * (member.fset is None)
        elif (not name.startswith("_") or (cls.__name__, name) == ("Weights", "__init__")) and callable(member):
            overloads = SIGNATURE.findall(getattr(cls, name).__doc__ or "")
            methods[name] = {
                "returns": re.findall(r"\w+", overloads[0][1])[-1] if overloads else "None",
                "takes": [", ".join(_arguments(text)) for text, _ in overloads],
            }
    bases = [b.__name__ for b in cls.__mro__[1:-1] if b.__name__ != "pybind11_object"]
    return {"bases": bases, "attributes": attributes, "read_only": read_only, "methods": methods}


def _arguments(text: str) -> list[str]:
    """`input: trt.ITensor, axes: trt.ITensor = None` -> input, axes=; commas inside brackets part nothing."""
    while (inner := re.sub(r"\[[^][]*\]|\([^()]*\)|<[^<>]*>", "", text)) != text:
        text = inner
    return [part.split(":")[0].strip() + "=" * ("=" in part) for part in text.split(",") if part.strip()]


def _deprecated(cls: Any, memory: _Strings) -> Iterator[tuple[str, dict[str, str]]]:
    """(member, note) of what warns when it is used, or is deprecated by its docstring."""
    attributes = dict(re.findall(r":ivar (\w+):\s+(.*)", cls.__doc__ or ""))
    for name, member in sorted(vars(cls).items()):
        uses = (member.fset, member.fget) if isinstance(member, property) else (member,)
        said = next((text for use in uses if (text := memory.captured(use))), None)
        if said is not None:
            note = _note(said) or ({"instead": said} if said.isidentifier() else {})
        else:
            note = _note(attributes.get(name, getattr(getattr(cls, name), "__doc__", None) or ""))
        if note:
            yield name, note


def _note(text: str) -> dict[str, str]:
    """The facts in a sentence of the bindings: `since` which version, what to use `instead`; empty if it has none."""
    if not re.search(r"\[DEPRECATED\]|\bDeprecated\b", text):
        return {}
    since = re.search(r"Deprecated in TensorRT(?:-RTX)? ([\d.]*\d)", text)
    instead = re.search(rf"(?:{SUCCESSOR}) ([\w ]+?)(?: instead)?\s*(?:[.;]|$)", text)
    return {key: found[1] for key, found in (("since", since), ("instead", instead)) if found}


class _Strings:
    """The texts that functions of one extension module have captured: what they say when they warn.

    A deprecated function of the bindings is a lambda that holds the name of its successor as a pointer into the module.
    """

    def __init__(self, file: str) -> None:
        lines = [line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()]
        here = (str(Path(file).resolve()), f"{Path(file).resolve()} (deleted)")  # by an update since it was loaded
        spans = [line[0].split("-") for line in lines if line[-1].strip() in here and line[1][0] == "r"]
        self._spans = [range(int(start, 16), int(end, 16)) for start, end in spans]

    def captured(self, member: Any) -> str | None:
        """The text that a function or one of its overloads holds; None if none does."""
        function = getattr(member, "__func__", member)
        record = _record(function)
        if record is None:
            return None
        method_def = _word(id(function) + 16)
        following = next(offset for offset in DEF if _word(record + offset) == method_def) + 24
        while record:
            texts = (text for offset in CAPTURED if (text := self._text(_word(record + offset))))
            if text := next(texts, None):
                return text
            record = _word(record + following)
        return None

    def _text(self, address: int) -> str | None:
        if not any(address in span for span in self._spans):
            return None
        text = ctypes.string_at(address)
        return text.decode() if len(text) > 2 and text.isascii() and text.decode().isprintable() else None


def _word(address: int) -> int:
    return ctypes.c_uint64.from_address(address).value


def _record(function: Any) -> int | None:
    """The address of a function's pybind11 record: in a capsule before pybind11 3, in an object since."""
    owner = getattr(function, "__self__", None)
    if "function_record" in type(owner).__name__:
        return _word(id(owner) + 16)
    if type(owner).__name__ != "PyCapsule":
        return None
    name, pointer = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    name.argtypes, name.restype = [ctypes.py_object], ctypes.c_char_p
    pointer.argtypes, pointer.restype = [ctypes.py_object, ctypes.c_char_p], ctypes.c_void_p
    return pointer(owner, name(owner))  # type: ignore[no-any-return]


def to_json(value: Any, depth: int = 0) -> str:
    """JSON in which whatever fits on a line stands on one."""
    line = json.dumps(value)
    if not isinstance(value, (dict, list)) or not value or len(line) + depth < 120:
        return line
    pad = "\n" + " " * (depth + 1)
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {to_json(item, depth + 1)}" for key, item in value.items()]
    else:
        items = [to_json(item, depth + 1) for item in value]
    inside = f"{pad}{f',{pad}'.join(items)}{pad[:-1]}"
    return f"{{{inside}}}" if isinstance(value, dict) else f"[{inside}]"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m trtexp.migration.releases.dump", description=(__doc__ or "").split(":")[0]
    )
    parser.add_argument("module", help="tensorrt, tensorrt_rtx, or one of their bindings")
    parser.add_argument("-o", "--output", type=named, help="the file (default: among the data, named by the release)")
    options = parser.parse_args()
    api = dump(importlib.import_module(options.module))
    path = options.output or DATA / f"{name_of(api['flavour'], api['version'])}.json"
    write_output(path, to_json(api) + "\n")
    print(f"{path}: {len(api['classes'])} classes, {len(api['enums'])} enums, {len(api['deprecated'])} deprecations")


if __name__ == "__main__":
    main()
