"""Changes of an experiment that its reader takes, more often than not, so that its layers have to answer."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from fuzz.seeds import Data, layer
from fuzz.values import (
    DIMENSIONS,
    FAR_DIMENSIONS,
    NUMBERS,
    REQUIREMENTS,
    WRONG,
    arguments,
    attributes,
    filled,
    generators,
    group,
    is_shape,
    layers,
    places,
    random_shape,
    some,
    tensors,
    value_of,
)
from trtexp.definition.network import DTYPES
from trtexp.layers import LAYERS


def mutate(data: Data, rng: random.Random) -> None:
    """Change it once to five times, in place."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        change = rng.choices(list(CHANGES), list(CHANGES.values()))[0]
        change(_owner(data, rng), rng)


def _owner(data: Data, rng: random.Random) -> Data:
    """The experiment, or sometimes one of its cases, which may say the same."""
    cases = data.get("cases")
    inner = [case for case in cases.values() if isinstance(case, dict)] if isinstance(cases, dict) else []
    return rng.choice(inner) if inner and rng.random() < 0.15 else data


def other_shape(data: Data, rng: random.Random) -> None:
    for made in some(generators(data), rng):
        kept = {key: made[key] for key in ("dtype", "declared", "set") if key in made}
        old = made.get("shape")
        shape = [*old] if is_shape(old) and old and rng.random() < 0.7 else random_shape(rng)
        if shape and rng.random() < 0.6:
            shape[rng.randrange(len(shape))] = rng.choice(DIMENSIONS if rng.random() < 0.8 else FAR_DIMENSIONS)
        rng.random() < 0.2 and rng.shuffle(shape)
        made.clear()
        made.update(kept | filled(shape, rng))


def other_values(data: Data, rng: random.Random) -> None:
    for made in some(generators(data), rng):
        if is_shape(shape := made.get("shape")):
            for key in [key for key in made if key not in ("dtype", "declared", "set", "shape")]:
                del made[key]
            made.update(filled(shape, rng))


def other_dtype(data: Data, rng: random.Random) -> None:
    for made in some(generators(data), rng):
        made["dtype"] = rng.choice([*DTYPES])


def combined(data: Data, rng: random.Random) -> None:
    """An input that is made of another one."""
    for key in ("inputs", "weights"):
        if (names := [*group(data, key)]) and rng.random() < 0.7:
            of, axis = rng.choice(names), rng.choice((0, 1, -1, 9, 2**31))
            data[key][rng.choice((rng.choice(names), "made"))] = rng.choice(
                [
                    {"negate": of},
                    {"scale": {"of": of, "by": rng.choice(NUMBERS)}},
                    {"tile": {"of": of, "reps": [rng.choice((0, 1, 2, -1, 10**9)) for _ in range(rng.randint(0, 4))]}},
                    {"concat": {"of": [of] * rng.randint(0, 3), "axis": axis}},
                    {"stack": {"of": [of, rng.choice(names)], "axis": axis}},
                    {"transpose": {"of": of, "perm": [rng.randint(-2, 4) for _ in range(rng.randint(0, 5))]}},
                ]
            )


def other_attribute(data: Data, rng: random.Random) -> None:
    """An argument or an attribute that the model of the layer has."""
    for _, entry, word in some(layers(data), rng):
        given, of_set = arguments(word), attributes(word)
        at_set = of_set and rng.random() < 0.6
        field = rng.choice(of_set if at_set else given) if at_set or given else None
        place = entry.setdefault("set", {}) if at_set else entry[word]
        if field is not None and isinstance(place, dict):
            place[field.name] = value_of(field, data, rng)


def swapped_operands(data: Data, rng: random.Random) -> None:
    for _, entry, word in some(layers(data), rng):
        if isinstance(entry[word], dict):
            names = [key for key, value in entry[word].items() if isinstance(value, str)]
            if len(names) > 1:
                one, other = rng.sample(names, 2)
                entry[word][one], entry[word][other] = entry[word][other], entry[word][one]


def other_operand(data: Data, rng: random.Random) -> None:
    for name, entry, word in some(layers(data), rng):
        known = set(tensors(data))
        uses = [(owner, key) for owner, key in places(entry[word]) if str(owner[key]) in known]
        for owner, key in some(uses, rng):
            owner[key] = rng.choice(tensors(data, name if rng.random() < 0.9 else ""))


