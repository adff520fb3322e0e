"""`trtexp fuzz` finds planted bugs."""

import re

import pytest

pytest.importorskip("hypothesis")

from mutants.catalogue import MUTANTS
from mutants.fuzzing import PAGE, SECONDS, UNSAID, judges_of, sought, words_of
from trtexp.fuzz import asking
from trtexp.layers import LAYERS

#: One that each judge finds at once; `make test-long` seeks all.
QUICK = ("powers of 2 for those of e", "a softmax with an axis of 1 in front", "softmax times 0.1")
SAID = [mutant for mutant in MUTANTS if mutant.name not in UNSAID]


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left():
    yield
    asking.end_workers()


#: Bugs that were not found in time so far; what finds one of them may take it off the page.
LATE = set(re.findall(r"^\| (.+?) \| \S+ \| nobody: in that time", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def marked(mutant):
    marks = [] if mutant.name in QUICK else [pytest.mark.long]
    late = [pytest.mark.xfail(reason="not found within the time so far")] if mutant.name in LATE else []
    return pytest.param(mutant, id=mutant.name, marks=[*marks, *late])


@pytest.mark.parametrize("mutant", [marked(mutant) for mutant in SAID])
def test_a_planted_bug_is_found(mutant):
    assert sought(mutant, SECONDS).sign is not None


def test_every_bug_has_judges_and_layers():
    for mutant in MUTANTS:
        assert judges_of(mutant)
        assert set(words_of(mutant)) <= set(LAYERS)


def test_the_page_names_bugs_that_there_are_and_says_why_some_cannot_be_found():
    lines = dict(re.findall(r"^\| (.+?) \| \S+ \| (.+?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    found = {name: by for name, by in lines.items() if name not in ("bug", "---")}
    assert found.keys() <= {mutant.name for mutant in MUTANTS}
    assert {name: f"nobody: {why}" for name, why in UNSAID.items()}.items() <= found.items()
    assert set(found.values()) - {f"nobody: {why}" for why in UNSAID.values()} <= {
        *("TensorRT-RTX", "ONNX Runtime", "the references without it", "nobody: in that time")
    }
    assert sum(not by.startswith("nobody") for by in found.values()) > len(MUTANTS) / 2
