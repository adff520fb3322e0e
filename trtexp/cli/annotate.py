"""What is wrong with cases and files, as annotations at their places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trtexp.records.model import CaseRecord
from trtexp.report import github
from trtexp.spec.errors import SpecError


@contextmanager
def faults_annotated(commands: github.Commands | None) -> Iterator[None]:
    """Annotate the faults of files that are no experiments, where that is wanted, and go on raising them."""
    try:
        yield
    except SpecError as error:
        annotate_faults(commands, error)
        raise


def annotate_faults(commands: github.Commands | None, error: SpecError) -> None:
    """Annotate the faults of files, where that is wanted."""
    if commands is not None:
        remarks = [github.Remark(f.mark.file, f.mark.line, f.mark.column, f.told) for f in error.faults]
        commands.annotate("error", "not valid", remarks)


def remark(case: CaseRecord, where: str = "") -> github.Remark:
    """What is wrong with a case, at its place."""
    from trtexp.report.wording.cases import headline, problems  # a tenth of a second, for annotations alone

    said = next(iter(problems(case)), str(headline(case)))
    return github.Remark(case.place.file, case.place.line, case.place.column, f"{case.name}{where}: {said}")
