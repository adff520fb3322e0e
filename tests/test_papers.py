"""The papers of the project name what is there: files, rooms, versions, and commands of CI."""

import re
import sys
from dataclasses import asdict

import pytest
import yaml
from rooms_contract import PACKAGE, read
from test_readme import PAPERS, ROOT, sections

import trtexp
from trtexp.numerics.budget import Limits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ALL = [*PAPERS, ROOT / "CHANGELOG.md"]
EACH_PAPER = pytest.mark.parametrize("paper", ALL, ids=lambda paper: str(paper.relative_to(ROOT)))
NAMED = re.compile(r"\b(?:trtexp|tests|experiments|reports)/[\w/.-]+\.(?:py|yaml|md|json)\b")


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def anchors(text):
    """The anchors that GitHub gives the headings of a text."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@EACH_PAPER
def test_every_link_of_a_paper_leads_somewhere(paper):
    text = paper.read_text(encoding="utf-8")
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text):
        target = paper.parent / path if path else paper
        assert target.exists(), path
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), anchor


@EACH_PAPER
def test_every_file_that_a_paper_names_is_there_or_written_by_it(paper):
    text = paper.read_text(encoding="utf-8")
    written = {block.given for blocks in sections(text).values() for block in blocks}
    assert {name for name in NAMED.findall(text) if not (ROOT / name).exists()} <= written


def test_the_table_of_rooms_says_what_the_contract_says():
    (contract,) = (c for c in project()["tool"]["importlinter"]["contracts"] if c["type"] == "rooms")
    stated = {
        room: {name.removeprefix(f"{PACKAGE}.") for name in names} for room, names in map(read, contract["rooms"])
    }
    text = (ROOT / "trtexp" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \|([^|]*)\|$", text, re.MULTILINE)
    shown = {room: set(" ".join(re.findall("`([^`]*)`", names)).split()) for room, names in rows}
    assert shown == stated
    assert list(shown) == list(stated)


def test_each_step_of_ci_is_a_script_or_a_verb_of_the_project():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    commands = [step["run"] for step in steps if "run" in step]
    targets = set(re.findall(r"^([\w./$()-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    verbs = {f"make {target.replace('$(VENV)', '.venv')}" for target in targets}
    assert commands
    assert [c for c in commands if c not in verbs and not (ROOT / c).is_file()] == []
    assert [step["uses"] for step in steps if "uses" in step and not re.search(r"@v\d+$", step["uses"])] == []


def test_ci_runs_on_each_python_that_the_package_names():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    jobs = workflow["jobs"]["check"]["strategy"]["matrix"]["include"]
    names = re.findall(r"Python :: (3\.\d+)", " ".join(project()["project"]["classifiers"]))
    assert [job["python"] for job in jobs if not job.get("experimental")] == names
    assert project()["project"]["requires-python"] == f">={names[0]}"
    assert all((ROOT / job["constraint"]).is_file() for job in jobs if "constraint" in job)


def test_the_newest_version_of_the_changelog_is_that_of_the_package():
    versions = re.findall(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == trtexp.__version__
    assert versions == sorted(versions, reverse=True)


def test_the_limits_of_a_file_are_those_that_the_security_page_states():
    text = (ROOT / ".github" / "SECURITY.md").read_text(encoding="utf-8")
    stated = re.findall(r"^\| `(\w+)` \| (?:(\d+)\^)?(\d+) \|", text, re.MULTILINE)
    assert {name: int(base or 1) ** int(n) if base else int(n) for name, base, n in stated} == asdict(Limits())


def test_the_readme_fits_on_a_screen_or_three():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) < 900
