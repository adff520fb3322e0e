"""The values of a network's tensors: each is computed once, when it is asked for, and given up after its last use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from trtexp.layers.base import Layer, LayerError, Tensors
from trtexp.layers.lifetimes import last_uses
from trtexp.numerics import Arithmetic, Bounded, Family, kept, leaves
from trtexp.numerics.bounded import emptied
from trtexp.numerics.budget import OF_A_STEP, Budget, OverBudget

PLENTY = 2**22  # elements of values, from which on large tensors are given up after their last use
LARGE = 2**12  # elements of a tensor that is worth it


class NodeError(ValueError):
    """A fault of one layer: its name, the place below it, and the message."""

    def __init__(self, layer: str, path: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.layer = layer
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        """How pickle makes it anew: an exception would give its text alone."""
        return NodeError, (self.layer, self.path, str(self))


class OpenShape(NodeError):
    """A tensor of which nobody knows how many elements it has; no fault, but nothing can be made of it."""


def owner_of(layer: Layer) -> str | None:
    """The loop or the conditional that a layer belongs to."""
    return None if layer.owner is None else str(getattr(layer, layer.owner))


class Values:
    """The tensors of one network by name; each is computed once, when it is asked for.

    Within an iteration of a loop the tensors that depend on it are computed anew; the others are those of `outer`.
    failed: the layers that have no values, each with the refusal that it depends on.
    """

    def __init__(
        self,
        layers: Mapping[str, Layer],
        weights: Mapping[str, Bounded],
        arithmetic: Arithmetic,
        known: Mapping[str, Bounded],
        budget: Budget,
        outer: Values | None = None,
        varying: frozenset[str] = frozenset(),
    ) -> None:
        self.layers, self.weights, self.arithmetic, self.budget = layers, weights, arithmetic, budget
        self.known = dict(known)
        self.failed: dict[str, NodeError] = {}
        self.leaving: dict[str, str] = {} if outer is None else outer.leaving
        self.elsewhere: dict[Family, list[NodeError]] = {} if outer is None else outer.elsewhere
        self._outer, self._varying = outer, varying
        if outer is None:
            self._makers = {tensor: name for name, layer in layers.items() for tensor in layer.output_tensors(name)}
            self._taken = {tensor for layer in layers.values() for _, tensor in layer.input_tensors().values()}
        else:  # a loop has many iterations
            self._makers, self._taken = outer._makers, outer._taken
        self._active: set[str] = set()
        self._iterations: dict[str, list[Tensors]] = {}
        self._elements, self.given_up = 0, set[str]()

    def once(self, loop: str, make: Callable[[], list[Tensors]]) -> list[Tensors]:
        if loop not in self._iterations:
            self._iterations[loop] = make()
        return self._iterations[loop]

    def inside(self, known: Mapping[str, Bounded], varying: frozenset[str]) -> Values:
        return Values(self.layers, self.weights, self.arithmetic, known, self.budget, self, varying)

    def value(self, tensor: str) -> Bounded:
        if tensor not in self.known:
            name = self._makers.get(tensor)
            if name is None or (self._outer is not None and name not in self._varying):
                if self._outer is None:
                    raise LayerError((), f"{tensor} has a value in an iteration alone, and this is asked for outside")
                return self._outer.value(tensor)
            self._make_ahead(name)
            self.make(name)
        assert tensor not in self.given_up, tensor
        if self.known[tensor].open:
            raise OpenShape(self._makers[tensor], (), f"nobody knows how many elements {tensor} has")
        return self.known[tensor]

    def _make_ahead(self, last: str) -> None:
        """Compute what a layer needs, the first things first, so that a long chain is no deep recursion. Layers that
        choose what they ask for are left to do so. Raises NodeError."""
        waiting, seen, needing = [last], {last}, set[str]()
        while waiting:
            ahead = [maker for maker in dict.fromkeys(self._needed(waiting[-1])) if maker not in seen]
            if ahead:
                needing.add(waiting[-1])
                seen |= set(ahead)
                waiting += ahead
            elif (name := waiting.pop()) != last and not self._has(name):
                try:
                    self.make(name)
                except NodeError as error:
                    self.failed.update((each, error) for each in waiting if each in needing)
                    raise

    def _has(self, name: str) -> bool:
        """Whether all outputs of a layer are there; never of one without any."""
        made = self.layers[name].output_tensors(name)
        return bool(made) and self.known.keys() >= set(made)

    def _needed(self, name: str) -> Iterator[str]:
        """The layers that make what a layer takes, of those that are still to be made here; none if it has failed."""
        layer = self.layers[name]
        if name not in self.failed and type(layer).pull is Layer.pull:
            for _, tensor in layer.input_tensors().values():
                maker = None if tensor in self.known else self._makers.get(tensor)
                if maker is not None and maker not in self._active and (not self._outer or maker in self._varying):
                    yield maker

    def codes(self, tensor: str) -> str | None:
        maker = self._makers.get(tensor)
        undone = None if maker is None else self.layers[maker].undoes()
        if undone in self.given_up:
            return self.known[undone].dtype
        return None if undone is None else self.value(undone).dtype

    def refused_by(self, layer: str, family: Family, error: LayerError) -> None:
        told = self.elsewhere.setdefault(family, [])
        if layer not in (each.layer for each in told):  # a loop asks again in every iteration
            told.append(NodeError(layer, error.path, str(error)))

    def make_all(self, wanted: Collection[str] | None = None) -> Iterator[NodeError]:
        """Compute all tensors that have one value; the refusals of those that have none. wanted: what is not given up
        after its last use, None for all."""
        sound = [layer for name, layer in self.layers.items() if name not in self.failed]
        hidden = {inner for layer in sound for inner in layer.hides(self.layers)}
        done: dict[str, list[str]] | None = None
        for place, name in enumerate(self.layers):
            if name not in hidden and name not in self.failed and not self._has(name):
                try:
                    self.make(name)
                except OpenShape:
                    pass
                except NodeError as error:
                    yield error
            if wanted is None or self._elements <= PLENTY:
                continue
            if done is None:  # it takes a look at all layers, which few networks are worth
                done = last_uses(self.layers, wanted)
                passed = list(self.layers)[:place]
                self.give_up(tensor for each in passed for tensor in done.get(each, ()))
            self.give_up(done.get(name, ()))

    def outputs(self, name: str) -> tuple[Bounded, ...]:
        """What a layer makes of its inputs as they are known now, whatever is known of its outputs.

        Raises NodeError."""
        self.make(name)
        return tuple(self.known[tensor] for tensor in self.layers[name].output_tensors(name))

    def forget(self, names: Iterable[str]) -> None:
        """Let go of tensors that nobody asks for any more, and of the iterations of loops."""
        for name in names:
            self._iterations.pop(name, None)
            self.known.pop(name, None)

    def give_up(self, names: Iterable[str]) -> None:
        """Keep of large tensors their type and shape alone, and nothing of loops."""
        for name in names:
            self._iterations.pop(name, None)
            if name in self.known and self.known[name].ref.size > LARGE:
                self.known[name] = emptied(self.known[name])
                self.given_up.add(name)

    def make(self, name: str) -> None:
        """Compute the outputs of a layer, or only check its inputs where it has no output. Raises NodeError."""
        layer = self.layers[name]
        if name in self._active:
            raise NodeError(name, (), "it needs its own result: a cycle that no recurrence breaks")
        self._active.add(name)
        try:
            failed = self.failed.get(name) or self.failed.get(owner_of(layer) or "")
            if failed is not None:
                raise failed
            made = layer.pull(name, self)
            self._elements += sum(y.ref.size for y in made)
            self.budget.keep(sum(y.ref.size for y in made), max(1, len(made)))
        except NodeError as error:
            self.failed[name] = error
            raise
        except LayerError as error:
            self._fail(name, NodeError(name, error.path, str(error)), bool(layer.output_tensors(name)))
            raise self.failed[name] from error
        except (MemoryError, RecursionError, ArithmeticError, ValueError) as error:
            self._fail(name, NodeError(name, (), _said(error)), bool(layer.output_tensors(name)))
            raise self.failed[name] from error
        finally:
            self._active.discard(name)
        tensors = layer.output_tensors(name)
        between = [(t, y) for t, y in zip(tensors, made, strict=True) if t in self._taken and leaves(y).any()]
        self.leaving.update((tensor, y.dtype) for tensor, y in between)
        made = tuple(kept(y) for y in made) if self.arithmetic.typed else made
        self.known.update(zip(tensors, made, strict=True))

    def check(self) -> Iterator[NodeError]:
        """The refusals of inputs that a layer does not have, and of what is wrong with the layers around it.

        What stands within a loop or a conditional takes that along, since it has no sense without it.
        """
        for name, layer in self.layers.items():
            error = _refused(name, layer, self.layers, self.budget)
            if error is None:
                continue
            owner = self.layers.get(owner_of(layer) or "")
            within = owner is not None and name in owner.hides(self.layers)
            self._fail(name, error, bool(layer.output_tensors(name)) and not within)
            self.failed.setdefault(error.layer, error)
            yield error

    def _fail(self, name: str, error: NodeError, apart: bool) -> None:
        """Keep why a layer has no values. apart: the loop or the conditional around it may have some without it."""
        self.failed[name] = error
        owner = owner_of(self.layers[name])
        if owner is not None and not apart:
            self.failed.setdefault(owner, error)


def _refused(name: str, layer: Layer, layers: Mapping[str, Layer], budget: Budget) -> NodeError | None:
    try:
        for index in layer.set_input:
            most = layer.most_inputs()
            if not 0 <= index < most:
                message = f"input {index} given; {layer.method} has {most or 'no'} inputs, from 0"
                raise LayerError(("set_input", index), message)
        if type(layer).check_network is not Layer.check_network:
            budget.spend("products", OF_A_STEP * len(layers))  # it looks at all of them
        layer.check_numbers()
        layer.check_network(name, layers)
    except LayerError as error:
        return NodeError(name, error.path, str(error))
    except NodeError as error:
        return error
    except OverBudget as error:
        return NodeError(name, (), str(error))
    return None


def _said(error: Exception) -> str:
    """What kept a reference from being computed."""
    match error:
        case OverBudget():
            return str(error)
        case MemoryError():
            return f"its reference does not fit into memory{f': {error}' if str(error) else ''}"
        case RecursionError():
            return "too many layers wait for one another"
    return f"its reference cannot be computed: {error or type(error).__name__}"
