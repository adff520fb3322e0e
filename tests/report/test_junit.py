"""JUnit XML: valid against its schema, whatever the records hold."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from report_samples import SAMPLES, case, report

from trtexp.definition.facts import LogLine
from trtexp.records.facts import Ending
from trtexp.report.junit import render

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "junit.xsd"))
HOSTILE = "]]><script>&amp;\x00\x1b[31m\x85\u2028\ufffe\ud800\t\"'\r\n::error::"


def parsed(text):
    SCHEMA.validate(text)
    return ElementTree.fromstring(text.encode())


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_valid_and_counted(name):
    root = parsed(render([SAMPLES[name]]))
    assert int(root.get("tests")) == len(SAMPLES[name].cases) == len(root.findall(".//testcase"))
    assert int(root.get("failures")) == len(root.findall(".//failure"))
    assert int(root.get("errors")) == len(root.findall(".//error"))
    assert int(root[0].get("skipped")) == len(root.findall(".//skipped"))


def test_nothing_that_a_record_holds_breaks_the_document():
    one = case(
        HOSTILE,
        status="failed",
        as_expected=False,
        ending=Ending(kind="not_missing", declared=HOSTILE),
        log=[LogLine("ERROR", HOSTILE)],
    )
    root = parsed(render([report(one, title=HOSTILE, experiment=f"experiments/{HOSTILE}.yaml")], HOSTILE))
    failure = root.find(".//failure")
    assert "]]><script>&amp;\\x00\\x1b[31m" in failure.get("message")
    assert failure.text.count("\n") == 2  # the place, and the sentence with its one break
    assert root.find(".//testcase/error").get("type") == "broken off"


@pytest.mark.parametrize(
    ("change", "tag", "kind"),
    [
        ({}, None, None),
        ({"status": "built"}, None, None),
        ({"status": "mismatch", "finding": "it truncates"}, "skipped", "finding"),
        ({"status": "pass", "finding": "it truncates"}, None, None),
        ({"status": "crashed"}, "skipped", "finding"),
        ({"status": "unsupported", "reason": "went with Caffe"}, "skipped", "unsupported"),
        ({"status": "unjudged"}, "skipped", "unjudged"),
        ({"status": "mismatch", "as_expected": False}, "failure", "mismatch"),
        ({"status": "unsupported", "as_expected": False}, "failure", "unsupported"),
        ({"status": "crashed", "as_expected": False}, "error", "crashed"),
        ({"status": "timeout", "as_expected": False}, "error", "timeout"),
    ],
)
def test_what_counts_as_what(change, tag, kind):
    root = parsed(render([report(case("a", **change))]))
    found = list(root.find(".//testcase"))
    assert [(element.tag, element.get("type")) for element in found] == ([(tag, kind)] if tag else [])
    if found and "reason" in change:
        assert found[0].get("message").endswith(change["reason"])


def test_no_report_is_an_empty_document():
    assert parsed(render([])).get("tests") == "0"
