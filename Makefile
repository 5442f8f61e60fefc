# Two commands: `make demo` tries Cabas, `make test` checks it. Both set everything up first.
PYTHON ?= python3
TOOLS  := .tools
UV_VERSION := 0.13.9
UV     := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
RUN    := $(UV) run --frozen --no-sync
export UV_PYTHON_DOWNLOADS ?= automatic
export CABAS_DATA_DIR ?= $(CURDIR)/var
export ORDER

.DEFAULT_GOAL := help

help: ## what there is to do
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(TOOLS)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Cabas needs Python 3.11 or newer: set PYTHON=/path/to/python3.11")'
	@echo "Fetching uv into $(TOOLS)/ (nothing is installed outside this folder)"
	@$(PYTHON) -m venv $(TOOLS) 2>/dev/null || $(PYTHON) -m venv --without-pip $(TOOLS)
	@$(TOOLS)/bin/python -m pip --version >/dev/null 2>&1 \
		&& $(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
		|| $(PYTHON) -m pip install --quiet --disable-pip-version-check --prefix $(TOOLS) uv==$(UV_VERSION)

.venv/installed: pyproject.toml uv.lock | $(filter $(TOOLS)/bin/uv,$(UV))
	@$(UV) sync --frozen --quiet
	@touch $@

setup: .venv/installed ## install everything into .venv

demo: .venv/installed ## set up a demo shop and open it; ORDER="..." plays one order in the terminal
ifdef ORDER
	@$(RUN) cabas demo --order "$$ORDER"
else
	@$(RUN) cabas demo
endif

test: .venv/installed ## all tests, on a real PostgreSQL
	@$(RUN) pytest -n 2 --dist loadfile

check: .venv/installed ## lint, format, types, layers, unused dependencies
	@$(RUN) ruff check . && $(RUN) ruff format --check . && $(RUN) mypy && $(RUN) lint-imports && $(RUN) deptry src

fix: .venv/installed ## format and mend what lint can
	@$(RUN) ruff check --fix . && $(RUN) ruff format .

eval: .venv/installed ## score the development sets of ../shared, if they are there
	@$(RUN) python tests/evals/table.py

conformance: .venv/installed ## hold the surfaces to other people's checkers and clients (needs npm and its registry)
	@$(UV) sync --frozen --quiet --inexact --group conformance
	@cd tests/foreign && npm install --no-audit --no-fund --no-package-lock --silent
	@$(RUN) pytest tests/foreign
	@CABAS_FUZZ=15000 $(RUN) pytest -n 2 tests/surfaces/test_no_surface_fails.py

bench: .venv/installed ## speed, each figure beside a named baseline of the same run
	@$(RUN) cabas bench

clean: ## remove everything that make made, the demo shop included
	rm -rf .venv $(TOOLS) var dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.PHONY: help setup demo test check fix eval conformance bench clean
