"""Reports on disk: whole old files or whole new ones, and nothing touched that has not changed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from trtexp.records.diff import diff
from trtexp.records.model import ReportRecord, to_json
from trtexp.report.diff import compared, render_diff
from trtexp.report.findings import render_findings
from trtexp.report.markdown import page_name, render
from trtexp.report.matrix import ApiColumn, render_matrix


def write(report: ReportRecord, folder: Path) -> tuple[Path, Path]:
    """Write `<folder>/<release>/<name>.json` and `.md`; `folder` is the project's `reports`. Raises OSError."""
    base = folder / report.release.name / page_name(report.experiment)
    record, page = base.with_name(base.name + ".json"), base.with_name(base.name + ".md")
    text = render(report)
    replace(record, to_json(report))
    replace(page, text)
    return record, page


def overviews(
    reports: Sequence[ReportRecord],
    folder: Path,
    apis: Sequence[ApiColumn] = (),
    changed: Collection[str] | None = None,
) -> dict[Path, str]:
    """The pages of several releases: the matrix, the findings, and the diffs that are kept and have their records.

    changed: releases with new records; only their diffs are made. None: all.
    """
    releases: dict[str, list[ReportRecord]] = {}
    for report in reports:
        releases.setdefault(report.release.name, []).append(report)
    kept = {page: names for page, names in compared(folder).items() if releases.keys() >= set(names)}
    stale = {page: names for page, names in kept.items() if changed is None or set(names) & set(changed)}
    pages = {page: render_diff(diff(*(releases[name] for name in names))) for page, names in stale.items()}
    pages[folder / "FINDINGS.md"] = render_findings(reports)
    return pages | {folder / "README.md": render_matrix(list(reports), list(kept.values()), apis)}


def replace(path: Path, text: str) -> bool:
    """Make this text the file's content; True if the file changed. Raises OSError, with the old file left whole."""
    data = text.encode("utf-8")
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _swap(path, data)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{path}: cannot be written: {reason}; the old file, if any, is unchanged"
        raise OSError(error.errno, message) from error
    return True


def _swap(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def stale(folder: Path, names: Collection[str]) -> list[Path]:
    """The .json and .md files of one release's folder that no experiment makes; names as `page_name` gives them."""
    found = (path for path in folder.rglob("*") if path.suffix in (".json", ".md"))
    return sorted(path for path in found if path.relative_to(folder).with_suffix("").as_posix() not in names)
