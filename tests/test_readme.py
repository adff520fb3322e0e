"""The READMEs and CONTRIBUTING say what is so: their experiments are valid, their consoles show what is printed.

The fence of a block says what becomes of it:
`console`: its commands are run, and all that they print is compared with what is shown; `…` stands for anything.
`yaml`, `yaml FILE`: an experiment, which is validated. `yaml part`: examples of the reference, which
tests/spec/test_reference.py validates.
`text FILE`: lines of that file, in its order; spaces and rules may be of other lengths.
`python FILE`: written to that file. `diff`: applied. `sh`, `text` alone: left alone.
The blocks of one section share a copy of the project, in which they are taken from top to bottom.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("experiments", "reports", "trtexp", "tests")
PAPERS = [ROOT / "README.md", *(ROOT / name / "README.md" for name in FOLDERS), *ROOT.glob(".github/*.md")]
COPIED = ("trtexp", "experiments", "tests", "reports", "pyproject.toml")
BLOCK = re.compile(r"^```(\w+) ?(.*)\n((?s:.*?))^```$|^## (.+)$", re.MULTILINE)
LEFT_ALONE = (("text", ""), ("yaml", "part"))
CHECKED = ("console", "yaml", "text", "python", "diff")


@dataclass(frozen=True)
class Block:
    """A fenced block. kind: the language; given: the rest of the line that opens it; line: where its text begins."""

    kind: str
    given: str
    text: str
    line: int


def sections(text):
    """{heading: the blocks below it that are checked}"""
    found, heading = {}, "top"
    for match in BLOCK.finditer(text):
        kind, given, body, below = match.groups()
        if below:
            heading = below
        elif kind in CHECKED and (kind, given) not in LEFT_ALONE:
            line = text.count("\n", 0, match.start(3)) + 1
            found.setdefault(heading, []).append(Block(kind, given, body, line))
    return found


def differences(block, project):
    """Do what a block says in a project; how what comes of it differs from what is shown, a text each."""
    match block.kind:
        case "python":
            (project / block.given).write_text(block.text, encoding="utf-8")
        case "diff":
            apply(block.text, project)
        case "yaml":
            name = block.given or "experiment.yaml"
            (project / name).write_text(block.text, encoding="utf-8")
            yield from run(f"trtexp validate --quiet {name}", "", project)
        case "text":
            lines = map(collapsed, (project / block.given).read_text(encoding="utf-8").splitlines())
            if missing := [line for line in block.text.splitlines() if collapsed(line) not in lines]:
                yield f"{block.given} has no such line, or not in this order: {missing[0]}"
        case "console":
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
                yield from run(command, shown, project)


def run(command, shown, project):
    """Run a command; what it prints, if that is not what is shown."""
    kept = {name: value for name, value in os.environ.items() if not re.match("CI$|GITHUB_|PYTEST_|TRTEXP_", name)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    environment = kept | {"PATH": path, "PYTHONPATH": str(project), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    if not pattern(shown).fullmatch(done.stdout.rstrip()):
        yield f"$ {command}\nprints (exit code {done.returncode})\n{done.stdout}\ninstead of\n{shown}"


def pattern(shown):
    return re.compile("(?s:.*?)".join(map(re.escape, shown.rstrip().split("…"))))


def collapsed(line):
    return re.sub("--+", "--", " ".join(line.split()))


def apply(diff, project):
    """Apply a unified diff whose hunks need no line numbers: what stands before a change must stand there once."""
    path = project / re.search(r"^\+\+\+ (.+)$", diff, re.MULTILINE)[1]
    text = path.read_text(encoding="utf-8")
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE)[1:]:
        before, after = ("".join(re.findall(rf"^[ {sign}](.*\n)", hunk, re.MULTILINE)) for sign in "-+")
        assert text.count(before) == 1, f"{path.name} has {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path):
    """A copy of what commands read and write."""
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, tmp_path / name)
    return tmp_path


EACH_SECTION = [
    pytest.param(paper, blocks, id=f"{paper.relative_to(ROOT)}: {heading}")
    for paper in PAPERS
    for heading, blocks in sections(paper.read_text(encoding="utf-8")).items()
]


@pytest.mark.parametrize(("paper", "blocks"), EACH_SECTION)
def test_what_a_paper_shows_is_so(paper, blocks, project):
    wrong = [
        f"{paper.relative_to(ROOT)}:{block.line}: {text}" for block in blocks for text in differences(block, project)
    ]
    assert not wrong, "\n\n".join(wrong)


PAPER = """\
# Title
```console
$ echo one; echo two >&2
one
two
$ true
```
## Section
```text
$ left alone
```
```yaml part
x: {}
```
```python made.py
print("made")
```
```diff
--- made.py
+++ made.py
@@ the only line @@
-print("made")
+print("changed")
```
```console
$ python made.py
ch…d
```
"""


def test_blocks_are_taken_by_section_and_done_in_order(tmp_path):
    taken = sections(PAPER)
    assert {name: [block.kind for block in blocks] for name, blocks in taken.items()} == {
        "top": ["console"],
        "Section": ["python", "diff", "console"],
    }
    assert [text for blocks in taken.values() for block in blocks for text in differences(block, tmp_path)] == []


@pytest.mark.parametrize(("excerpt", "told"), [("a b\n| --- |\nd\n", 0), ("d\na b\n", 1), ("e\n", 1), ("a\n", 1)])
def test_an_excerpt_has_the_lines_of_its_file_in_their_order(excerpt, told, tmp_path):
    (tmp_path / "page.md").write_text("a  b\nc\n| ------ |\nd\n", encoding="utf-8")
    assert len(list(differences(Block("text", "page.md", excerpt, 1), tmp_path))) == told


@pytest.mark.parametrize("shown", ["", "other\n", "one\n", "one\ntwo\nthree\n", "…one\n"])
def test_a_console_that_shows_something_else_is_told(shown, tmp_path):
    (told,) = differences(Block("console", "", f"$ echo one; echo two\n{shown}", 1), tmp_path)
    assert told.startswith("$ echo one; echo two\nprints (exit code 0)\none\ntwo\n")


def test_an_experiment_that_is_not_valid_is_told(tmp_path):
    (told,) = differences(Block("yaml", "e.yaml", "title: t\n", 1), tmp_path)
    assert "e.yaml:1:1" in told
