"""Changes of a network around one layer, drawn by Hypothesis: attributes, arguments, shapes, dtypes and operands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from trtexp.fuzz.network import Data
from trtexp.fuzz.subject import Subject
from trtexp.layers import LAYERS
from trtexp.spec.fields import Field

MOST_RANK = 8  # Dims hold no more
FLOATS = ("float32", "float16", "bfloat16")
_SIZES = st.sampled_from((1, 2, 3, 4, 0, 5, 6, 8, 16, 1, 2))
_SMALL = st.sampled_from((0, 1, 2, 3, -1, 4, -2, 5, 6, 7, 8, -3, -8, 12, 15, 16, 31, 64, 127, 255))
_FAR = st.sampled_from((2**31 - 1, -(2**31), 1000, 3840, 3841, 65536, 2**24))
_INTEGERS = st.one_of(_SMALL, _SMALL, _SMALL, _SMALL, _FAR)
_REALS = st.sampled_from((0.0, 1.0, 0.5, -1.0, 2.0, -0.5, 1e-5, 3.5, 1e30, -1e30, float("inf"), float("nan")))
_TEXTS = st.sampled_from(("", "a", "ij,jk->ik", "ij->ji", "ii->i", "i,i->", "a b"))
_BOOLS = st.booleans()
_RANKS = st.integers(0, MOST_RANK)
_NAMED = ("tensor", "weights", "object")


@cache
def one_of(items: tuple[Any, ...]) -> SearchStrategy[Any]:
    return st.sampled_from(items)


def attribute(data: Data, of: Subject, draw: DrawFn) -> None:
    """Assign an attribute."""
    fields = tuple(field for field in of.attributes if _settable(field))
    if fields:
        field = draw(one_of(fields))
        _entry(data, of).setdefault("set", {})[field.name] = value(field, data, draw)


def argument(data: Data, of: Subject, draw: DrawFn) -> None:
    """Give an argument that names nothing another value."""
    fields = tuple(field for field in of.arguments if _settable(field))
    if fields:
        field = draw(one_of(fields))
        _entry(data, of)[of.word][field.name] = value(field, data, draw)


def left_out(data: Data, of: Subject, draw: DrawFn) -> None:
    """Leave out what may be: an attribute or an argument that is not required."""
    entry = _entry(data, of)
    free = [field.name for field in of.arguments if not field.required and field.name in entry[of.word]]
    given = tuple([("set", name) for name in entry.get("set", {})] + [(of.word, name) for name in free])
    if given:
        group, name = draw(one_of(given))
        del entry[group][name]


def dtype_of_all(data: Data, of: Subject, draw: DrawFn) -> None:
    """Give all tensors of one dtype another."""
    tensors = list(_tensors(data))
    if tensors:
        old = draw(one_of(tuple(dict.fromkeys(each.get("dtype", "float32") for each in tensors))))
        new = draw(one_of(of.dtypes))
        for each in tensors:
            if each.get("dtype", "float32") == old:
                _fill(each, _shape(each), new)


def dtype_of_one(data: Data, of: Subject, draw: DrawFn) -> None:
    """Give one tensor another dtype."""
    tensors = tuple(range(len(list(_tensors(data)))))
    if tensors:
        each = list(_tensors(data))[draw(one_of(tensors))]
        _fill(each, _shape(each), draw(one_of(of.dtypes)))


def size_of_all(data: Data, of: Subject, draw: DrawFn) -> None:
    """Change a size wherever it stands: in the shapes of all tensors and in the lists of the layer."""
    sizes = tuple(dict.fromkeys(n for each in _tensors(data) for n in _shape(each)))
    if not sizes:
        return
    old, new = draw(one_of(sizes)), draw(_SIZES)
    for each in _tensors(data):
        if old in _shape(each):
            _fill(each, [new if n == old else n for n in _shape(each)], each.get("dtype", "float32"))
    if draw(_BOOLS):
        for group in (_entry(data, of)[of.word], _entry(data, of).get("set", {})):
            for name, given in group.items():
                if isinstance(given, list) and all(isinstance(n, int) for n in given):
                    group[name] = [new if n == old else n for n in given]


def size_of_one(data: Data, of: Subject, draw: DrawFn) -> None:
    """Change one size of one tensor."""
    places = tuple((i, axis) for i, each in enumerate(_tensors(data)) for axis in range(len(_shape(each))))
    if places:
        i, axis = draw(one_of(places))
        each = list(_tensors(data))[i]
        shape = _shape(each)
        shape[axis] = draw(_SIZES)
        _fill(each, shape, each.get("dtype", "float32"))


def rank_of_all(data: Data, of: Subject, draw: DrawFn) -> None:
    """Give all network inputs an axis in front or behind, or take their first one."""
    how = draw(one_of(("first", "last", "less")))
    size = draw(_SIZES)
    for each in data.get("inputs", {}).values():
        shape = _shape(each)
        if how == "less" or len(shape) < MOST_RANK:
            new = {"first": [size, *shape], "last": [*shape, size], "less": shape[1:]}[how]
            _fill(each, new, each.get("dtype", "float32"))


def shape_of_one(data: Data, of: Subject, draw: DrawFn) -> None:
    """Give one tensor any shape."""
    tensors = list(_tensors(data))
    if tensors:
        each = tensors[draw(st.integers(0, len(tensors) - 1))]
        shape = [draw(_SIZES) for _ in range(draw(_RANKS))]
        _fill(each, [min(n, 4) for n in shape] if len(shape) > 4 else shape, each.get("dtype", "float32"))


def dynamic(data: Data, of: Subject, draw: DrawFn) -> None:
    """Declare a size to be known only when the network runs, in all inputs that have it."""
    inputs = [each for each in data.get("inputs", {}).values() if _shape(each)]
    sizes = tuple(dict.fromkeys(n for each in inputs for n in _shape(each)))
    if sizes:
        size = draw(one_of(sizes))
        for each in inputs:
            each["shape"] = _shape(each)
            if size in each["shape"]:
                before = each.get("declared", each["shape"])
                each["declared"] = [-1 if n == size else m for n, m in zip(each["shape"], before, strict=True)]


def operand(data: Data, of: Subject, draw: DrawFn) -> None:
    """Give an operand that may be left out: a tensor, a weights array, or an input by `set_input`."""
    entry, model = _entry(data, of), LAYERS[of.word]
    named = [(of.word, field) for field in of.arguments] + [("set", field) for field in of.attributes]
    places: list[tuple[str, Any, str]] = [
        (group, field.name, field.kind) for group, field in named if field.kind in ("tensor", "weights")
    ]
    places += [("set_input", index, "tensor") for index in range(model.most_inputs())]
    if not places:
        return
    group, key, kind = draw(one_of(tuple(places)))
    if kind == "weights":
        name = f"w{len(data.get('weights', {}))}"
        data.setdefault("weights", {})[name] = _drawn(data, of, draw)
    elif draw(_BOOLS):
        name = _constant(data, _drawn(data, of, draw))
    else:
        name = f"x{len(data.get('inputs', {}))}"
        data.setdefault("inputs", {})[name] = _drawn(data, of, draw)
    entry.setdefault(group, {})[key] = name


def value(field: Field, data: Data, draw: DrawFn) -> Any:
    """A value of the type of a field."""
    kind = field.kind.split(" or ")[0]
    if field.members:
        return draw(one_of(field.members))
    if kind.startswith("list of "):
        item = field._replace(kind=kind.removeprefix("list of "))
        return [value(item, data, draw) for _ in range(draw(one_of(_lengths(data))))]
    match kind:
        case "int":
            return draw(_INTEGERS)
        case "float":
            return draw(_REALS)
        case "bool":
            return draw(_BOOLS)
    return draw(_TEXTS)


def _settable(field: Field) -> bool:
    """Whether a value can be drawn: it names nothing, and is no mapping of its own."""
    kind = field.kind.removeprefix("list of ").split(" or ")[0]
    return bool(field.members) or kind in ("int", "float", "bool", "text")


def _lengths(data: Data) -> tuple[int, ...]:
    """How many numbers a list may have: as many as the inputs have axes or spatial axes, or any."""
    ranks = [len(_shape(each)) for each in data.get("inputs", {}).values()]
    return (*ranks, *(max(0, rank - 2) for rank in ranks), *ranks, 2, 3, 1, 0)


def _drawn(data: Data, of: Subject, draw: DrawFn) -> Data:
    """A new tensor: of the shape of another, or a short vector of integers, as those that tell shapes and axes."""
    made: Data = {}
    shapes = [_shape(each) for each in _tensors(data)]
    if draw(_BOOLS) or not shapes:
        dtype = draw(one_of(("int32", "int64", *of.dtypes)))
        count = draw(one_of(_lengths(data)))
        if dtype in ("int32", "int64") and count:
            made |= {"values": [draw(_SMALL) for _ in range(count)], "shape": [count], "dtype": dtype}
        else:
            _fill(made, draw(one_of(((), (1,), (count,)))), dtype)
    else:
        shape = shapes[draw(st.integers(0, len(shapes) - 1))]
        _fill(made, shape, draw(one_of((*FLOATS, *of.dtypes))))
    return made


def _constant(data: Data, tensor: Data) -> str:
    """A constant layer in front of all others, of a new weights array."""
    weights = data.setdefault("weights", {})
    array, name = f"w{len(weights)}", f"c{len(data['network'])}"
    weights[array] = tensor
    entry = {"constant": {"shape": _shape(tensor), "weights": array}}
    data["network"] = {name: entry, **data["network"]}
    return name


def _entry(data: Data, of: Subject) -> Data:
    """The layer that is tried."""
    found: Data = next(entry for entry in data["network"].values() if of.word in entry)
    return found


def _tensors(data: Data) -> Iterator[Data]:
    """Inputs, then weights arrays."""
    yield from data.get("inputs", {}).values()
    yield from data.get("weights", {}).values()


def _shape(tensor: Data) -> list[int]:
    """The shape of a tensor, that of its nested values if it gives none."""
    if "shape" in tensor:
        return list(tensor["shape"])
    shape, values = [], tensor.get("values", 0)
    while isinstance(values, list):
        shape.append(len(values))
        values = values[0] if values else 0
    return shape


def _fill(tensor: Data, shape: Any, dtype: str) -> None:
    """Give a tensor a shape and a dtype, and values that fit: ones, and zeros where they may be indices or axes."""
    dtype_old, shape_old = tensor.get("dtype", "float32"), _shape(tensor) if tensor else None
    if list(shape) == shape_old and dtype_old in FLOATS and dtype in FLOATS:
        tensor["dtype"] = dtype
        return
    tensor.clear()
    tensor |= {"shape": list(shape), "full": dtype == "bool" or int(dtype in FLOATS), "dtype": dtype}
