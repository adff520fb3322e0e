"""One TensorRT in one process: definitions in, outcomes out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from trtexp.definition.network import Array, NetworkDefinition
from trtexp.definition.readback import ReadNetwork
from trtexp.engine.attempt import Attempt
from trtexp.engine.build import build
from trtexp.engine.cache import Cache, CacheKey, entry_key, timing_key
from trtexp.engine.cuda import CudaError, check
from trtexp.engine.differences import Api
from trtexp.engine.execute import execute
from trtexp.engine.failure import Failed, Unsupported, is_out_of_memory
from trtexp.engine.log import process_logger, reason
from trtexp.engine.network import define
from trtexp.engine.outcome import Outcome
from trtexp.engine.plugins import uses_plugins
from trtexp.engine.readback import read_back
from trtexp.engine.tensorrt_module import load
from trtexp.engine.timings import Timings
from trtexp.engine.user_program import run


class Session:
    """One module, one logger, one builder, one runtime, all kept. Raises EngineUnavailable when made, never later.

    Phases: `builder` (the first network only; 8 to 14 s with 8.6), `define`, `build`, `run`. What the cache has is
    neither defined nor built, and needs no builder. The Outcome's seconds have `deserialize`, too, a part of the run.

    share_timings: whether the builds share one timing cache.
    """

    def __init__(self, flavour: str | None = None, cache: Cache | None = None, share_timings: bool = True) -> None:
        installed = load(flavour)
        self.release = installed.release
        self.cache = cache
        self._trt = installed.trt
        self._cudart = installed.cudart
        self._logger, self.log = process_logger(installed.trt)
        self._timings = Timings(cache, timing_key(self.release)) if share_timings else None
        self._builder: Any = None
        self._runtime: Any = None

    def run(
        self,
        definition: NetworkDefinition,
        feeds: Mapping[str, Array],
        build_only: bool = False,
        on_phase: Callable[[str], None] | None = None,
        repeat: tuple[int, int] | None = None,
    ) -> Outcome:
        """Define, build and run one network; a fault of the case is an Outcome, not an exception.

        repeat: how many builds, all without a cache, and how many runs of each; it fills the Outcome's `repeats`.
        """
        self.log.begin()
        case = Attempt(definition, Api(self._trt, self.release), self.log, on_phase)
        runs = not build_only and self.release.can_run
        try:
            if uses_plugins(definition):
                self._load_plugins()
            if repeat is None:
                self._once(case, feeds, int(runs))
            else:
                self._repeatedly(case, feeds, repeat[0], repeat[1] if runs else 0)
            outcome = case.ended("ran" if runs else "built")
            if definition.models:
                outcome = replace(outcome, network=self._parsed(case))
        except Exception as error:
            outcome = case.failed(error)
        if is_out_of_memory([outcome.message]):
            gc.collect()  # what the case held is free before the next one begins
        return outcome if repeat is None else replace(outcome, repeats=tuple(case.results))

    def define(self, definition: NetworkDefinition, read: bool = False) -> Outcome:
        """Define one network and build nothing: what TensorRT refuses by then, and the types and shapes it infers.

        read: what the network says of itself, too.
        """
        self.log.begin()
        case = Attempt(definition, Api(self._trt, self.release), self.log)
        try:
            if uses_plugins(definition):
                self._load_plugins()
            network = self._define(case)
            return self._read(case, network) if read else case.ended("defined")
        except Exception as error:
            return case.failed(error)

    def define_by(self, path: str, source: str, function: str) -> Outcome:
        """Have a user's own function define a network, and read it back; whatever the program does, it does here."""
        self.log.begin()
        case = Attempt(NetworkDefinition((), {}, (), ()), Api(self._trt, self.release), self.log)
        try:
            with case.timed("define"):
                self._builder = self._builder or self._make("Builder")
                network = self._builder.create_network(case.api.creation_flags(False))
                run(path, source, function, network, self._builder.create_builder_config())
                if errors := self.log.errors():
                    raise Failed(reason(errors))
            return self._read(case, network)
        except Exception as error:
            return case.failed(error)

    def _parsed(self, case: Attempt) -> ReadNetwork | None:
        """What the parser made of a model, be the engine from the cache or not; None where it cannot be read back,
        which is no matter of the case."""
        mark = self.log.mark()
        try:
            self._builder = self._builder or self._make("Builder")
            return read_back(case.api, define(case.api, self._builder, case.definition, self.log, [])[0])
        except Exception:
            return None
        finally:
            self.log.forget(mark)

    def _read(self, case: Attempt, network: Any) -> Outcome:
        """What a network says of itself; getters warn of what an input gives, which is nothing to be told."""
        mark = self.log.mark()
        found = read_back(case.api, network)
        self.log.forget(mark)
        return replace(case.ended("defined"), network=found)

    def usable(self) -> bool:
        """Whether the device still answers; after some CUDA errors no call of this process succeeds any more."""
        if self._cudart is None or (self._builder is None and self._runtime is None):
            return True
        try:
            check(self._cudart, "cudaDeviceSynchronize")
        except CudaError:
            return False
        return True

    def close(self) -> None:
        """Write the timing cache back."""
        if self._timings is not None and self._builder is not None:
            self._timings.save(Api(self._trt, self.release), self._builder, self.log)

    def _once(self, case: Attempt, feeds: Mapping[str, Array], times: int) -> None:
        """Build, unless the cache knows what comes of it, and run `times` times."""
        key = None
        if self.cache is not None:
            key = entry_key(self.release, case.api.ahead_of_time, case.definition.hash)
            with case.clock("load"):
                found = self.cache.entry(key)
            if found is not None:
                case.restore(found[0])
                if self._execute(case, found[1], feeds, times):
                    return
                self.cache.drop(key)  # whole, and yet this TensorRT does not take it
                case.begin_again()
        plan = self._build(case, self._timings) if key is None else self._build_to_keep(case, key)
        self._demand(self._execute(case, plan, feeds, times))

    def _repeatedly(self, case: Attempt, feeds: Mapping[str, Array], builds: int, times: int) -> None:
        """Build and run again and again; the log says everything once."""
        for _ in range(builds):
            mark = self.log.mark()
            self._demand(self._execute(case, self._build(case, None), feeds, times))
            self.log.forget_repeated(mark)

    def _build_to_keep(self, case: Attempt, key: CacheKey) -> bytes:
        """The plan; what comes of the build is kept, be it a refusal."""
        assert self.cache is not None
        try:
            plan = self._build(case, self._timings)
        except (Failed, Unsupported) as error:
            if case.phase != "builder":
                self.cache.keep(key, case.failed(error))
            raise
        self.cache.keep(key, case.ended("built"), plan)
        return plan

    def _build(self, case: Attempt, timings: Timings | None) -> bytes:
        network = self._define(case)
        with case.timed("build"):
            plan = build(
                case.api, self._builder, network, case.definition, self.log, case.warnings, case.inferred, timings
            )
            if timings is not None:
                timings.save_if_due(case.api, self._builder, self.log)
        return plan

    def _define(self, case: Attempt) -> Any:
        """The network, by a builder that is made once."""
        if self._builder is None:
            with case.timed("builder"):
                self._builder = self._make("Builder")
        with case.timed("define"):
            network, case.inferred = define(case.api, self._builder, case.definition, self.log, case.warnings)
        return network

    def _execute(self, case: Attempt, plan: bytes, feeds: Mapping[str, Array], times: int) -> bool:
        """Run a plan so many times. False if TensorRT does not take it."""
        engine = None
        for _ in range(times):
            with case.timed("run"):
                if engine is None:
                    with case.clock("deserialize"):
                        engine = self._deserialize(plan)
                if engine is None:
                    return False
                case.count(execute(case.api, self._cudart, engine, feeds, case.definition.options, self.log))
        return True

    def _deserialize(self, plan: bytes) -> Any | None:
        if self._runtime is None:
            self._runtime = self._make("Runtime")
        return self._runtime.deserialize_cuda_engine(plan)

    def _demand(self, accepted: bool) -> None:
        if not accepted:
            raise Failed(f"deserialize_cuda_engine returned nothing: {reason(self.log.errors())}")

    def _load_plugins(self) -> None:
        """Register the creators of the plugin library, which an engine that holds a plugin needs too."""
        mark = self.log.mark()
        self._trt.init_libnvinfer_plugins(self._logger, "")
        self.log.forget(mark)  # it tells of the process, and only its first case would show it

    def _make(self, kind: str) -> Any:
        """A Builder or a Runtime with this process' logger. Raises Failed where TensorRT finds no use for the GPU."""
        mark = self.log.mark()
        try:
            made = getattr(self._trt, kind)(self._logger)
        except TypeError as error:  # "factory function returned nullptr"
            raise Failed(f"{kind} cannot be made: {reason(self.log.errors(mark))}") from error
        self.log.forget(mark)  # it tells of the process, and only its first case would show it
        return made
