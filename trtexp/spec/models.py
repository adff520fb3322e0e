"""The keys of an experiment file, as strict models: types, defaults and a description of each for people's editors."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Union, cast

from pydantic import AfterValidator, BaseModel, Discriminator, Field, Tag

from trtexp.definition.facts import CasePhase
from trtexp.definition.names import is_member, is_name_of_api
from trtexp.definition.network import INTERNAL, BuildOptions, Range
from trtexp.layers.base import Model, Origin
from trtexp.numerics.tolerance import Tolerance, ToleranceKind
from trtexp.spec.tensors import Dtype, Ignored, InputModel, TensorModel


class AutoOptions(Model):
    """Options of the automatic tolerance."""

    acc: Literal["fp32", "fp16", "fp8acc"] = "fp32"
    """The accumulator."""
    inputs: Literal["as_typed", "tf32"] | None = None
    """Whether float32 operands may be cut to tf32; left out: if the TF32 flag is set."""
    local: bool | Literal["auto"] = "auto"
    """Measure errors against the terms of their own element; auto tries the global bound for convolutions."""
    fail: Literal["hard", "typical"] = "hard"
    """Which bound decides."""
    lam: float = Field(default=4.0, gt=0, allow_inf_nan=False)
    """Sigmas of the typical bound."""


class Rule(Model):
    """One tolerance: auto with options, ulp, atol with rtol, snr_db or cosine."""

    auto: AutoOptions | None = None
    """The bound that follows from the arithmetic, with options."""
    ulp: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Distance in units in the last place of the reference."""
    atol: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Absolute part of |got - reference| <= atol + rtol · |reference|."""
    rtol: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Relative part of |got - reference| <= atol + rtol · |reference|."""
    snr_db: float | None = Field(default=None, allow_inf_nan=False)
    """Least ratio of signal to noise over the whole tensor, in decibels."""
    cosine: float | None = Field(default=None, ge=-1, le=1)
    """Least cosine between got and reference."""
    reason: str = ""
    """Why the automatic tolerance does not do; every rule but auto needs one."""

    def tolerance(self) -> Tolerance:
        """The rule for the comparison. Raises ValueError unless exactly one is given, with its reason."""
        given = [k for k in ("auto", "ulp", "atol", "rtol", "snr_db", "cosine") if getattr(self, k) is not None]
        if given in (["ulp"], ["atol", "rtol"], ["snr_db"], ["cosine"]) and not self.reason:
            raise ValueError(f"{given[0]} without a reason; say with reason: why auto does not do")
        if given == ["atol", "rtol"]:
            return Tolerance("close", atol=self.atol or 0.0, rtol=self.rtol or 0.0, reason=self.reason)
        if len(given) != 1 or given[0] in ("atol", "rtol"):
            shown = ", ".join(given) or "nothing"
            more = "; write 0 for the other" if given in (["atol"], ["rtol"]) else ""
            raise ValueError(f"{shown} given; give one of auto, ulp, snr_db, cosine, or atol together with rtol{more}")
        if self.auto is not None:
            local = None if self.auto.local == "auto" else self.auto.local
            tf32 = None if self.auto.inputs is None else self.auto.inputs == "tf32"
            auto = self.auto
            typical = auto.fail == "typical"
            return Tolerance(
                "auto", acc=auto.acc, local=local, tf32=tf32, fail_typical=typical, lam=auto.lam, reason=self.reason
            )
        kind = cast(ToleranceKind, given[0])
        return Tolerance(kind, limit=getattr(self, kind), reason=self.reason)


def _shape_of_rule(value: Any) -> str:
    return "list" if isinstance(value, list) else "rule" if isinstance(value, (dict, Rule)) else "word"


_Word = Literal["auto", "exact"]
_One = Annotated[Union[Annotated[_Word, Tag("word")], Annotated[Rule, Tag("rule")]], Discriminator(_shape_of_rule)]
ToleranceModel = Annotated[
    Union[Annotated[_Word, Tag("word")], Annotated[Rule, Tag("rule")], Annotated[list[_One], Tag("list")]],
    Discriminator(_shape_of_rule),
]


