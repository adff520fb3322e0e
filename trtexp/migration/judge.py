"""One case against the API of one release."""

from __future__ import annotations

from dataclasses import dataclass

from trtexp.definition.network import PRECISION_FLAGS
from trtexp.definition.steps import DEFAULT_ARGUMENTS, written
from trtexp.migration.releases.api import Release
from trtexp.migration.releases.needs import Missing, lacks
from trtexp.spec.case import Case
from trtexp.spec.errors import Mark
from trtexp.spec.load import ExperimentFile
from trtexp.spec.requirement import Target


@dataclass(frozen=True)
class Lack:
    """A name that the release lacks, or an argument that it demands, and the place in the file that is about it.

    given: what trtexp gives for a demanded argument.
    """

    name: str
    mark: Mark
    demanded: bool
    given: str | None = None


@dataclass(frozen=True)
class Judged:
    """What the release lacks of a case.

    declared: the case expects just that. contradiction: what the case declares and the API says otherwise.
    adapted: what the engine makes up for, see engine/differences.py.
    """

    case: str
    mark: Mark
    lacks: tuple[Lack, ...]
    adapted: tuple[Lack, ...]
    declared: bool
    contradiction: str | None

    @property
    def as_expected(self) -> bool:
        return self.contradiction is None and (self.declared or not self.lacks)


def judge_file(file: ExperimentFile, release: Release) -> list[Judged]:
    """The cases as they are for this release. Raises SpecError."""
    return [judge(case, release) for case in file.experiment(Target(release.flavour, release.version)).cases]


def judge(case: Case, release: Release) -> Judged:
    """A case that is already what it is for this release."""
    found, adapted, refused = list[Lack](), list[Lack](), list[bool]()
    for missing in lacks(case.definition, release):
        default = DEFAULT_ARGUMENTS.get(missing.path[-2], {}).get(missing.path[-1])
        given = written(default) if missing.demanded and default is not None else None
        lack = Lack(missing.name, place(case, missing.path), missing.demanded, given)
        left_out = default is not None and missing.value == default
        if given or left_out or _is_precision(missing, release):
            adapted.append(lack)
        else:
            found.append(lack)
            refused.append(missing.demanded or _comes_after(missing, case))
    declared = bool(found) and (
        case.unsupported == found[0].name or (refused[0] and case.unsupported is None and case.error is not None)
    )
    contradiction = None if declared or case.unsupported is None else _contradiction(case.unsupported, found, release)
    return Judged(case.name, case.mark, tuple(found), tuple(adapted), declared, contradiction)


def place(case: Case, path: tuple[str, ...]) -> Mark:
    """Where in the file a definition's call, assignment, array or option stands."""
    if path[0] != "network":
        return case.place(*path)
    _, name, member, *rest = path
    layer = case.layers.get(name)
    if layer is not None and layer.method == member:
        return case.place("network", name, layer.word, *rest)
    return case.place("network", name, member) if member == "set_input" else case.place("network", name, "set", member)


def _comes_after(missing: Missing, case: Case) -> bool:
    """Whether it is an attribute, of a layer that the release may refuse to make before it is asked for."""
    attribute = missing.path[0] == "network" and missing.name.endswith(f".{missing.path[-1]}")
    return attribute and case.error is not None and case.error[0] == "define"


def _is_precision(missing: Missing, release: Release) -> bool:
    """A flag that allows a precision, where the network alone decides: the engine leaves it out."""
    enum, _, flag = missing.name.partition(".")
    return enum == "BuilderFlag" and flag in PRECISION_FLAGS and not release.has("BuilderFlag.FP16")


def _contradiction(declared: str, found: list[Lack], release: Release) -> str | None:
    if not found:
        if declared.startswith("plugin "):  # what the plugin library holds is no part of the API
            return None
        return f"declares {declared} as unsupported, and {release.name} has all that the case needs"
    if any(lack.name == declared for lack in found):
        return f"declares {declared} as unsupported, and TensorRT meets {found[0].name} first; declare that"
    has = "has" if release.has(declared) else "is not asked for"
    return f"declares {declared} as unsupported, which {release.name} {has}; it lacks {found[0].name}; declare that"
