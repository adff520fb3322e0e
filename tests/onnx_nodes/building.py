"""The converted networks built by the TensorRT that is installed: what it refuses, and whose shapes or types differ."""

from __future__ import annotations

from collections.abc import Iterator

from onnx_nodes.backend import cases_of, modules
from onnx_nodes.graph import ExcludedError
from onnx_nodes.judging import Converted, converted
from trtexp.engine.session import Session


def networks() -> Iterator[tuple[str, Converted]]:
    """The tests that agree, converted."""
    for module in modules():
        for test in cases_of(module):
            try:
                made = converted(test)
                if not made.faults():
                    yield test.name.removeprefix("test_"), made
            except ExcludedError:
                continue


def differences(session: Session, made: Converted) -> Iterator[str]:
    """What TensorRT says otherwise: a refusal, or the form of an output; -1 is known at run time only."""
    outcome = session.run(made.definition, {}, build_only=True)
    if outcome.status != "built":
        yield f"{outcome.status}: {outcome.message}"
    for name, reference in zip(made.definition.outputs, made.references, strict=True):
        dtype, shape = outcome.inferred.get(name, (reference.dtype, reference.shape))
        same = len(shape) == len(reference.shape) and all(
            n in (-1, m) for n, m in zip(shape, reference.shape, strict=True)
        )
        if dtype != reference.dtype or not same:
            yield f"{name}: {dtype} {list(shape)} instead of {reference.dtype} {list(reference.shape)}"


def report() -> None:
    """Print what differs, and how many do not."""
    session, counts = Session(), [0, 0]
    for name, made in networks():
        found = [*differences(session, made)]
        counts[bool(found)] += 1
        for line in found:
            print(f"{name}: {line}")
    session.close()
    print(f"{session.release.name}: {counts[0]:,} networks built, their outputs of the same form; {counts[1]} not")
