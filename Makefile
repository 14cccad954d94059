# make demo | test | ui | bench | lint | lock | clean. Needs git, make and Python >= 3.11; everything else goes into .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes
# Modules are compiled once, while installing, whatever the shell says
unexport PYTHONDONTWRITEBYTECODE
export DAGSTER_DISABLE_TELEMETRY = 1
export GX_ANALYTICS_ENABLED = false

.PHONY: demo test ui bench lint lock clean install install-dev

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 2; }
	@test -x $(BIN)/python || { echo "Making $(VENV) (about a minute, once)"; $(PYTHON) -m venv $(VENV); }
	@$(PIP) -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 khaos_assets
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@$(PIP) -r requirements-dev.lock
	@touch $@

demo: install
	@$(BIN)/khaos-assets demo $(if $(ORDERS),--orders-csv $(ORDERS))

ui: install
	@$(BIN)/khaos-assets ui $(if $(ORDERS),--orders-csv $(ORDERS))

# One worker more than there are cores: some tests wait for another process. A file stays with one worker, so what its
# tests share is made once; those in integration/ take longest and come first.
test: install-dev
	@$(BIN)/python -m pytest -n $$(( $$($(BIN)/python -c 'import os; print(os.cpu_count())') + 1 )) --dist loadfile --no-loadscope-reorder

bench: install-dev
	@$(BIN)/python -m bench

lint: install-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright

# Exact versions with hashes, for every supported Python, without index addresses. Needs uv on the path.
lock:
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras --python-version 3.11 --extra build --extra dev --extra bench -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) var build *.egg-info