def tolerances(model: Any) -> tuple[Tolerance, ...]:
    """All rules that must hold. Raises ValueError if there is none, or one that is not whole."""
    if model == []:
        raise ValueError("an empty list given; give at least one rule")
    if isinstance(model, list):
        return tuple(rule for item in model for rule in tolerances(item))
    return (Tolerance(cast(ToleranceKind, model)) if isinstance(model, str) else model.tolerance(),)


def _member(name: str) -> str:
    if not is_member(name):
        better = name.rpartition(".")[2].upper()
        better = better if is_member(better) else "FP16"
        raise ValueError(f"{name!r} is no member of an enum; members are written in capitals, as {better}")
    return name


def _source(name: str) -> str:
    return name if name == INTERNAL else _member(name)


def _of_api(name: str) -> str:
    if not is_name_of_api(name):
        raise ValueError(f"{name!r} is no name of the API, as add_cast, DataType.FP8 or add_topk(indices_type)")
    return name


class Profile(Model):
    """min, opt and max of one input: shapes, or values for a shape input."""

    min: list[int]
    """The smallest."""
    opt: list[int]
    """The one that the builder tunes for."""
    max: list[int]
    """The largest."""
    values: bool = False
    """True: values of a shape input rather than shapes."""


class Build(Model):
    """What the builder is told; a key left out is TensorRT's default, but for what makes results repeatable.

    TF32 is off, tactics from other libraries are off, and each layer gets its first tactic rather than the fastest.
    """

    workspace: int | None = Field(default=None, ge=0)
    """Limit of the workspace in bytes; left out: none is set."""
    workspace_attribute: Literal["memory_pool_limit", "max_workspace_size"] = "memory_pool_limit"
    """The spelling that sets the limit; max_workspace_size is that of 8.x and before."""
    flags: dict[Annotated[str, AfterValidator(_member)], bool] = {}
    """BuilderFlag members, set (true) or cleared (false)."""
    optimization_level: int | None = Field(default=None, ge=0, le=5)
    """builder_optimization_level, 8.6 on."""
    strongly_typed: bool = False
    """Create the network strongly typed (10.x; always so from 11.x on)."""
    tactic_sources: list[Annotated[str, AfterValidator(_source)]] = [INTERNAL]
    """TacticSource members; `internal` stands for all that need no other library."""
    tactics: Literal["repeatable", "fastest"] = "repeatable"
    """repeatable: each layer's first tactic; fastest: TensorRT's default, by timing, so that builds may differ."""
    profiles: list[dict[str, Profile]] = []
    """Optimization profiles: for each a range per input. Left out, there is none, but for an empty one where the data
    decide an output's shape: 8.x demands it there."""

    def options(self) -> BuildOptions:
        """The same as plain data for the definition."""
        return BuildOptions(
            workspace=self.workspace,
            workspace_attribute=self.workspace_attribute,
            flags={"TF32": False} | self.flags,
            optimization_level=self.optimization_level,
            strongly_typed=self.strongly_typed,
            tactic_sources=tuple(self.tactic_sources),
            tactics=self.tactics,
            profiles=tuple(
                {n: Range(tuple(r.min), tuple(r.opt), tuple(r.max), r.values) for n, r in p.items()}
                for p in self.profiles
            ),
        )


class OutputModel(TensorModel):
    """What an output must be: its values by any generator, its shape, its dtype.

    Nothing is expected of values that are null, nor of the elements that `ignore` names: `ignore: [[0], [1, '2:']]` are
    the first row, and of the second all but two elements. `ignore: {values: [[true, false]]}` and likewise `{file:
    mask.npy}` give a boolean for each element.
    """

    dtype: Dtype | None = Field(  # type: ignore[assignment]
        default=None, description="the element type; left out: that of the reference"
    )
    from_: Literal["source", "derived", "observed"] | None = Field(
        default=None, alias="from", description="where the numbers come from"
    )
    release: str | None = Field(default=None, description="for observed numbers: the release that gave them")
    gpu: str | None = Field(default=None, description="for observed numbers: the GPU that gave them")
    note: str | None = Field(default=None, description="what there is to know about these numbers")
    digits: Literal["exact", "printed"] = Field(
        default="printed", description="exact: the literals are exact; printed: good to half a unit of the last digit"
    )
    signed_zero: bool = Field(default=False, description="true: +0 and -0 differ")
    tolerance: ToleranceModel | None = Field(default=None, description="the tolerance of this output")
    ignore: Ignored | None = Field(
        default=None, description="elements of which nothing is expected: their places, or a boolean for each element"
    )