def other_input(data: Data, rng: random.Random) -> None:
    for _, entry, word in some(layers(data), rng):
        index = rng.choice((*range(LAYERS[word].most_inputs() + 1), -1, 2**31))
        entry["set_input"] = {index: rng.choice(tensors(data))}


def other_number(data: Data, rng: random.Random) -> None:
    numbers = [(o, k) for o, k in places(data) if isinstance(o[k], (int, float)) and not isinstance(o[k], bool)]
    for owner, key in some(numbers, rng):
        near = rng.random() < 0.4 and isinstance(owner[key], int)
        owner[key] = owner[key] + rng.choice((-1, 1)) if near else rng.choice(NUMBERS)


def wrong_type(data: Data, rng: random.Random) -> None:
    for owner, key in some([*places(data)], rng)[:1]:
        owner[key] = rng.choice(WRONG)


def left_out(data: Data, rng: random.Random) -> None:
    for owner, key in some([(owner, key) for owner, key in places(data) if key != "title"], rng)[:1]:
        del owner[key]


def another_layer(data: Data, rng: random.Random) -> None:
    """The network of another layer beside this one, which takes one of its tensors."""
    other = json.loads(layer(rng.choice(list(LAYERS))))
    taken, mark = rng.choice(tensors(data)), f"n{rng.randrange(99)}"
    names = [name for key in ("inputs", "weights", "network") for name in group(other, key)]
    new = {name: f"{mark}{name}" for name in names}
    if inputs := [*group(other, "inputs")]:
        new[rng.choice(inputs)] = taken
    for key in ("inputs", "weights", "network"):
        if key in other and isinstance(data.setdefault(key, {}), dict):
            more = {new[name]: _renamed(made, new) for name, made in other[key].items() if new[name] != taken}
            data[key] |= more
    if rng.random() < 0.5:
        data.pop("outputs", None)


def _renamed(value: Any, new: dict[str, str]) -> Any:
    """Tensors by their new names, `layer.output` included."""
    if isinstance(value, dict):
        return {key: _renamed(child, new) for key, child in value.items()}
    if isinstance(value, list):
        return [_renamed(child, new) for child in value]
    head, dot, tail = value.partition(".") if isinstance(value, str) else (value, "", "")
    return f"{new[head]}{dot}{tail}" if isinstance(value, str) and head in new else value


def chain(data: Data, rng: random.Random) -> None:
    """Many layers, each of which takes what the one before it gives."""
    before, network = rng.choice(tensors(data)), data.setdefault("network", {})
    if isinstance(network, dict):
        for i in range(rng.choice((2, 5, 20, 90))):
            network[f"k{i}"] = rng.choice(
                [
                    {"identity": {"input": before}},
                    {"unary": {"input": before, "op": rng.choice(("EXP", "NEG", "SQRT", "RECIP", "SINH"))}},
                    {
                        "elementwise": {
                            "input1": before,
                            "input2": before,
                            "op": rng.choice(("SUM", "PROD", "POW", "DIV")),
                        }
                    },
                    {"concatenation": {"inputs": [before, before]}},
                    {"activation": {"input": before, "type": rng.choice(("RELU", "SIGMOID", "TANH", "SELU"))}},
                ]
            )
            before = f"k{i}"
    data.pop("outputs", None)


