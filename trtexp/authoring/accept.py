"""What a run observed -> edits of the experiment files that expected something else, or one reason a case why not."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from trtexp.authoring.advice import to_declare
from trtexp.definition.network import Array
from trtexp.judging.output import JudgedOutput, judge_output
from trtexp.numerics import UNIT, decode
from trtexp.numerics.format import number
from trtexp.numerics.origin import Origin
from trtexp.records.model import OutputRecord
from trtexp.records.tensors import tensor
from trtexp.report.wording.cases import headline, lost, problems
from trtexp.report.wording.outputs import form_fault
from trtexp.running.pending import Pending
from trtexp.spec.case import Case, Experiment
from trtexp.spec.errors import Fault, Mark, SpecError
from trtexp.spec.files import read_experiment
from trtexp.spec.load import read
from trtexp.spec.owners import Owners
from trtexp.spec.patterns import occurs
from trtexp.spec.requirement import Target
from trtexp.spec.source import SPECIAL, Edit, Source, leaves, quoted
from trtexp.spec.tree import Mapping, Node, Scalar

#: What is accepted only when it is named.
DOUBTFUL = ("nan", "inf", "error")


@dataclass(frozen=True)
class Accepted:
    """A file as it is and as it would be, and what would be written into it, a sentence each case."""

    path: Path
    before: str
    text: str
    said: tuple[str, ...]


def accept(found: Sequence[Pending], allowed: Collection[str]) -> list[Accepted]:
    """Take what was observed of these cases into their files. allowed: which of DOUBTFUL may be taken.

    Nothing is written here. Raises SpecError with one fault for each case that cannot be taken, OSError.
    """
    files: dict[str, list[Pending]] = {}
    for one in found:
        files.setdefault(one.file, []).append(one)
    accepted, faults = [], list[Fault]()
    for name, cases in files.items():
        try:
            accepted.append(_File(name, cases, allowed).accepted())
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(faults)
    return accepted


@dataclass
class _File:
    """One file, with the cases of it that are to be taken."""

    name: str
    cases: Sequence[Pending]
    allowed: Collection[str]
    faults: list[Fault] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    written: set[tuple[str, str]] = field(default_factory=set)

    def accepted(self) -> Accepted:
        path = Path(self.name)
        try:
            data = read_experiment(path, self.name)
        except FileNotFoundError as error:
            raise self._fault("", "the file no longer exists; delete its entry in .trtexp/pending") from error
        self.file = read(path, self.name, data)
        self._check_unchanged(data)
        self.source = Source(data.decode("utf-8"), self.name)
        self.owners = Owners(self.file, self.source)
        said = [self._case(one) for one in self.cases]
        if self.faults:
            raise SpecError(self.faults)
        text = self.source.changed(self.edits)
        self._check(text)
        return Accepted(path, data.decode("utf-8"), text, tuple(said))

    def _check_unchanged(self, data: bytes) -> None:
        """What was observed belongs to one text of the file, and each case to one release."""
        marks, digest = {name: mark for name, mark, _ in self.file.cases}, hashlib.sha256(data).hexdigest()
        for one in self.cases:
            releases = sorted(other.report.release.name for other in self.cases if other.case.name == one.case.name)
            if one.case.name not in marks:
                self.faults += self._fault(one.case.name, "there is no such case any more").faults
            elif one.report.sha256 != digest:
                self.faults += self._fault("", "changed since it was run; run it again, then accept").faults
            elif len(releases) > 1:
                what = f"pending on {' and '.join(releases)}; name one with --release"
                self.faults += self._fault(one.case.name, what, marks[one.case.name]).faults
        if self.faults:
            raise SpecError(self.faults)

    def _fault(self, case: str, message: str, mark: Mark | None = None) -> SpecError:
        return SpecError([Fault(mark or Mark(self.name, 1, 1), case, "", message)])

    def _refused(self, case: Case, message: str, mark: Mark | None = None) -> SpecError:
        return self._fault(case.name, message, mark or case.mark)

    def _case(self, one: Pending) -> str:
        """Plan the edits of a case; what they write, in words."""
        experiment = self.file.experiment(_target(one))
        case = next(case for case in experiment.cases if case.name == one.case.name)
        try:
            if one.report.release.backend == "reference":
                raise self._refused(case, "TensorRT was not run: there is nothing observed to accept")
            if one.case.message:
                return self._error(one, case)
            said = [text for output in one.case.outputs for text in self._output(one, case, output)]
            if not said:
                raise self._refused(case, _why_nothing(one))
            return f"{case.name}: {', '.join(said)}"
        except SpecError as error:
            self.faults += error.faults
            return ""

    def _output(self, one: Pending, case: Case, output: OutputRecord) -> Iterator[str]:
        expected = case.expected.get(output.name)
        if expected is None:
            return
        if output.actual is None:
            raise self._refused(case, lost(output.name), expected.mark)
        if output.actual.values is None:
            what = f"{output.name}: {output.elements} elements; so large a tensor is not kept"
            raise self._refused(case, what, expected.mark)
        actual = tensor(output.actual)
        judged = judge_output(case, output.name, actual, None)
        if judged.judged.faults:
            what = f"{output.name}: {'; '.join(map(form_fault, judged.judged.faults))}; accept changes numbers only"
            raise self._refused(case, what, expected.mark)
        pair = judged.judged.actual_expected
        if pair is None or pair.agrees:
            return
        places = [int(i) for i in np.flatnonzero(pair.bad)]
        values = self._values(case, output.name, judged)
        old = list(leaves(values))
        new = {i: self._number(case, judged, actual, i, old[i]) for i in places}
        self.edits += self.source.numbers(values, new)
        mapping = self.source.parents[id(values)][0][0]
        assert isinstance(mapping, Mapping)
        self.edits += self.source.keys(mapping, "values", _keys(_origin(one)))
        self.written.add((case.name, output.name))
        yield f"{output.name}: {len(new)} of {len(old)} numbers"
        reference = judged.judged.actual_reference
        if reference is not None and not reference.agrees and case.finding is None:
            yield "it still differs from the reference: say why with finding:"

    def _values(self, case: Case, output: str, judged: JudgedOutput) -> Node:
        """The literals of an expectation, in the source, if they are this case's own."""
        expected = judged.expected
        assert expected is not None and expected.made is not None
        made = expected.made.made
        if made is not None:
            what = f"{output}: its values are made by {made.generator}; write them as values to accept numbers"
            raise self._refused(case, what, expected.mark)
        return self._own(case, expected.mark, output, "values")

    def _own(self, case: Case, mark: Mark, *path: str) -> Node:
        """What stands below a case's `expect` at a path, if no other place or case has it, too."""
        try:
            return self.owners.own(case, *path)
        except ValueError as error:
            raise self._refused(case, str(error), mark) from error

    def _number(self, case: Case, judged: JudgedOutput, actual: Array, place: int, old: Scalar) -> str:
        """An observed element as YAML: the shortest digits that give its bits."""
        value = decode(actual).reshape(-1)[place]
        expected = judged.expected
        assert expected is not None
        if actual.dtype not in UNIT:
            whole = int(value)
            return str(bool(whole)).lower() if isinstance(old.value, bool) else str(whole)
        text = number(float(value), 0.0, "float64" if expected.exact_digits else actual.dtype)
        special = SPECIAL.get(text)
        if special is not None:
            self._allow(case, text.lstrip("-").lower(), f"{judged.name}: {text}", old.mark)
            return special
        start, end = self.source.place(old)
        pointed = "." in self.source.text[start:end] or text == "-0"
        return f"{text}.0" if pointed and re.fullmatch(r"-?\d+", text) else text

    def _allow(self, case: Case, kind: str, what: str, mark: Mark) -> None:
        if kind not in self.allowed:
            raise self._refused(case, f"{what} was observed; if that is right, say so with --allow {kind}", mark)

    def _error(self, one: Pending, case: Case) -> str:
        """Expect the refusal that came, in its phase and with its message."""
        record = one.case
        if (what := to_declare(one)) is not None:
            raise self._refused(case, what)
        if record.status != "failed" or record.phase is None:
            raise self._refused(case, f"{headline(record)}: accept takes numbers, and refusals with --allow error")
        self._allow(case, "error", f"an error in {record.phase}, {record.message!r},", case.mark)
        self.written.add((case.name, "error"))
        pattern = quoted(_pattern(record.message))
        if case.error is not None:
            old = self._own(case, case.place("expect", "error"), "error", case.error[0])
            assert isinstance(old, Scalar)
            start, end = self.source.place(old)
            phase = self.source.text.rindex(case.error[0], 0, start)
            self.edits += [Edit(phase, phase + len(case.error[0]), record.phase), Edit(start, end, pattern)]
        else:
            self.edits += self._new_error(case, f"{{{record.phase}: {pattern}}}")
        return f"{case.name}: the error in {record.phase}"

    def _new_error(self, case: Case, error: str) -> Iterator[Edit]:
        """Expect an error where none was expected; the values stay, and `trtexp review` says that no case uses them."""
        node: Node = self.source.tree
        for key in ("cases", case.name):
            if isinstance(node, Mapping) and key in node.keys:
                node = node.keys[key][1]
        new = {"expect": f"{{error: {error}}}"}
        if isinstance(node, Mapping) and isinstance(inner := node.keys.get("expect", (None, None))[1], Mapping):
            node, new = inner, {"error": error}
        if not isinstance(node, Mapping) or not node.keys or self.source.uses(node) > 1:
            raise self._refused(case, f"it has no mapping of its own; write by hand: expect: {{error: {error}}}")
        return self.source.keys(node, next(reversed(node.keys)), new)

    def _check(self, text: str) -> None:
        """Read the new text: what was accepted agrees, and nothing else has changed."""
        new = read(Path(self.name), self.name, text.encode("utf-8"))
        for one in self.cases:
            target = _target(one)
            if _others(new.experiment(target), self.written) != _others(self.file.experiment(target), self.written):
                raise self._fault(one.case.name, "accepting it would change another case; change it by hand")
            case = next(case for case in new.experiment(target).cases if case.name == one.case.name)
            if (case.name, "error") in self.written and not _expects(case, one):
                raise self._fault(case.name, "its error cannot be written in place; change it by hand")
            for output in one.case.outputs:
                if (case.name, output.name) in self.written and output.actual is not None:
                    pair = judge_output(case, output.name, tensor(output.actual), None).judged.actual_expected
                    if pair is None or not pair.agrees or case.expected[output.name].origin != _origin(one):
                        raise self._fault(case.name, f"{output.name}: its text cannot be edited; change it by hand")


