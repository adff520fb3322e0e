"""Whatever a file holds, its reader answers with an experiment or with located faults, never with anything else."""

import random
import re

import pytest
from conftest import BASE, FILES

from trtexp.judging.case import record_case
from trtexp.spec.errors import SpecError
from trtexp.spec.load import read
from trtexp.spec.make import Made

TEXTS = [path.read_text(encoding="utf-8") for path in FILES] + [BASE]
SHORT = [text for text in TEXTS if len(text) < 6000]
WORDS = sorted({word for text in TEXTS for word in re.findall(r"[\w.~-]+", text)})
ODD = [
    "null", "~", "true", "-1", "0", "1e400", "-1e-400", ".nan", "-.inf", "1" * 50, "''", "[]", "{}", "[[]]", "[1, [2]]",
    "{a: 1}", "&a", "*a", "!!int 3", "<<", "? ", ": ", "- ", "|", ">", "%", "@", "`", "\t", "\0", "\ufeff", "\u2028",
    "#", "---", "...", "é", "\x1b[0m", "1e-99999999999999999999", "99999999999999999999", "{x: {x: {x: 1}}}",
    "random", "powers", "file", "tile", "special", "set_input", "releases", "matrix", "tensorrt>=8", "reference",
]  # fmt: skip


def mutated(rng):
    """One of the real files after a few edits: words swapped, lines moved, dropped or doubled, oddities put in."""
    text = rng.choice(SHORT)
    for _ in range(rng.randint(1, 4)):
        kind = rng.randrange(7)
        lines = text.split("\n")
        at = rng.randrange(len(lines))
        words = list(re.finditer(r"[\w.~-]+|\[[^\[\]]*\]", text))
        if kind <= 2 and words:
            word = rng.choice(words)
            new = rng.choice(WORDS if kind == 0 else ODD)
            text = text[: word.start()] + new + text[word.end() :]
        elif kind == 3:
            text = "\n".join(lines[:at] + lines[at + 1 :])
        elif kind == 4:
            text = "\n".join([*lines[:at], lines[at], *lines[at:]])
        elif kind == 5:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
            text = "\n".join(lines)
        else:
            place = rng.randrange(len(text) + 1)
            text = text[:place] + rng.choice(ODD) + text[place + rng.randrange(3) :]
    return text


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("seed", range(12))
def test_random_edits_give_an_experiment_or_faults(seed, tmp_path):
    rng = random.Random(seed)
    path = tmp_path / "e.yaml"
    for _ in range(40):
        text = mutated(rng)
        path.write_bytes(text.encode())
        try:
            experiment = read(path, "e.yaml").check()
        except SpecError as error:
            for fault in error.faults:
                assert re.match(r"e\.yaml:\d+:\d+: .", str(fault)), (text, str(fault))
                assert str(fault).isprintable()
            continue
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}\n{text}") from error
        for case in experiment.cases[:3]:
            assert all(isinstance(made, Made) for made in case.inputs.values())
            record_case(case, None)


@pytest.mark.parametrize("seed", range(4))
def test_random_bytes_give_faults(seed, tmp_path):
    rng = random.Random(seed)
    path = tmp_path / "e.yaml"
    for _ in range(60):
        data = bytearray(rng.choice(SHORT).encode())
        for _ in range(rng.randint(1, 30)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(bytes(data[rng.randrange(200) :] if rng.randrange(2) else data))
        try:
            read(path, "e.yaml").check()
        except SpecError as error:
            assert error.faults
