# densevsconv: `make study` is the whole study, from a fresh clone to the paper. `make help` lists
# the rest. Needs make and Python 3.11, 3.12 or 3.13 with pip; everything else is installed in .venv.

PYTHON ?= python3
STUDY ?=
SCALE ?=
CORES ?= all
PORT ?= 5000
TESTS ?=

BIN := .venv/bin
CONFIGURED := $(if $(STUDY)$(SCALE),--config $(if $(STUDY),study=$(STUDY)) $(if $(SCALE),scale=$(SCALE)))
INSTALLED := .venv/.installed
SNAKEMAKE_FILES := Snakefile workflow/rules
LOCK_COMMAND := make lock

.DEFAULT_GOAL := help
.PHONY: help study test test-slow test-faults lint typecheck docs format ui publish benchmark install gpu cluster lock

help: ## list these commands
	@echo "make COMMAND [STUDY=name] [SCALE=smoke|laptop|full] [CORES=n]"
	@sed -n 's/^\([a-z-]*\):.*## /  \1	/p' $(MAKEFILE_LIST) | expand -t 14

study: $(INSTALLED) ## run a study (default: the one in config/config.yaml) and say where things are
	@$(BIN)/snakemake --cores $(CORES) $(CONFIGURED)
	@$(BIN)/densevsconv where $(STUDY) $(if $(SCALE),--scale $(SCALE))

test: $(INSTALLED) ## run the tests (TESTS=path for some of them)
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(TESTS)

test-slow: $(INSTALLED) ## run the tests that `make test` leaves out (fault injection, full size)
	@$(BIN)/python -m pytest -m slow $(TESTS)

test-faults: $(INSTALLED) ## damage every kind of file, fill the disk, kill at random (half an hour)
	@$(BIN)/python -m tests.faults.damage
	@KILL_MINUTES=20 $(BIN)/python -m pytest -s -m slow tests/faults

lint: $(INSTALLED) ## check style, and that packages import only from floors below
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/snakefmt --check $(SNAKEMAKE_FILES)
	@$(BIN)/lint-imports --no-logo --no-cache

typecheck: $(INSTALLED) ## check types
	@$(BIN)/mypy

docs: $(INSTALLED) ## write the tables of config/README.md and docs/files.md from the types
	@$(BIN)/python -m densevsconv.commands.document

format: $(INSTALLED) ## put the style right
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/snakefmt $(SNAKEMAKE_FILES)

ui: $(INSTALLED) ## show the runs in MLflow, at http://127.0.0.1:5000 (PORT=n for another)
	@$(BIN)/densevsconv ui --port $(PORT)

publish: $(INSTALLED) ## copy a finished report to reports/published/STUDY, which is committed
	@$(BIN)/densevsconv publish $(STUDY) $(if $(SCALE),--scale $(SCALE))

benchmark: $(INSTALLED) ## measure speed beside what people would use instead (an hour)
	@$(BIN)/uv pip install --python $(BIN)/python --group peers --constraint requirements/lock.txt \
	  || echo "benchmark: without the packages of the group peers, whose ways are left out"
	@$(BIN)/python -m benchmarks

install: $(INSTALLED) ## make the environment (.venv) from the lock file

gpu: $(INSTALLED) ## add the CUDA libraries of TensorFlow and JAX for NVIDIA GPUs
	@$(BIN)/uv pip install --python $(BIN)/python $$(sed -n \
	    -e 's/^tensorflow\(==[^ ]*\).*/tensorflow[and-cuda]\1/p' \
	    -e 's/^jax\(==[^ ]*\).*/jax[cuda12]\1/p' requirements/lock.txt)

cluster: $(INSTALLED) ## add Snakemake's plugins for SLURM, Kubernetes and a storage of files
	@$(BIN)/uv pip install --python $(BIN)/python --group cluster --constraint requirements/lock.txt

lock: $(INSTALLED) ## resolve what pyproject.toml asks for into requirements/lock.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-emit-index-url --custom-compile-command "$(LOCK_COMMAND)" \
	    --group dev pyproject.toml --output-file requirements/lock.txt

# Bytecode is compiled here, once: where Python may not write it later, every process of a study
# would compile TensorFlow again (11 s instead of 4). uv installs in seconds what takes pip minutes;
# where uv cannot be had, or reaches no index, pip does the same from the same hashes. The stamp
# comes last: an installation that fails is begun again.
$(INSTALLED): requirements/lock.txt requirements/uv.txt pyproject.toml
	@rm -f $@
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit( \
	    "densevsconv needs Python 3.11 to 3.13; %s is %d.%d. Try: make PYTHON=python3.11" \
	    % (sys.executable, *v))'
	@echo "Installing the environment in .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	    -r requirements/uv.txt \
	  && $(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes \
	    requirements/lock.txt \
	  || $(BIN)/python -m pip install --disable-pip-version-check --require-hashes \
	    -r requirements/lock.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --no-build-isolation --editable .
	@touch $@