def _others(experiment: Experiment, written: Collection[tuple[str, str]]) -> list[Any]:
    """All that an experiment says, but for the outputs that were written."""
    return [
        (
            (case.name, case.definition.hash, case.crash, case.unsupported, case.warnings, case.log),
            None if (case.name, "error") in written else case.error,
            {
                output: (made.shape, made.dtype, made.origin, made.note, made.tolerance, made.made and made.made.text)
                for output, made in case.expected.items()
                if (case.name, output) not in written
            },
        )
        for case in experiment.cases
    ]


def _expects(case: Case, one: Pending) -> bool:
    return case.error is not None and case.error[0] == one.case.phase and occurs(case.error[1], one.case.message)


def _why_nothing(one: Pending) -> str:
    """Why a case has no number to change; what differed when it was run may have been accepted from another release."""
    if any(output.actual_expected is not None and not output.actual_expected.agrees for output in one.case.outputs):
        return "what was observed is expected by now; run it again"
    return f"no number of it would change; what is wrong: {(*problems(one.case), headline(one.case))[0]}"


def _target(one: Pending) -> Target:
    release = one.report.release
    return Target(release.flavour, release.version or "0", release.compute_capability)


def _origin(one: Pending) -> Origin:
    return Origin("observed", one.report.release.name, one.report.release.gpu)


def _keys(origin: Origin) -> dict[str, str]:
    """The keys that say where observed numbers come from."""
    given = {"from": origin.kind, "release": origin.release, "gpu": origin.gpu}
    return {key: quoted(text) for key, text in given.items() if text}


def _pattern(message: str) -> str:
    """A regular expression that the first line of a message meets, wherever it stands in TensorRT's source."""
    first = next((line.strip() for line in message.splitlines() if line.strip()), "")
    escaped = re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", first)
    return "".join(c if c.isprintable() else "." for c in re.sub(r"(?<=::)\d+", r"\\d+", escaped))
