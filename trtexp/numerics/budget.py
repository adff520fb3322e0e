"""What one experiment file may ask for. It is asked before anything of that size is made, and what a file has used up
stays used up: sixty tensors, or a thousand cases, are as large as one of their sum.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from functools import cache
from typing import NamedTuple

from trtexp import LIMITS
from trtexp.errors import BadUsage

OF_A_STEP = 500  # products take as long as one step of a loop in Python
OF_A_DECIMAL = 2500  # a function of one number in decimals takes as long as so many products
OF_MATRICES = 16  # products of matrices take as long as one elsewhere
LEAST = 512  # elements that a tensor counts as: a small one costs as much as that in time and memory


@dataclass(frozen=True)
class Limits:
    """The most that a file may come to, all cases together. Each can be raised: `--limit elements=1e9`.

    elements: numbers in all its tensors, made or computed. products: multiplications of the reference, or steps as
    costly. values: values of the YAML as its cases use them. cases: after matrices are spread out. releases: strings
    that say what a release must meet. bytes: of the file and the models that it names. faults: those that are told.
    run: how many times these limits all files of a run may come to.
    """

    elements: int = 2**22
    products: int = 2**27
    values: int = 2**20
    cases: int = 2000
    releases: int = 1000
    bytes: int = 2**26
    faults: int = 100
    run: int = 32


NAMES = tuple(field.name for field in fields(Limits))


class OverBudget(ValueError):
    """More than the file may ask for: what was asked for, the limit, and how to raise it."""


class Work(NamedTuple):
    """What something will come to: elements of its tensors, and products to get them."""

    elements: int
    products: int = 0


class Budget:
    """What is left for one file. refused: how often something was too much. over: it was the file's fault, after which
    nothing more of the file is looked at. named: the sha256 of each file that it names and that was read, by path."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = current_limits() if limits is None else limits
        self.over, self.refused = False, 0
        self.spent: Counter[str] = Counter()
        self.named: dict[str, str] = {}

    def spend(self, what: str, amount: int) -> None:
        """Take an amount of a limit, or leave all as it was. Raises OverBudget."""
        limit, before = getattr(self.limits, what), self.spent[what]
        if before + amount > limit:
            self.over, self.refused = True, self.refused + 1
            count = f"{before + amount} {what}{', those before it included' if before else ''}"
            raise OverBudget(f"{count}; a file may have {limit}, or more by --limit {what}=N")
        self.spent[what] += amount

    def begin(self, work: Work) -> None:
        """Before the work is done: take the products, and see that as many elements are left. Raises OverBudget."""
        self.spend("products", work.products)
        before = self.spent["elements"]
        self.spend("elements", work.elements)
        self.spent["elements"] = before

    def keep(self, elements: int, tensors: int = 1) -> None:
        """After it: take the elements of so many tensors that stay. Raises OverBudget."""
        self.spend("elements", max(elements, LEAST * tensors))

    @contextmanager
    def paying(self) -> Iterator[None]:
        """A block in which `pay` takes from this budget."""
        before = _paying.set(self)
        try:
            yield
        finally:
            _paying.reset(before)


_paying: ContextVar[Budget | None] = ContextVar("paying", default=None)


def pay(products: int) -> None:
    """Take products for what only turns out on the way: how many numbers a function is asked for, and how hard they
    are. Nothing is taken where no budget pays. Raises OverBudget."""
    budget = _paying.get()
    if budget is not None:
        budget.spend("products", products)


def current_limits() -> Limits:
    """Those that the environment says. Raises BadUsage."""
    return parse_limits(os.environ.get(LIMITS, ""))


@cache
def parse_limits(text: str) -> Limits:
    """`elements=1e9,cases=20000` -> Limits, the others as they are. Raises BadUsage with what is allowed."""
    given: dict[str, int] = {}
    for item in filter(None, map(str.strip, text.split(","))):
        name, _, number = item.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = 0.0
        if name not in NAMES or not 1 <= value <= 1e15:
            raise BadUsage(f"limit {item!r}: give NAME=NUMBER, from 1 to 1e15, with a name of {', '.join(NAMES)}")
        given[name] = int(value)
    return Limits(**given)
