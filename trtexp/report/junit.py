"""Results as JUnit XML, as Jenkins, GitLab and their like read it: a suite for each file and release.

There are no times in it, so that the same results are the same bytes. A finding that still holds and an expected crash
are skipped with type `finding`, as pytest writes what fails as expected.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from trtexp.errors import visible
from trtexp.records.model import CaseRecord, ReportRecord
from trtexp.report import plain
from trtexp.report.markdown import page_name
from trtexp.report.wording.values import options

_NO_XML = re.compile("[\ufffe\uffff]")  # not control characters, and still not allowed
_TAGS = {"failed": "failure", "broken": "error", "skipped": "skipped", "expected": "skipped"}


def render(reports: Sequence[ReportRecord], ended: str | None = None) -> str:
    """The document. ended: why the run ended too early, if it did: an error of its own."""
    suites = [_suite(report) for report in reports]
    if ended is not None:
        suites.append(_broken_off(ended))
    sums = {what: str(sum(int(suite.get(what, 0)) for suite in suites)) for what in ("tests", "failures", "errors")}
    root = ElementTree.Element("testsuites", {"name": "trtexp"} | sums)
    root.extend(suites)
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(report: ReportRecord) -> ElementTree.Element:
    endings = Counter(plain.ending(case)[0] for case in report.cases)
    name, release = page_name(report.experiment), report.release
    suite = ElementTree.Element(
        "testsuite",
        name=_text(f"{name} · {release.name}"),
        tests=str(len(report.cases)),
        failures=str(endings["failed"]),
        errors=str(endings["broken"]),
        skipped=str(endings["skipped"] + endings["expected"]),
    )
    properties = ElementTree.SubElement(suite, "properties")
    facts = {
        "experiment": report.experiment,
        "title": report.title,
        "release": release.name,
        "backend": release.backend,
        "gpu": release.gpu,
        "options": ", ".join(options(report.build)),
    }
    for key, value in facts.items():
        if value:
            ElementTree.SubElement(properties, "property", name=key, value=_text(value))
    for case in report.cases:
        suite.append(_case(case, f"{release.name}.{name.replace('/', '.')}"))
    return suite


def _case(case: CaseRecord, group: str) -> ElementTree.Element:
    element = ElementTree.Element("testcase", classname=_text(group), name=_text(case.name))
    ending, why = plain.ending(case)
    if ending in _TAGS:
        kind = "finding" if ending == "expected" else case.status
        ElementTree.SubElement(element, _TAGS[ending], type=kind, message=_text(why)).text = _text(plain.account(case))
    if case.log and ending in ("failed", "broken"):
        lines = (f"{line.severity}: {line.text}" for line in case.log)
        ElementTree.SubElement(element, "system-err").text = _text("\n".join(lines))
    return element


def _broken_off(ended: str) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name="run", tests="1", failures="0", errors="1", skipped="0")
    case = ElementTree.SubElement(suite, "testcase", classname="run", name="finished")
    ElementTree.SubElement(case, "error", type="broken off", message=_text(ended))
    return suite


def _text(text: str) -> str:
    """Text with only such characters as XML 1.0 allows."""
    return _NO_XML.sub(lambda found: found[0].encode("unicode_escape").decode(), visible(text, keep="\n"))
