"""Patterns are matched in time that grows with the text alone, or refused with the file that holds them."""

import time

import pytest
from conftest import BASE

from trtexp.spec.patterns import MOST_TEXT, NoPattern, compiled, occurs

#: What ends no backtracking engine's work before the sun does.
ENDLESS = [
    r"((.|.)*)*ZZZ", r"(a+)+b", r"(a|aa)+$", r"(\w+\s?)*$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(.*a){25}b",
    r"(x+x+)+y", r"(?:a?){200}a{200}", r".*.*.*.*.*.*=", r"(a*)*(b*)*c", r"(?i)(\s*ab?)*\s*$",
]  # fmt: skip
TOO_LARGE = [r"(a{1000}){1000}", r"((a{1,200}){1,200}){1,200}", r"(?:(?:a?){40}){60}b", r"[\pL\d]{500}", "a" * 15_000]
OTHER_SYNTAX = [r"(?=a)b", r"(?<!a)b", r"(a)\1", r"(?P=x)", "(", "[", "a**", r"\Z"]


@pytest.mark.parametrize("pattern", ENDLESS)
def test_no_pattern_is_endless(pattern):
    start = time.process_time()
    for text in ("a" * 5000, "ab " * 2000, "x" * 5000, "Error Code 4: ZZ y= " * 200, "a" * MOST_TEXT):
        occurs(pattern, text)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("pattern", [*TOO_LARGE, *OTHER_SYNTAX])
def test_a_pattern_that_is_too_large_or_none_is_said_at_its_place(faults, pattern):
    with pytest.raises(NoPattern):
        compiled(pattern)
    quoted = pattern.replace("'", "''")
    start = time.process_time()
    (said,) = faults(BASE + f"expect: {{log: [fine, '{quoted}']}}\n")
    assert said.startswith("e.yaml:9:22: expect.log.1: ")
    assert time.process_time() - start < 1


@pytest.mark.parametrize("kind", ["error: {build: %s}", "crash: {run: %s}", "warnings: [%s]", "log: [%s]"])
def test_patterns_of_every_kind_are_checked(faults, kind):
    (said,) = faults(BASE + f"expect: {{{kind % '(a{1000}){1000}'.join(2 * [chr(39)])}}}\n")
    assert "is no regular expression of RE2: invalid repetition size: {1000}" in said


@pytest.mark.parametrize(
    ("pattern", "text", "met"),
    [
        ("allDims.*Eq", "x: allDimsGtEq(dims)", True),
        (r"\d+ bytes", "12 bytes", True),
        ("(?i)error", "ERROR", True),
        ("^b", "a\nb", False),
        ("(?m)^b", "a\nb", True),
        ("a.b", "a\nb", False),
        ("é", "caf\udce9 é", True),
        ("b", "a" * MOST_TEXT + "b", False),
    ],
)
def test_what_is_met(pattern, text, met):
    assert occurs(pattern, text) is met
