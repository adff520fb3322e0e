"""Files that helpers read: the same cases, the same bytes."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BASE, EACH_FILE, FILES

from trtexp.judging.case import record_case
from trtexp.running.backends import REFERENCE, Backend
from trtexp.running.helpers import Helpers
from trtexp.running.plan import plan_files
from trtexp.running.prepare import prepare
from trtexp.spec.requirement import Target

ROOT = Path(__file__).parents[2]
RUN = """
import os, sys
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:int(sys.argv[1])])
from trtexp.running import helpers as parallel
cores = parallel.cores
parallel.cores = lambda: cores() if cores() == 1 else 4
from trtexp.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


@EACH_FILE
def test_a_case_survives_the_way_from_a_helper(path):
    (planned,) = plan_files([path], Helpers()).files
    made = prepare(planned, "experiments/e.yaml", (), Backend(REFERENCE).target, REFERENCE, None)
    back = pickle.loads(pickle.dumps(made))
    assert (back.head, [key for _, key in back.cases]) == (made.head, [key for _, key in made.cases])
    pairs = [(case, same) for (case, _), (same, _) in zip(made.cases, back.cases, strict=True)]
    assert all(same.definition.canonical == case.definition.canonical for case, same in pairs)
    assert all(record_case(same, None) == record_case(case, None) for case, same in pairs[::5])


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one processor: there are no helpers")
def test_helpers_write_the_same_reports(tmp_path):
    files = [str(path) for path in FILES if path.stem in ("padding", "groups", "crash", "shuffle", "slice")]
    files += [str(path) for path in FILES if path.stem in ("topk", "loop", "nms")]
    assert len(files) > 4
    for cores in (1, 2):
        words = ["run", *files, "--backend", "reference", "--reports", str(tmp_path / str(cores) / "reports")]
        command = [sys.executable, "-c", RUN, str(cores), *words]
        done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
        assert done.returncode == 0
    one, two = (
        {path.relative_to(tmp_path / cores): path.read_bytes() for path in (tmp_path / cores / "reports").rglob("*.*")}
        for cores in "12"
    )
    assert len(one) > 2 * len(files) and one == two


def test_few_files_are_parsed_once_and_hold_no_cases(tmp_path, monkeypatch):
    paths = [tmp_path / f"{n}.yaml" for n in range(5)]
    for path in paths:
        path.write_text(BASE, encoding="utf-8")
    (one,) = plan_files(paths[:1], Helpers()).files
    monkeypatch.setattr("trtexp.running.plan.read", None)
    first = prepare(one, "experiments/e.yaml", (), Target("tensorrt", "8.6.0"), REFERENCE, None)
    assert (
        prepare(one, "experiments/e.yaml", (), Target("tensorrt", "8.6.0"), REFERENCE, None).cases[0][0]
        is not first.cases[0][0]
    )
    monkeypatch.undo()
    assert {file.parsed for file in plan_files(paths, Helpers()).files} == {None}
