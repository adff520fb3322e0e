# make run EXP=experiments/padding.yaml   set up what is missing, then run (a file, several, or a directory)
#   for people: results that differ are read above, and are no error of make, except where CI is set; scripts call trtexp
# make test · make check · make reports · make bench · make test-gpu · make schema · make clean

PYTHON ?= python3
VENV ?= .venv
EXP ?= experiments
BIN := $(VENV)/bin

.PHONY: run reports bench test test-gpu check schema clean
.DELETE_ON_ERROR:

run: $(VENV)/ready
	@$(BIN)/trtexp run $(EXP) $(ARGS) || { code=$$?; [ $$code -eq 1 ] && [ -z "$$CI" ] || exit $$code; }

# Every report of the release at hand; the pages of the others are rendered from their records.
reports: $(VENV)/ready
	@$(BIN)/trtexp run experiments
	@$(BIN)/trtexp report

test: $(VENV)/ready-dev
	@$(BIN)/python -m pytest -n auto -m "not gpu" $(ARGS)

test-gpu: $(VENV)/ready-dev
	@$(BIN)/python -m pytest -m gpu

check: $(VENV)/ready-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=tests $(BIN)/lint-imports --no-logo
	@$(BIN)/trtexp validate --quiet experiments
	@$(BIN)/trtexp check --quiet experiments
	@$(BIN)/trtexp schema --check trtexp/schema.json
	@$(BIN)/trtexp report --check
	@$(BIN)/trtexp coverage --check
	@$(BIN)/trtexp audit --sensitivity --check
	@echo all checks passed

schema: $(VENV)/ready
	@$(BIN)/trtexp schema > trtexp/schema.json

clean:
	rm -rf $(VENV) .trtexp

# The package, and the TensorRT that this machine can use: a TensorRT that $(PYTHON) already has; else, with a GPU, the
# one of the package index; else TensorRT-RTX, which builds without a GPU. Without any of them the reference still runs.
$(VENV)/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	    { echo "trtexp needs Python 3.10 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "setting up $(VENV) (once)"
	@if $(PYTHON) -c 'import tensorrt' 2>/dev/null; then $(PYTHON) -m venv --system-site-packages $(VENV); \
	 else $(PYTHON) -m venv $(VENV); fi || { echo "no virtual environment: is python3-venv installed?"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@if $(BIN)/python -c 'import tensorrt' 2>/dev/null; then extra="cuda-python>=12.6"; \
	 elif nvidia-smi -L >/dev/null 2>&1; then extra="-e .[tensorrt]"; else extra="-e .[rtx]"; fi; \
	 $(BIN)/python -m pip install --quiet --disable-pip-version-check $$extra || \
	    echo "no TensorRT could be installed ($$extra): only the reference will run"
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

# What a run costs, side by side with the bare API; without a GPU start-up, reading, reference and reports.
bench: $(VENV)/ready
	@$(BIN)/python -m trtexp.bench $(ARGS)
