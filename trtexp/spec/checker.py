"""One merged tree of a file, and the faults that are found in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trtexp.numerics.budget import Budget
from trtexp.spec.errors import Fault, SpecError
from trtexp.spec.slips import example
from trtexp.spec.translate import Path as KeyPath
from trtexp.spec.translate import translate
from trtexp.spec.tree import Mapping, find, plain


class Checker:
    """Gathers the faults of a case, until there are enough. folder: that of its file; budget: of all its cases."""

    def __init__(self, folder: Path, name: str, tree: Mapping, budget: Budget) -> None:
        self.folder, self.name, self.tree, self.budget = folder, name, tree, budget
        self.faults: list[Fault] = []

    def value(self, key: str) -> Any:
        """What the file says under one of its outer keys; None if that is left out or removed."""
        return plain(self.tree.keys[key][1]) if key in self.tree.keys else None

    def fault(self, path: KeyPath, message: str, key: bool = False) -> None:
        key_mark, value_mark = find(self.tree, path)
        shown = ".".join(str(part) for part in path if part != "network")
        self.faults.append(Fault(key_mark if key else value_mark, self.name, shown, message))
        if self.budget.over or len(self.faults) > self.budget.limits.faults:
            raise SpecError(self.faults, self.budget.limits.faults)  # enough is known

    def stop_at_faults(self) -> None:
        if self.faults:
            raise SpecError(self.faults)

    def validate(self, model: Any, data: Any, place: KeyPath) -> Any:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for path, key, message in translate(error, model, data):
                self.fault((*place, *path), message, key)
            return None

    def group(self, key: str) -> Mapping:
        """A mapping of the experiment, empty if it is left out."""
        node = self.tree.keys.get(key, (None, None))[1]
        if node is None or isinstance(node, Mapping):
            return node or Mapping(self.tree.mark)
        self.fault((key,), f"give a mapping, {example(key)}")
        return Mapping(node.mark)
