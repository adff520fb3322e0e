"""Bounded: a tensor of the reference with what is known of its error. Every bound is absolute and per element."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from trtexp.definition.network import Array
from trtexp.numerics.dtypes import F64, UNIT, Mask, decode, encode, held, lowest_bit
from trtexp.numerics.integers import RANGE


@dataclass(frozen=True, eq=False)
class Alternative:
    """Another legal value of some elements: `values` where `where` holds; what stands elsewhere means nothing."""

    values: np.ndarray
    where: Mask


@dataclass(frozen=True, eq=False)
class Bounded:
    """A tensor of the reference with what is known of its error; all arrays have the shape of `ref`.

    ref: the result on the inputs as the device sees them, float64, or int64 and exact for integers and bool. bound: B,
    no legal computation is further off. typical: T <= B, independent roundings. slack: what a literal may be off
    beside that: how far the author's decimals are from the device's inputs, and float64's own error, carried through.
    certified: no legal order rounds, the result must equal ref. undetermined: more than one value is legal, `ref` and
    those of `also`, each within the bound; anything where `also` has none. terms: M (sum of |terms|), n (number of
    terms) and S per element, for dot products. open: the data decide how many rows there are, in a way that nobody
    knows, so that even the shape is one of many.
    """

    dtype: str
    ref: np.ndarray
    bound: F64
    typical: F64
    slack: F64
    certified: Mask
    undetermined: Mask
    terms: tuple[F64, F64, F64] | None = None
    also: tuple[Alternative, ...] = ()
    open: bool = False

    def __post_init__(self) -> None:
        assert self.ref.dtype == (np.float64 if self.dtype in UNIT else np.int64), (self.dtype, self.ref.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.ref.shape

    @cached_property
    def exact(self) -> bool:
        """True if the value has no error and no element is undetermined."""
        return not (self.bound.any() or self.undetermined.any())

    @cached_property
    def anything(self) -> Mask:
        """The elements of which any value is legal."""
        if not self.also:
            return self.undetermined
        return self.undetermined & ~np.logical_or.reduce([other.where for other in self.also])

    @cached_property
    def transposed(self) -> Bounded:
        """The last two axes the other way round; kept, since a loop asks in every iteration."""
        made = moved(lambda part: np.swapaxes(part, -1, -2), self)
        return replace(made, ref=np.ascontiguousarray(made.ref))

    @cached_property
    def magnitude(self) -> F64:
        """No legal value is further from 0; kept like the next two, which sums of products ask of weights."""
        return np.abs(self.ref) + self.bound

    @cached_property
    def there(self) -> F64:
        """1 where a value may be other than 0."""
        return (self.magnitude != 0).astype(float)

    @cached_property
    def lowest(self) -> np.ndarray:
        """The exponents of the lowest bits of the values."""
        return lowest_bit(self.ref).astype(np.int32)

    def ends(self, kind: str = "bound") -> tuple[np.ndarray, np.ndarray]:
        """The least and the largest value within an error; those of integers stay in the range of their type."""
        error = getattr(self, kind)
        if self.dtype in UNIT:
            return self.ref - error, self.ref + error
        low, high = RANGE.get(self.dtype, (0, 1))
        step = np.minimum(error, 2.0**62).astype(np.int64)
        return (
            np.where(self.ref < low + step, low, self.ref - step),
            np.where(self.ref > high - step, high, self.ref + step),
        )

    def corners(self, kind: str) -> Sequence[np.ndarray]:
        """`ends`, or the value alone where it has no such error."""
        return self.ends(kind) if getattr(self, kind).any() else (self.ref,)


def exactly(values: np.ndarray, dtype: str) -> Bounded:
    """Values without any error."""
    return _exact(held(values, dtype), dtype)


def _exact(ref: np.ndarray, dtype: str) -> Bounded:
    zero, no, yes = (np.broadcast_to(one, ref.shape) for one in (np.zeros(()), np.zeros((), bool), np.ones((), bool)))
    return Bounded(dtype, ref, zero, zero, zero, yes, no)


def emptied(x: Bounded) -> Bounded:
    """What is left of a tensor whose values nobody asks for: its type, its shape, and whether one of them is NaN."""
    value = held(np.nan if x.dtype in UNIT and np.isnan(x.ref).any() else 0, x.dtype)
    return _exact(np.broadcast_to(value, x.shape), x.dtype)


def known(array: Array, decimals: np.ndarray | None = None) -> Bounded:
    """An input or weights array: no error; `decimals` are the numbers as their author wrote them."""
    made = exactly(decode(array), array.dtype)
    if decimals is None or array.dtype not in UNIT:
        return made
    with np.errstate(invalid="ignore"):
        return replace(made, slack=np.nan_to_num(np.abs(np.broadcast_to(decimals, made.shape) - made.ref)))


def attribute(value: float, dtype: str = "float32", narrow: str = "float32") -> Bounded:
    """A number of an attribute as the device has it, rounded to float32; as a decimal it may have been another.

    narrow: the type of a layer that may round it to that, too: a CLIP of half by 0.7 gives 0.70019531.
    """
    made = known(encode(value, dtype), np.asarray(value, dtype=np.float64))
    bound = np.abs(decode(encode(made.ref, narrow)).astype(np.float64) - made.ref)
    return replace(made, bound=bound, typical=bound, certified=made.certified & (bound == 0))


def moved(move: Callable[..., np.ndarray], *inputs: Bounded) -> Bounded:
    """Data movement: the error moves with the data and nothing is added; the dtype is that of the first input."""

    def part(name: str) -> np.ndarray:
        return move(*(getattr(x, name) for x in inputs))

    terms = inputs[0].terms if len(inputs) == 1 else None
    also = []
    for others in itertools.zip_longest(*(x.also for x in inputs)):
        pairs = list(zip(inputs, others, strict=True))
        values = move(*(x.ref if other is None else np.where(other.where, other.values, x.ref) for x, other in pairs))
        where = move(*(np.zeros(x.shape, bool) if other is None else other.where for x, other in pairs))
        also.append(Alternative(values, where))
    return Bounded(
        inputs[0].dtype,
        part("ref"),
        part("bound"),
        part("typical"),
        part("slack"),
        part("certified"),
        part("undetermined"),
        terms and (move(terms[0]), move(terms[1]), move(terms[2])),
        tuple(also),
    )


def settled(x: Bounded) -> Bounded:
    """The same without error where the certificate leaves none: what the next step of one layer starts from."""
    bound, typical = (np.where(x.certified, 0.0, error) for error in (x.bound, x.typical))
    return replace(x, bound=bound, typical=typical)