class ExpectModel(Model):
    """What a case expects beside its outputs, which stand here under their own names."""

    error: dict[CasePhase, str] = {}
    """{phase: regex}: TensorRT must refuse in that phase with a matching message. Regexes have the syntax of RE2."""
    crash: dict[CasePhase, str] = {}
    """{phase: regex}: the process that holds TensorRT must die in that phase, of what matches: `SIGSEGV`."""
    unsupported: Annotated[str, AfterValidator(_of_api)] | None = None
    """The name that the release lacks: `add_cast`, `PaddingMode.CAFFE_ROUND_UP`, `IDeconvolutionLayer.stride`."""
    warnings: list[str] = []
    """Regexes of the Python warnings; each must be met, and no other warning may come."""
    log: list[str] = []
    """Regexes of messages in TensorRT's log; each must be met."""


class LayerModel(Model):
    """What stands beside the `add_…` method of a layer."""

    set: dict[str, Any] = {}
    """Attributes assigned after the layer is made, in the order of the file; a list: trtexp layers NAME."""
    set_input: dict[int, str] = {}
    """Inputs that are set afterwards: {index: tensor}."""
    check: bool = True
    """False: trtexp refuses nothing about this layer, so that TensorRT's own answer is the experiment."""
    origin: Origin | None = None
    """What `trtexp import` found it called: `layer`, `tensor` (its first output) and `node` of the ONNX model."""


class Repeat(Model):
    """Build and run more than once, without caches: how many distinct results come, and how far apart."""

    builds: int = Field(default=1, ge=1, le=100)
    """How often the network is built."""
    runs: int = Field(default=1, ge=1, le=1000)
    """How often each build is run."""


class PartialModel(Model):
    """The keys that a file, a case and a release override share."""

    about: str = ""
    """What this shows, in a sentence or two."""
    inputs: dict[str, InputModel] = {}
    """The network's inputs by name."""
    weights: dict[str, TensorModel] = {}
    """Arrays that layers take as weights, by name."""
    onnx: str | None = None
    """An ONNX model, a file of the project named from the experiment's folder, in place of a network of layers."""
    network: dict[str, Any] = {}
    """The layers in order: a name, which is also that of the first output, and the layer."""
    outputs: list[str] | None = None
    """The tensors that are marked as outputs; left out: the outputs of the last layer."""
    build: Build = Build()
    """What the builder is told."""
    from_: Literal["source", "derived", "observed"] | None = Field(
        default=None, alias="from", description="where expected numbers come from, if the output does not say it itself"
    )
    release: str | None = None
    """The release that gave observed numbers, if the output does not say it itself."""
    tolerance: ToleranceModel = "auto"
    """How far an output may be from the reference: for the file, a case or a release; for one output it stands below
    expect. Any but auto and exact has a reason."""
    expect: dict[str, Any] = {}
    """What must come: outputs by name, or an error, warnings, log lines, or what the release lacks."""
    repeat: Repeat | None = None
    """Build and run more than once, and judge every distinct result."""
    finding: str | None = None
    """TensorRT's result differs from the reference, and this says why; the case fails when it no longer does."""
    reason: str | None = None
    """Why this release or case is special."""
    issue: str | None = None
    """A link to an issue about it."""


class ExperimentModel(PartialModel):
    """An experiment file: one subject, its base network, and cases that change something in it."""

    title: str
    """The title of the report."""
    source: str = ""
    """The document that the experiment comes from."""


def keys(model: type[BaseModel]) -> list[str]:
    """The keys of a model as YAML has them."""
    return [field.alias or name for name, field in model.model_fields.items()]


KEYS = {
    "releases": "what differs by release: requirement strings (`tensorrt>=10 | tensorrt-rtx`) with partial cases",
    "matrix": "a case per combination: {path: [values]}, the path being layer.attribute or any path in the file",
    "cases": "the cases by name, each a partial experiment that is merged over the file",
}
