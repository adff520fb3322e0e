"""What a run observed -> edits of the experiment files that expected something else, or one reason a case why not."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from trtexp.authoring.declare import to_declare
from trtexp.authoring.numbers import derived, observed, places
from trtexp.authoring.refusals import expects, refusal_pattern, why_nothing
from trtexp.authoring.unchanged import others
from trtexp.definition.network import Array
from trtexp.judging.output import JudgedOutput, judge_output
from trtexp.numerics.origin import Origin
from trtexp.records.model import OutputRecord
from trtexp.records.tensors import tensor
from trtexp.report.wording.cases import headline, lost
from trtexp.report.wording.outputs import form_fault
from trtexp.running.pending import Pending
from trtexp.spec.case import Case
from trtexp.spec.errors import Fault, Mark, SpecError
from trtexp.spec.files import read_experiment
from trtexp.spec.load import read
from trtexp.spec.owners import Owners
from trtexp.spec.source import SPECIAL, Edit, Source, leaves, quoted
from trtexp.spec.tree import Mapping, Node, Scalar

#: What is accepted only when it is named.
DOUBTFUL = ("nan", "inf", "error")

#: Whose numbers are taken: those that TensorRT gave, or those of the float64 reference.
Side = Literal["device", "reference"]


@dataclass(frozen=True)
class Accepted:
    """A file as it is and as it would be, and what would be written into it, a sentence each case."""

    path: Path
    before: str
    text: str
    said: tuple[str, ...]


def accept(found: Sequence[Pending], allowed: Collection[str], side: Side = "device") -> list[Accepted]:
    """Take what was observed of these cases, or what the reference gives, into their files. allowed: which of DOUBTFUL
    may be taken.

    Nothing is written here. Raises SpecError with one fault for each case that cannot be taken, OSError.
    """
    files: dict[str, list[Pending]] = {}
    for one in found:
        files.setdefault(one.file, []).append(one)
    accepted, faults = [], list[Fault]()
    for name, cases in files.items():
        try:
            accepted.append(_File(name, cases, allowed, side).accepted())
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
    side: Side
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
        experiment = self.file.experiment(one.target)
        case = next(case for case in experiment.cases if case.name == one.case.name)
        try:
            if one.report.release.backend == "reference" and self.side == "device":
                what = "TensorRT was not run: there is nothing observed to accept"
                raise self._refused(case, f"{what}; --from reference takes the reference's numbers")
            if one.case.message:
                return self._error(one, case)
            said = [text for output in one.case.outputs for text in self._output(one, case, output)]
            if not said:
                raise self._refused(case, why_nothing(one))
            return f"{case.name}: {', '.join(said)}"
        except SpecError as error:
            self.faults += error.faults
            return ""

    def _output(self, one: Pending, case: Case, output: OutputRecord) -> Iterator[str]:
        expected = case.expected.get(output.name)
        if expected is None:
            return
        judged = judge_output(case, output.name, self._actual(case, output, expected.mark), None)
        if judged.judged.faults:
            what = f"{output.name}: {'; '.join(map(form_fault, judged.judged.faults))}; accept changes numbers only"
            raise self._refused(case, what, expected.mark)
        wrong = self._wrong(judged)
        if not wrong:
            return
        wrong = sorted({*wrong, *self._wrong(self._as_written(one, case, judged))})
        values = self._values(case, output.name, judged)
        old = list(leaves(values))
        style = places(self._text(leaf) for i, leaf in enumerate(old) if i not in wrong or len(wrong) == len(old))
        new = {i: self._number(case, judged, i, old[i], style) for i in wrong}
        self.edits += self.source.numbers(values, new)
        mapping = self.source.parents[id(values)][0][0]
        assert isinstance(mapping, Mapping)
        origin = self._origin(one)
        self.edits += self.source.keys(mapping, "values", _keys(origin))
        self.edits += self.source.without(mapping, {"release", "gpu"} - _keys(origin).keys())
        self.written.add((case.name, output.name))
        yield f"{output.name}: {len(new)} of {len(old)} numbers"
        reference = judged.judged.actual_reference
        if reference is not None and not reference.agrees and case.finding is None:
            yield "it still differs from the reference: say why with finding:"

    def _actual(self, case: Case, output: OutputRecord, mark: Mark) -> Array | None:
        """What came of an output, if that is what is taken."""
        if self.side == "reference":
            return None
        if output.actual is None:
            raise self._refused(case, lost(output.name), mark)
        if output.actual.values is None:
            what = f"{output.name}: {output.elements} elements; so large a tensor is not kept"
            raise self._refused(case, what, mark)
        return tensor(output.actual)

    def _as_written(self, one: Pending, case: Case, judged: JudgedOutput) -> JudgedOutput:
        """An output as it is judged once its file says where its numbers come from, which allows them more or less."""
        assert judged.expected is not None
        expected = replace(judged.expected, origin=self._origin(one))
        case = replace(case, expected={**case.expected, judged.name: expected})
        return judge_output(case, judged.name, judged.actual, None)

    def _wrong(self, judged: JudgedOutput) -> list[int]:
        """The literals that are not what is taken: those that it contradicts, and those that the reference contradicts
        while it agrees with the device."""
        found = judged.judged
        pairs = [found.expected_reference if self.side == "reference" else found.actual_expected]
        if self.side == "device" and found.actual_reference is not None and found.actual_reference.agrees:
            pairs.append(found.expected_reference)
        bad = [pair.bad for pair in pairs if pair is not None and not pair.agrees]
        return [int(i) for i in np.flatnonzero(np.logical_or.reduce(bad))] if bad else []

    def _origin(self, one: Pending) -> Origin:
        """Where the numbers come from, as the file will say."""
        release = one.report.release
        return Origin("derived") if self.side == "reference" else Origin("observed", release.name, release.gpu)

    def _text(self, leaf: Scalar) -> str:
        start, end = self.source.place(leaf)
        return self.source.text[start:end]

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

    def _number(self, case: Case, judged: JudgedOutput, place: int, old: Scalar, style: int | None) -> str:
        """An element as YAML: as it was observed, or as the reference gives it. style: see `derived`."""
        expected, reference, given = judged.expected, judged.judged.reference, self._text(old)
        assert expected is not None
        try:
            if judged.actual is not None:
                text = observed(judged.actual, place, expected.exact_digits, given)
            else:
                assert reference is not None
                text = derived(reference, place, expected.exact_digits, style, given)
        except ValueError as error:
            raise self._refused(case, f"{judged.name}: {error}; write the one that is meant", old.mark) from error
        if text in SPECIAL.values():
            seen = "was observed" if judged.actual is not None else "is the reference's value"
            spoken = next(name for name, yaml in SPECIAL.items() if yaml == text)
            self._allow(case, spoken.lstrip("-").lower(), f"{judged.name}: {spoken} {seen}", old.mark)
        return text

    def _allow(self, case: Case, kind: str, what: str, mark: Mark) -> None:
        if kind not in self.allowed:
            raise self._refused(case, f"{what}; if that is right, say so with --allow {kind}", mark)

    def _error(self, one: Pending, case: Case) -> str:
        """Expect the refusal that came, in its phase and with its message."""
        record = one.case
        if (what := to_declare(one)) is not None:
            raise self._refused(case, what)
        if record.status != "failed" or record.phase is None or self.side == "reference":
            what = "numbers alone" if self.side == "reference" else "numbers, and refusals with --allow error"
            raise self._refused(case, f"{headline(record)}: accept takes {what}")
        self._allow(case, "error", f"an error in {record.phase}, {record.message!r}, was observed", case.mark)
        self.written.add((case.name, "error"))
        pattern = quoted(refusal_pattern(record.message))
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
            target = one.target
            if others(new.experiment(target), self.written) != others(self.file.experiment(target), self.written):
                raise self._fault(one.case.name, "accepting it would change another case; change it by hand")
            case = next(case for case in new.experiment(target).cases if case.name == one.case.name)
            if (case.name, "error") in self.written and not expects(case, one):
                raise self._fault(case.name, "its error cannot be written in place; change it by hand")
            for output in one.case.outputs:
                if (case.name, output.name) in self.written:
                    expected = case.expected[output.name]
                    judged = judge_output(case, output.name, self._actual(case, output, expected.mark), None)
                    if self._wrong(judged) or expected.origin != self._origin(one):
                        raise self._fault(case.name, f"{output.name}: its text cannot be edited; change it by hand")


def _keys(origin: Origin) -> dict[str, str]:
    """The keys that say where observed numbers come from."""
    given = {"from": origin.kind, "release": origin.release, "gpu": origin.gpu}
    return {key: quoted(text) for key, text in given.items() if text}
