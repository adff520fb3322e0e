"""The notes of an audit in words."""

from __future__ import annotations

from trtexp.numerics.format import rounded
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.audit import AuditNote, Noted, Tightest, Unknown
from trtexp.report.wording.outputs import rule, tolerance


def noted(found: Noted) -> str:
    """One line: the place, what stands out, and the least that passes."""
    place = f"{found.place}: {found.case}: {found.output.name} on {found.release}"
    return f"{place}: {note(found)}; tightest: {tightest(found.tightest)}"


def unknown(found: Unknown) -> str:
    """A tolerance that nothing can be said about."""
    name = f"{found.experiment}: {found.case}: {found.output}: {tolerance(found.tolerance)}"
    return f"{name}: no record has a result to measure it by; run it on a GPU"


def note(found: Noted) -> str:
    """What stands out."""
    each, output = found.note, found.output
    rules, some = tolerance(output.tolerance), f"{each.count} of {output.elements} elements"
    return {
        "nearly_used": f"uses {rounded(each.share, 2)} of what {rules} allows",
        "wide": f"{rules} is far too wide: {_needed(each)}",
        "only_atol": f"{some} pass only by atol {0 if each.rule is None else each.rule.atol:g}",
        "own_size": f"{some} are off by their own size or more: only the bound's absolute part holds",
        "loose": f"{rules if each.rule is None else rule(each.rule)} is far too wide",
    }[each.kind]


def _needed(each: AuditNote) -> str:
    return f"{rounded(1 / each.share, 2)} times what is needed" if each.share else "for a result that is exact"


def tightest(found: Tightest) -> str:
    """The least that passes, as the YAML would have it."""
    if found.bound is not None:
        return f"{rounded(found.bound, 2)} of the bound"
    return " and ".join(_least(each, found.either) for each in found.rules)


def _least(each: Tolerance, either: bool) -> str:
    close = f"atol {rounded(each.atol, 2)}"
    if each.rtol or not either:
        close += f", {'or ' if either else ''}rtol {rounded(each.rtol, 2)}"
    return {
        "exact": "exact",
        "ulp": f"ulp {rounded(each.limit, 2)}",
        "close": close,
        "snr_db": f"snr_db {rounded(each.limit, 3)}",
        "cosine": f"cosine {each.limit:.9g}",
    }[each.kind]
