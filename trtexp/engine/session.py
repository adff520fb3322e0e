"""One TensorRT in one process: definitions in, outcomes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from trtexp.definition import Array, NetworkDefinition
from trtexp.engine.build import build
from trtexp.engine.cuda import CudaError, check
from trtexp.engine.differences import Api
from trtexp.engine.execute import execute
from trtexp.engine.failure import Failed, Unsupported
from trtexp.engine.log import process_logger, reason
from trtexp.engine.network import Inferred, define
from trtexp.engine.outcome import Outcome
from trtexp.engine.tensorrt_module import load


@dataclass
class _Case:
    """What is known of the case at hand, so that a failure loses nothing."""

    on_phase: Callable[[str], None] | None
    phase: str = "define"
    inferred: Inferred = field(default_factory=dict)
    outputs: dict[str, Array] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        self.phase = phase
        if self.on_phase is not None:
            self.on_phase(phase)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[phase] = time.perf_counter() - start


class Session:
    """One module, one logger, one builder, one runtime, all kept. Raises EngineUnavailable when made, never later.

    Phases: `builder` (the first case only; 8 to 14 s with 8.6), `define`, `build`, `run`.
    """

    def __init__(self, flavour: str | None = None) -> None:
        installed = load(flavour)
        self.release = installed.release
        self._trt = installed.trt
        self._cudart = installed.cudart
        self._logger, self.log = process_logger(installed.trt)
        self._builder: Any = None
        self._runtime: Any = None

    def run(
        self,
        definition: NetworkDefinition,
        feeds: Mapping[str, Array],
        build_only: bool = False,
        on_phase: Callable[[str], None] | None = None,
    ) -> Outcome:
        """Define, build and run one network; a fault of the case is an Outcome, not an exception."""
        self.log.begin()
        api = Api(self._trt, self.release)
        case = _Case(on_phase)
        ends: dict[str, Any]
        try:
            plan = self._plan(api, definition, case)
            if not build_only and self.release.can_run:
                with case.timed("run"):
                    case.outputs = self._execute(api, plan, definition, feeds)
            ends = {"status": "ran" if case.phase == "run" else "built"}
        except Unsupported as error:
            ends = {"status": "unsupported", "missing": error.missing, "message": str(error)}
        except (Failed, CudaError) as error:
            ends = {"status": "error", "message": str(error)}
        except Exception as error:  # a fault of this program: the worker lives on, and the case says so
            ends = {"status": "error", "message": f"internal: {type(error).__name__}: {error}"}
        if ends["status"] in ("error", "unsupported"):
            ends["phase"] = "build" if case.phase == "builder" else case.phase
        return Outcome(
            **ends,
            outputs=case.outputs,
            inferred=case.inferred,
            log=self.log.lines(),
            warnings=tuple(case.warnings),
            notes=tuple(api.notes),
            seconds=case.seconds,
        )

    def usable(self) -> bool:
        """Whether the device still answers; after some CUDA errors no call of this process succeeds any more."""
        if self._cudart is None:
            return True
        try:
            check(self._cudart, "cudaDeviceSynchronize")
        except CudaError:
            return False
        return True

    def _plan(self, api: Api, definition: NetworkDefinition, case: _Case) -> bytes:
        """The serialised engine: all that an engine cache, keyed by the definition's hash, has to stand in for."""
        if self._builder is None:
            with case.timed("builder"):
                self._builder = self._make("Builder")
        with case.timed("define"):
            network, case.inferred = define(api, self._builder, definition, self.log, case.warnings)
        with case.timed("build"):
            return build(api, self._builder, network, definition, self.log, case.warnings)

    def _execute(
        self, api: Api, plan: bytes, definition: NetworkDefinition, feeds: Mapping[str, Array]
    ) -> dict[str, Array]:
        if self._runtime is None:
            self._runtime = self._make("Runtime")
        engine = self._runtime.deserialize_cuda_engine(plan)
        if engine is None:
            raise Failed(f"deserialize_cuda_engine returned nothing: {reason(self.log.errors())}")
        return execute(api, self._cudart, engine, feeds, definition.options, self.log)

    def _make(self, kind: str) -> Any:
        """A Builder or a Runtime with this process' logger. Raises Failed where TensorRT finds no use for the GPU."""
        mark = self.log.mark()
        try:
            made = getattr(self._trt, kind)(self._logger)
        except TypeError as error:  # "factory function returned nullptr"
            raise Failed(f"{kind} cannot be made: {reason(self.log.errors(mark))}") from error
        self.log.forget(mark)  # it tells of the process, and only its first case would show it
        return made
