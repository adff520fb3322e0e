"""Ways to plant a bug in the running process, and to take it out again."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Protocol

import numpy as np
import pytest

from trtexp.layers import LAYERS
from trtexp.numerics import Bounded, moved


class Change(Protocol):
    """A bug that stands while the context is open."""

    def planted(self) -> AbstractContextManager[None]: ...


@dataclass(frozen=True)
class Edit:
    """A replacement in the source of a module's functions, on one line.

    The functions get the code of the changed source in place, so that the bug reaches all that hold them. What a module
    does when it is imported is not done again; Put replaces values.
    """

    module: str
    old: str
    new: str

    @contextmanager
    def planted(self) -> Iterator[None]:
        path = importlib.import_module(self.module).__file__ or ""
        source = Path(path).read_text(encoding="utf-8")
        assert source.count(self.old) == 1, f"{self.module} has {self.old!r} {source.count(self.old)} times"
        sources = source, source.replace(self.old, self.new)
        right, wrong = (compile(text, path, "exec", dont_inherit=True) for text in sources)
        changed = {mark(a): b for a, b in pairs(right, wrong) if a != b}
        live = [(f, f.__code__) for f in functions(path) if mark(f.__code__) in changed]
        assert live, f"{self.old!r} is in no function of {self.module}"
        for function, code in live:
            function.__code__ = changed[mark(code)]
        try:
            yield
        finally:
            for function, code in live:
                function.__code__ = code


def pairs(right: CodeType, wrong: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The functions and classes in two versions of a code, down to functions that hold more or fewer of them."""
    inner = [[c for c in code.co_consts if isinstance(c, CodeType)] for code in (right, wrong)]
    if len(inner[0]) == len(inner[1]):
        for a, b in zip(*inner, strict=True):
            yield a, b
            yield from pairs(a, b)


def mark(code: CodeType) -> tuple[Any, ...]:
    """What tells one function of a file from the others."""
    return (code.co_name, code.co_firstlineno, code.co_code, code.co_names, code.co_varnames)


def functions(path: str) -> list[FunctionType]:
    """The functions of a file that are alive, wherever they are kept."""
    return [f for f in gc.get_objects() if type(f) is FunctionType and f.__code__.co_filename == path]


@dataclass(frozen=True)
class Put:
    """Another value for an attribute of a module, or for a key of a dict that it holds."""

    module: str
    name: str
    value: Any
    key: str | None = None

    @contextmanager
    def planted(self) -> Iterator[None]:
        module = importlib.import_module(self.module)
        with pytest.MonkeyPatch.context() as patch:
            if self.key is None:
                patch.setattr(module, self.name, self.value)
            else:
                assert self.key in getattr(module, self.name)
                patch.setitem(getattr(module, self.name), self.key, self.value)
            yield


@dataclass(frozen=True)
class Result:
    """What a method gives, passed through a function."""

    owner: type
    method: str
    change: Callable[[Any], Any]

    @contextmanager
    def planted(self) -> Iterator[None]:
        right = getattr(self.owner, self.method)

        @wraps(right)
        def wrong(*arguments: Any, **keys: Any) -> Any:
            return self.change(right(*arguments, **keys))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self.owner, self.method, wrong)
            yield


def output(word: str, change: Callable[[Bounded], Bounded]) -> Result:
    """A layer's first output, passed through a function."""

    def first(made: Any) -> Any:
        return (change(made[0]), *made[1:]) if isinstance(made, tuple) else change(made)

    return Result(LAYERS[word], "evaluate", first)


@dataclass(frozen=True)
class Drop:
    """A layer that does not refuse what one label forbids."""

    word: str
    label: str

    @contextmanager
    def planted(self) -> Iterator[None]:
        layer = LAYERS[self.word]
        right = layer.refuse

        @wraps(right)
        def wrong(*arguments: Any) -> None:
            if arguments[-1] != self.label:
                right(*arguments)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(layer, "refuse", wrong)
            yield


def scaled(factor: float) -> Callable[[Bounded], Bounded]:
    """Both bounds so many times as wide; what is certified stays exact."""

    def change(x: Bounded) -> Bounded:
        return replace(x, bound=x.bound * factor, typical=x.typical * factor)

    return change


def transposed(x: Bounded) -> Bounded:
    return moved(lambda part: np.swapaxes(part, -1, -2), x)


def from_behind(x: Bounded) -> Bounded:
    return moved(lambda part: part[::-1], x)


def with_an_axis(x: Bounded) -> Bounded:
    return moved(lambda part: part[None], x)


def without_nan(x: Bounded) -> Bounded:
    return replace(x, ref=np.nan_to_num(x.ref, posinf=np.inf, neginf=-np.inf))


def certified(x: Bounded) -> Bounded:
    return replace(x, certified=np.ones(x.shape, bool))


def stride_reversed(window: Sequence[Any]) -> Sequence[Any]:
    """What Window.window gives: kernel, stride, dilation, and the paddings."""
    kernel, stride, *others = window
    return (kernel, stride[::-1], *others)


def dilation_ignored(window: Sequence[Any]) -> Sequence[Any]:
    kernel, stride, dilation, *others = window
    return (kernel, stride, [1] * len(dilation), *others)


WINDOWS = {change.__name__: change for change in (stride_reversed, dilation_ignored)}
OUTPUTS = {change.__name__: change for change in (transposed, from_behind, with_an_axis, without_nan, certified)}
