# Everything runs in .venv, installed once from the hash lock; `make` says what there is to run.
PYTHON ?= python3
BIN := .venv/bin

# Another interpreter, or a clone that moved, is another environment.
ID := $(shell $(PYTHON) -c 'import sys; print(sys.version, sys.base_prefix)' 2>/dev/null; pwd)
LOCKED := .venv/locked-$(firstword $(shell echo '$(ID)' | cksum))
READY := .venv/ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help reproduce test lowest check mutate fuzz bench picture lab messages lock clean

help: ## say what there is to run (default)
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

reproduce: $(READY) ## run every notebook; write every figure and the report again
	$(BIN)/wuxi-data reproduce $(ARGS)

test: $(READY) ## all tests, the notebooks under nbval among them
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --durations=20 \
	  -p tests.steady_nbval --nbval tests notebooks $(ARGS)

lowest: $(READY) ## all tests with the lowest versions that pyproject.toml admits (needs uv)
	@command -v uv >/dev/null || { echo 'make lowest needs uv: python -m pip install uv' >&2; exit 1; }
	uv venv --quiet --clear --python $(BIN)/python .venv/lowest
	uv pip compile pyproject.toml --all-extras --resolution lowest-direct --quiet \
	  -o .venv/lowest/requirements.txt
	uv pip install --quiet --python .venv/lowest/bin/python -r .venv/lowest/requirements.txt \
	  --editable .
	.venv/lowest/bin/python -m pytest -n auto --dist loadfile $(ARGS)
	-.venv/lowest/bin/wuxi-data reproduce --check # bytes may differ: it says so

check: $(READY) .venv/cff/ready ## lint and format (code and notebooks), CITATION.cff
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	.venv/cff/bin/cffconvert --validate

mutate: $(READY) ## change each stored thing, one at a time: a check must turn red (minutes)
	$(BIN)/python -m tools.mutate $(ARGS)

fuzz: $(READY) ## throw anything at what reads a user's text (minutes)
	$(BIN)/python -m pytest tools/fuzz.py $(ARGS)

bench: $(READY) ## how long it takes, next to what one would otherwise use (minutes)
	$(BIN)/python benchmarks/compare.py $(ARGS)

picture: $(READY) ## docs/report.*.png: the top of the page (after it changed; needs chromium)
	for lang in zh en; do \
	  chromium --headless --no-sandbox --hide-scrollbars --window-size=1200,1010 \
	    --screenshot=docs/report.$$lang.png "file://$(CURDIR)/figures/report.html?lang=$$lang"; \
	done
	$(BIN)/python -c 'from pathlib import Path; from PIL import Image; \
	  [Image.open(p).convert("RGB").quantize(64).save(p, optimize=True) \
	    for p in Path("docs").glob("report.*.png")]'

lab: $(READY) ## open JupyterLab in the repository, at its notebooks
	JUPYTER_PREFER_ENV_PATH=1 $(BIN)/python -m jupyterlab --ServerApp.root_dir=. \
	  --LabApp.default_url=/lab/tree/notebooks $(ARGS)

messages: $(READY) ## compile the Chinese of the commands, after an edit of its .po
	$(BIN)/pybabel compile --domain wuxi_data --directory wuxi_data/locale

# Only versions that have been out for two weeks, and no host's name in the file.
lock: ## resolve pyproject.toml into requirements.lock again (needs uv)
	@command -v uv >/dev/null || { echo 'make lock needs uv: python -m pip install uv' >&2; exit 1; }
	uv pip compile pyproject.toml --constraint .ci/constraints.txt --all-extras --universal --python-version 3.11 --upgrade \
	  --exclude-newer '2 weeks' --generate-hashes --no-emit-index-url --no-header --quiet \
	  -o requirements.lock
	echo cffconvert | uv pip compile - --universal --python-version 3.11 --upgrade \
	  --exclude-newer '2 weeks' --generate-hashes --no-emit-index-url --no-header --quiet \
	  -o .ci/cffconvert.lock

clean: ## remove .venv and all caches
	rm -rf .venv dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# Compiled at install: pandas imports three times faster, also where bytecode is never written.
$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or later is needed; '$(PYTHON)' is" \
	    "$$($(PYTHON) -V 2>/dev/null || echo missing)." \
	    "Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' has no venv module: apt install python3-venv" >&2; exit 1; }
	@echo 'Setting up .venv from requirements.lock: once, a minute or two' >&2
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --compile \
	  --require-hashes -r requirements.lock
	@touch $@

# Kept apart: it needs jsonschema below 4, which would hold back JupyterLab and frictionless.
.venv/cff/ready: .ci/cffconvert.lock $(LOCKED)
	@$(BIN)/python -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --no-deps --no-build-isolation -e .
	@$(BIN)/python -c 'import matplotlib.font_manager' # its cache, built here and not in a chart
	@touch $@