def expectation(data: Data, rng: random.Random) -> None:
    output: Data = rng.choice(
        [filled(random_shape(rng), rng), {"shape": random_shape(rng)}, {"dtype": rng.choice([*DTYPES])}]
    )
    output |= {"from": rng.choice(("source", "derived", "observed"))} if rng.random() < 0.5 else {}
    output |= {"digits": "exact"} if rng.random() < 0.1 else {}
    rule = rng.choice(["exact", "auto", {"ulp": 1, "reason": "r"}, {"atol": 0, "rtol": 1, "reason": "r"},
                       {"snr_db": 9, "reason": "r"}, {"cosine": 0.5, "reason": "r"}, {"auto": {"acc": "fp16"}},
                       [], {"auto": {"lam": rng.choice(NUMBERS), "fail": "typical"}}])  # fmt: skip
    output |= {"tolerance": rule} if rng.random() < 0.4 else {}
    kind = rng.random()
    if kind < 0.7:
        data["expect"] = {rng.choice(tensors(data)): output} | (group(data, "expect") if rng.random() < 0.5 else {})
    elif kind < 0.8:
        data["finding"], data["tolerance"] = "It differs.", rule
    else:
        said = rng.choice(("a|b", "(", "(a*)*b", "x{1000}{1000}", ".", "\\p{Greek}", "(?<=a)b", "a" * 5000))
        data["expect"] = rng.choice(
            [{"error": {rng.choice(("define", "build", "run", "builder")): said}}, {"crash": {"build": said}},
             {"log": [said]}, {"warnings": [said]}, {"unsupported": rng.choice(("add_cast", "DataType.FP8", said))}]
        )  # fmt: skip


def other_outputs(data: Data, rng: random.Random) -> None:
    names = [*tensors(data), "nothing"]
    data["outputs"] = rng.choice(([], rng.sample(names, min(len(names), 3)), [names[0]] * 2, names))


def dynamic(data: Data, rng: random.Random) -> None:
    """An input whose shape a profile gives."""
    for name, made in some([*group(data, "inputs").items()], rng):
        shape = made.get("shape") if isinstance(made, dict) else None
        if is_shape(shape):
            made["declared"] = [rng.choice((n, n, -1, -1, 5)) for n in shape]
            ends = [[rng.choice((n, n, max(1, n) * 2, n - 1, 2**31)) for n in shape] for _ in range(3)]
            profile = {name: dict(zip(("min", "opt", "max"), ends, strict=True))}
            data["build"] = group(data, "build") | {"profiles": [profile] * rng.choice((1, 1, 2))}


def other_build(data: Data, rng: random.Random) -> None:
    data["build"] = group(data, "build") | rng.choice(
        [
            {"strongly_typed": True},
            {"flags": {rng.choice(("FP16", "BF16", "INT8", "TF32", "FP8", "OBEY_PRECISION_CONSTRAINTS")): True}},
            {"optimization_level": rng.choice((0, 5, 6, -1))},
            {"workspace": rng.choice(NUMBERS)},
            {"tactics": "fastest"},
        ]
    )


def unchecked(data: Data, rng: random.Random) -> None:
    for _, entry, _ in some(layers(data), rng):
        entry["check"] = rng.random() < 0.2


def more_cases(data: Data, rng: random.Random) -> None:
    """The same again, changed, as a case, by release, or for each value of an attribute."""
    kind = rng.random()
    names = [name for name, _, word in layers(data) if attributes(word)]
    if kind < 0.4 and names:
        name = rng.choice(names)
        word = next(word for layer, _, word in layers(data) if layer == name)
        field = rng.choice(attributes(word))
        values = [value_of(field, data, rng) for _ in range(rng.randint(1, 3))]
        data["matrix"] = {f"{name}.{field.name}": values}
        return
    inner: Data = {"network": json.loads(json.dumps(group(data, "network"), default=str)), "expect": {}}
    rng.choice((other_attribute, other_operand, expectation, left_out, other_build))(inner, rng)
    if kind < 0.7:
        data["cases"] = {"a": {}, "b": inner}
    else:
        data["releases"] = {rng.choice(REQUIREMENTS): inner | {"reason": "It differs."}}


def repeated(data: Data, rng: random.Random) -> None:
    data["repeat"] = {"builds": rng.choice((1, 3, 100, 101)), "runs": rng.choice((1, 2, 1000, 10**9))}


#: change -> how often it is chosen, beside the others
CHANGES: dict[Callable[[Data, random.Random], None], int] = {
    other_attribute: 24, other_shape: 12, other_values: 10, other_dtype: 8, other_operand: 8, another_layer: 8,
    other_number: 8, swapped_operands: 4, chain: 4, expectation: 6, other_outputs: 3, dynamic: 3, other_build: 4,
    unchecked: 3, more_cases: 5, combined: 3, other_input: 3, wrong_type: 3, left_out: 4, repeated: 1,
}  # fmt: skip
