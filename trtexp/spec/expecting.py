"""The group `expect` of a case, checked."""

from __future__ import annotations

from dataclasses import replace

from trtexp.numerics.origin import Origin
from trtexp.numerics.tolerance import Tolerance
from trtexp.spec.case import Expected
from trtexp.spec.checker import Checker
from trtexp.spec.ignoring import ignored
from trtexp.spec.make import Making, make
from trtexp.spec.models import ExpectModel, OutputModel, keys, tolerances
from trtexp.spec.patterns import NoPattern, compiled
from trtexp.spec.tensors import GENERATORS, TensorError
from trtexp.spec.translate import Path as KeyPath
from trtexp.spec.tree import find, plain


def expectations(check: Checker) -> tuple[ExpectModel | None, dict[str, OutputModel]]:
    """What the case expects beside its outputs, and of each output."""
    data = {key: plain(child) for key, (_, child) in check.group("expect").keys.items()}
    words = {k: v for k, v in data.items() if k in ExpectModel.model_fields}
    expect = check.validate(ExpectModel, words, ("expect",))
    if expect is not None:
        patterns = []
        for kind in ("error", "crash"):
            phases = getattr(expect, kind)
            if len(phases) > 1:
                check.fault(("expect", kind), f"more than one phase given; {kind} comes in one of them")
            patterns += [((kind, phase), pattern) for phase, pattern in phases.items()]
        patterns += [((k, i), p) for k in ("warnings", "log") for i, p in enumerate(getattr(expect, k))]
        for place, pattern in patterns:
            try:
                compiled(pattern)
            except NoPattern as error:
                check.fault(("expect", *place), str(error))
    models = {}
    for name, value in data.items():
        made = [*check.group("network").keys]
        if name in keys(OutputModel) and name not in made:
            output = made[-1] if made else "y"
            check.fault(("expect", name), f"an output comes first: write expect: {{{output}: {{{name}: …}}}}", key=True)
        elif name not in ExpectModel.model_fields:
            model = check.validate(OutputModel, value, ("expect", name))
            if model is not None:
                models[str(name)] = model
    return expect, models


def expected(
    check: Checker, output: str, model: OutputModel, usual: Origin, dtype: str | None, shape: tuple[int, ...] | None
) -> Expected:
    """What one output must be. usual: what the file says of all numbers; dtype, shape: as far as they are known without
    it."""
    place: KeyPath = ("expect", output)
    made, given = None, model.model_fields_set & set(GENERATORS)
    wanted = list(shape) if shape is not None and given and "values" not in given else None
    try:
        if given:
            making = Making({}, check.folder, check.budget)
            made = make(model, model.dtype or dtype or "float32", making, wanted, gaps=True)
    except TensorError as error:
        check.fault((*place, *error.path), str(error))
    if model.ignore is not None and not given:
        check.fault((*place, "ignore"), "given beside no values; give the values of the other elements")
    if model.ignore is not None and made is not None:
        try:
            left_out = ignored(model.ignore, made.array.shape, Making({}, check.folder, check.budget))
            made = replace(made, given=~left_out if made.given is None else made.given & ~left_out)
        except TensorError as error:
            check.fault((*place, "ignore", *error.path), str(error))
    rules: tuple[Tolerance, ...] = ()
    if model.tolerance is not None:
        try:
            rules = tolerances(model.tolerance)
        except ValueError as error:
            check.fault((*place, "tolerance"), str(error))
    return Expected(
        mark=find(check.tree, (*place, *sorted(given)))[1],
        made=made,
        shape=tuple(model.shape) if model.shape is not None else made.array.shape if made else None,
        dtype=model.dtype,
        origin=_origin(model, usual if made else Origin()),
        note=model.note,
        exact_digits=model.digits == "exact",
        signed_zero=model.signed_zero,
        tolerance=rules,
    )


def _origin(model: OutputModel, usual: Origin) -> Origin | None:
    """Where an output's numbers come from; the usual release is that of observed ones. None: nothing was said."""
    kind = model.from_ or usual.kind
    found = Origin(kind, model.release or (usual.release if kind == "observed" else None), model.gpu)
    return None if found == Origin() else found
