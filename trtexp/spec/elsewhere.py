"""What is valid where no release is known, and yet refused by the rules of some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trtexp.numerics import FAMILIES, Family
from trtexp.spec.case import Experiment
from trtexp.spec.errors import Fault, SpecError
from trtexp.spec.load import ExperimentFile
from trtexp.spec.requirement import Target

#: A release of each family, the newest whose rules are known.
RELEASE_OF: Mapping[Family, Target] = {
    "tensorrt<10": Target("tensorrt", "8.6.0"),
    "tensorrt>=10": Target("tensorrt", "10.16"),
    "tensorrt-rtx": Target("tensorrt-rtx", "1.7.1"),
}


def refused_elsewhere(file: ExperimentFile, experiment: Experiment) -> Iterator[tuple[Family, Fault]]:
    """The faults of a file that it has for the releases of a family alone, as a run on them tells them.

    experiment: the file for the reference, whose layers told which families may refuse something: only these are asked.
    """
    asked = {family for case in experiment.cases for family in case.evaluation().elsewhere}
    for family in (family for family in FAMILIES if family in asked):
        try:
            file.unmade().experiment(RELEASE_OF[family])
        except SpecError as error:
            yield from ((family, fault) for fault in error.faults)
