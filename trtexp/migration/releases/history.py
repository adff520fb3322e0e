"""Since or until which release a name is there, and what to write instead where it is not."""

from __future__ import annotations

import difflib
import re

from trtexp.migration.releases.api import Release, known

#: What the bindings do not say. A name stands here under every class that has it.
ADVICE = {
    "PaddingMode.CAFFE_ROUND_DOWN": "EXPLICIT_ROUND_DOWN, padded alike at both ends",
    "PaddingMode.CAFFE_ROUND_UP": "EXPLICIT_ROUND_UP, padded alike, less where a window would begin behind the input",
    "set_output_type": "add_cast, which is there from 8.6 on",
    "compute_precision": "inputs of the type to compute in",
    "indices_type": "indices of INT32, cast where they are used",
    "max_workspace_size": "set_memory_pool_limit, in YAML workspace_attribute: memory_pool_limit",
    "ISliceLayer.axes": "start, shape and stride for every axis",
    "IFillLayer.to_type": "an add_cast behind the layer",
    "add_fill(output_type)": "FLOAT or INT32, as the inputs say",
    "add_cast": "add_identity with set_output_type",
    "add_cumulative": "add_loop with a recurrence",
    "add_fully_connected": "add_matrix_multiply, with the bias in an add_elementwise",
    "add_normalization": "add_reduce, add_elementwise and add_unary",
    "add_squeeze": "add_shuffle with reshape_dims",
    "add_unsqueeze": "add_shuffle with reshape_dims",
    "add_attention": "add_matrix_multiply, add_softmax and add_matrix_multiply",
    "ActivationType.GELU_ERF": "UnaryOperation.ERF and add_elementwise",
    "ActivationType.GELU_TANH": "ActivationType.TANH and add_elementwise",
    "UnaryOperation.ISINF": "ElementWiseOperation.EQUAL of the magnitude and infinity",
    "UnaryOperation.ISNAN": "UnaryOperation.NOT of ElementWiseOperation.EQUAL with itself",
    "DataType.BF16": "HALF or FLOAT",
    "DataType.INT64": "INT32",
    "NetworkDefinitionCreationFlag.STRONGLY_TYPED": "BuilderFlag members and set_output_type",
}


def history(name: str, release: Release) -> str:
    """Where a name that this release lacks went, or when it came: `removed: 8.6.0 has it, 10.16 no longer`."""
    line = [r for r in known() if r.flavour == "tensorrt"]
    having = [i for i, r in enumerate(line) if r.has(name)]
    if not having:
        others = ", ".join(r.name for r in known() if r.has(name))
        return f"only in {others}" if others else "in no known release"
    here = line.index(release) if release in line else len(line)
    first, last = having[0], having[-1]
    if here < first:
        return f"not yet: {_number(line[first - 1])} lacks it, {_number(line[first])} has it"
    if last + 1 < len(line):
        return f"removed: {_number(line[last])} has it, {_number(line[last + 1])} no longer"
    return f"not in RTX: {_number(line[last])} has it"


def instead(name: str, release: Release) -> str | None:
    """What to write in this release where it lacks a name: our advice, the successor that the bindings of any release
    name, or an older spelling."""
    kind, _, member = name.rpartition(".")
    advice = ADVICE.get(name) or ADVICE.get(member)
    if advice is not None:
        return advice
    for other in reversed(known()):
        successor = other.deprecation(name).get("instead")
        if successor is not None and not release.has(f"{kind}.{successor}".lstrip(".")):
            successor = _spelled(successor, kind or "INetworkDefinition", release)
        if successor is not None:
            return successor
    older = re.sub(r"_(v\d|nd)$", "", member)
    return older if older != member and release.has(f"{kind}.{older}".lstrip(".")) else None


def _spelled(successor: str, kind: str, release: Release) -> str | None:
    """A successor that the release does not have by this name: the nearest, since bindings misspell some (`addLoop`);
    words are left as they are."""
    if not successor.isidentifier():
        return successor
    near = difflib.get_close_matches(successor, release.members(kind), n=1, cutoff=0.7)
    return near[0] if near else None


def _number(release: Release) -> str:
    return release.name.removeprefix("tensorrt-")
