"""add_einsum. Source: NvInfer.h, IEinsumLayer."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterator

import numpy as np

from trtexp.layers.base import GIVEN, Attributes, Layer, Tensor
from trtexp.numerics import F64, Arithmetic, Bounded, Family, dot_product, exactly
from trtexp.numerics.budget import Work
from trtexp.numerics.linear import einsum

DOTS = "..."
TERM = re.compile(r"[a-z]*(\.\.\.[a-z]*)?")


class EinsumAttributes(Attributes):
    """Attributes of an einsum."""

    equation: str = GIVEN
    """A term per input, a letter per axis, and what remains: `ij,jk->ik`."""


class Einsum(Layer):
    """Products of the inputs, summed over every letter that the output lacks; an axis of 1 broadcasts.

    Without an arrow the output has the letters that occur once, in alphabetical order. An ellipsis stands for the same
    number of axes in every term that has one; a letter that a term has twice is its diagonal.
    C1: the equation has terms of lower-case letters, each with one ellipsis at most, one per input. C2: each letter of
    the output occurs in an input, and once in the output. C3: a term has as many letters as its input has axes, and one
    letter has one size, or 1. C4: all inputs are float and of one dtype. C5: in 8.x there are at most two inputs, no
    ellipsis and no diagonal (8.6.0; 10.16 and RTX 1.7.1 take them all). In RTX the constructor's equation holds C1 and
    C2 as well where `set` gives another (1.7.1).
    """

    method, interface = "add_einsum", "IEinsumLayer"
    variadic = 8
    scaffold = """
        inputs: {a: {shape: [2, 3], arange: {start: 1}}, b: {shape: [3, 2], powers: {base: 10, first: 0, last: 5}}}
        network: {y: {einsum: {inputs: [a, b], equation: "ij,jk->ik"}}}"""

    inputs: list[Tensor]
    """The tensors, in the order of the equation's terms."""
    equation: str
    set: EinsumAttributes = EinsumAttributes()

    def terms(self, inputs: tuple[Bounded, ...]) -> tuple[list[str], str]:
        """The inputs' letters, and the output's, with upper-case letters in the place of an ellipsis."""
        given, out = written_terms(self.final.equation)
        ranks = [len(x.shape) - len(term) + len(DOTS) for term, x in zip(given, inputs, strict=True) if DOTS in term]
        between = string.ascii_uppercase[: max(ranks[:1], default=0)]
        terms = [term.replace(DOTS, between) for term in given]
        letters = "".join(terms)
        once = "".join(sorted(c for c in set(letters) - set(between) if letters.count(c) == 1))
        return terms, between + once if out is None else out.replace(DOTS, between)

    def check_inputs(self, inputs: tuple[Bounded, ...], *, family: Family | None) -> None:
        for equation in (self.equation, self.final.equation) if family == "tensorrt-rtx" else (self.final.equation,):
            self.check_equation(equation, len(inputs))
        given, _ = written_terms(self.final.equation)
        repeating = any(len(set(term)) < len(term) for term in (term.replace(DOTS, "") for term in given))
        if family == "tensorrt<10" and (len(inputs) > 2 or DOTS in self.final.equation or repeating):
            message = f"{self.final.equation!r} given; 8.x takes two inputs at most, no ellipsis and no diagonal"
            self.refuse("equation", message, "C5")
        terms, _ = self.terms(inputs)
        sizes: dict[str, int] = {}
        for term, x in zip(terms, inputs, strict=True):
            if len(term) != len(x.shape):
                self.refuse("equation", f"{term!r} for an input {list(x.shape)}; give a letter per axis", "C3")
            for letter, size in zip(term, x.shape, strict=True):
                if size != 1 and sizes.setdefault(letter, size) != size:
                    self.refuse("inputs", f"{letter!r} is an axis of {sizes[letter]} and one of {size}", "C3")
        kinds = {x.dtype for x in inputs}
        if len(kinds) > 1 or not kinds <= {"float32", "float16", "bfloat16"}:
            self.refuse("inputs", f"{', '.join(sorted(kinds))} given; give one float dtype", "C4")

    def check_equation(self, equation: str, count: int) -> None:
        """C1, C2."""
        given, output = written_terms(equation)
        if len(given) != count or not all(TERM.fullmatch(term) for term in (*given, output or "")):
            self.refuse("equation", f"{equation!r} has not {count} terms of lower-case letters", "C1")
        out = (output or "").replace(DOTS, "")
        if len(set(out)) < len(out) or not set(out) <= set("".join(given)):
            self.refuse("equation", f"{output!r} repeats a letter, or has one that no input has", "C2")

    def contractions(self, inputs: tuple[Bounded, ...]) -> Iterator[tuple[str, str, str]]:
        """The letters of what there is, of the next input and of both together: from left to right, keeping what is
        asked for later. A single input meets a scalar."""
        terms, out = self.terms(inputs)
        have, rest = terms[0], terms[1:] or [""]
        for i, term in enumerate(rest, 1):
            later = out if i == len(rest) else out + "".join(terms[i + 1 :])
            kept = out if i == len(rest) else "".join(sorted(set(have + term) & set(later)))
            yield have, term, kept
            have = kept

    def work(self, inputs: tuple[Bounded, ...]) -> Work:
        sizes: dict[str, int] = {}
        for term, x in zip(self.terms(inputs)[0], inputs, strict=True):
            for letter, n in zip(term, x.shape, strict=True):
                sizes[letter] = max(n, sizes.get(letter, 0))

        def size(letters: str) -> int:
            return math.prod(sizes[letter] for letter in set(letters))

        steps = list(self.contractions(inputs))
        return Work(sum(size(kept) for *_, kept in steps), sum(size(have + term) for have, term, _ in steps))

    def evaluate(self, inputs: tuple[Bounded, ...], *, arithmetic: Arithmetic) -> Bounded:
        done = inputs[0]
        rest = inputs[1:] or (exactly(np.ones(()), done.dtype),)
        for x, (have, term, kept) in zip(rest, self.contractions(inputs), strict=True):
            equation = f"{have},{term}->{kept}"

            def contract(a: F64, b: F64, _: F64 | None, equation: str = equation) -> F64:
                made: F64 = einsum(equation, a, b)
                return made

            summed = {*have, *term} - {*kept}
            sizes = dict(zip(have + term, done.shape + x.shape, strict=True))
            runs = (1, math.prod(sizes[letter] for letter in summed))
            done = dot_product(contract, done, x, None, arithmetic, runs=runs)
        return done


def written_terms(equation: str) -> tuple[list[str], str | None]:
    """The inputs' terms, and that of the output, None where there is no arrow."""
    given, arrow, out = equation.replace(" ", "").partition("->")
    return given.split(","), out if arrow else None
