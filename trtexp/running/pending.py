"""What runs left undecided: of each file and release the cases that were not as expected, in `.trtexp/pending`.

They are kept as a report is, with the sha256 of the YAML, the observed tensors exactly, the release and its GPU, below
a digest that takes the user's key, since `trtexp accept` writes them into experiments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from trtexp.errors import DamagedRecord
from trtexp.files.opening import files_below, remove
from trtexp.files.paths import meant, name_of
from trtexp.files.signing import Foreign, read_signed, write_signed
from trtexp.records.facts import OF_TRTEXP
from trtexp.records.files import format_of, load, to_json
from trtexp.records.model import FORMAT, CaseRecord, ReportRecord
from trtexp.running.plan import Plan
from trtexp.spec.requirement import Target

PURPOSE = "pending"


class Name(NamedTuple):
    """What tells one pending case from all others."""

    release: str
    file: str
    case: str


@dataclass(frozen=True)
class Pending:
    """A case that was not as expected, and the report that it belongs to."""

    report: ReportRecord
    case: CaseRecord

    @property
    def file(self) -> str:
        """The experiment file, as it was named when it was run."""
        return self.case.place.file

    @property
    def target(self) -> Target:
        """The release, as experiments tell releases apart."""
        release = self.report.release
        return Target(release.flavour, release.version or "0", release.compute_capability)

    @property
    def key(self) -> Name:
        return Name(self.report.release.name, self.file, self.case.name)

    @property
    def name(self) -> str:
        return f"{name_of(self.report.experiment)} / {self.case.name}"


def keep(folder: Path, name: str, report: ReportRecord) -> None:
    """Keep the cases of a run of which TensorRT gave something else than expected, and those of runs before that it did
    not select.

    name: of the file below its release, `layers/pooling`. Raises OSError.
    """
    path = _path(folder, report.release.name, name)
    run = {case.name for case in report.cases}
    cases = [case for case in report.cases if not case.as_expected and case.ending.kind not in OF_TRTEXP]
    with suppress(FileNotFoundError, Foreign, DamagedRecord):
        before = _load(path, folder)
        if (before.sha256, before.release) == (report.sha256, report.release):
            cases += [case for case in before.cases if case.name not in run]
    _write(path, report, cases)


def settle(folder: Path, done: Collection[Name], texts: Mapping[str, tuple[str, str]]) -> None:
    """Forget cases that are decided; a second time changes nothing. Raises OSError, DamagedRecord.

    texts: file -> sha256 of its old text and of its new one, which says nothing else about the other cases.
    """
    for path in _paths(folder):
        with suppress(Foreign):
            found = list(_read(path, folder))
            before, after = texts.get(found[0].file, ("", "")) if found else ("", "")
            if found and found[0].report.sha256 == before:
                report = found[0].report.model_copy(update={"sha256": after})
                _write(path, report, [one.case for one in found if one.key not in done])


def _write(path: Path, report: ReportRecord, cases: Sequence[CaseRecord]) -> None:
    if cases:
        write_signed(path, PURPOSE, to_json(report.model_copy(update={"cases": list(cases)})))
    else:
        remove(path)


def pending(folder: Path) -> Iterator[Pending]:
    """All that is undecided, in the order of releases, files and cases. Raises OSError, DamagedRecord."""
    for path in _paths(folder):
        with suppress(Foreign):
            yield from _read(path, folder)


def pending_after(folder: Path, plan: Plan, releases: Iterable[str]) -> Iterator[Pending]:
    """What a run of this plan left undecided. Raises OSError, DamagedRecord."""
    for path, file in ((_path(folder, release, file.kept), file) for release in releases for file in plan.files):
        with suppress(FileNotFoundError, Foreign):
            run = set(file.selected(plan.patterns))
            yield from (one for one in _read(path, folder) if one.case.name in run)


def _path(folder: Path, release: str, name: str) -> Path:
    return folder / release / f"{name}.json"


def _read(path: Path, folder: Path) -> Iterator[Pending]:
    report = _load(path, folder)
    yield from (Pending(report, case) for case in report.cases)


def _load(path: Path, folder: Path) -> ReportRecord:
    """Raises Foreign for what is not the user's own, DamagedRecord, OSError."""
    return load(path, folder, read_signed(path, PURPOSE))


def _paths(folder: Path) -> list[Path]:
    return files_below(folder, ".json")


def drop_other_formats(folder: Path) -> list[str]:
    """Delete what another trtexp kept in a format that this one does not read; a sentence for each file."""
    said = []
    for path in _paths(folder):
        with suppress(Foreign):
            found = format_of(read_signed(path, PURPOSE))
            if found not in (None, FORMAT):
                remove(path)
                what = f"dropped, since its record format is {found}, not {FORMAT}; run the experiment again"
                said.append(f"{path}: {what}")
    return said


def distinct(found: Sequence[Pending]) -> list[Pending]:
    """One entry for each wrong literal: what several backends say of it without a run on a GPU is said once, and not at
    all where a run says it."""
    run = {_literal(one) for one in found if one.report.release.backend == "run"}
    kept: dict[tuple[str, str], Pending] = {}
    for one in found:
        if (key := _literal(one)) is not None and one.report.release.backend != "run" and key not in run:
            kept.setdefault(key, one)
    only = list(kept.values())
    return [one for one in found if one.report.release.backend == "run" or _literal(one) is None or one in only]


def alike(found: Sequence[Pending], every: Iterable[Pending]) -> list[Pending]:
    """Those of all entries that are of the same literals as some, which no run says anything of."""
    keys = {_literal(one) for one in found} - {None}
    return [one for one in every if _literal(one) in keys and one.report.release.backend != "run"]


def _literal(one: Pending) -> tuple[str, str] | None:
    """The file and the case, if it is the literals alone that are wrong there."""
    return (one.file, one.case.name) if one.case.ending.kind in ("contradicted", "mismatch") else None


def selected(
    found: Sequence[Pending], files: Mapping[str, Sequence[str]] | None, patterns: Sequence[str], release: str | None
) -> list[Pending]:
    """Those of these files (None: of all), of which patterns may name the cases, with such names, on this release."""
    return [
        one
        for one in found
        if (files is None or one.file in files)
        and meant(one.case.name, patterns, () if files is None else files[one.file])
        and release in (None, one.report.release.name)
    ]
