# `make demo` and `make test` do all the set-up themselves. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PACKAGES := scrapers warehouse orchestration expectations
# No tool of ours reports home.
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test test-slow check format bench accuracy dictionary lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(STAMP) ## make the virtual environment from the hashed lock

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed; PYTHON=python3.12 make … names another one." >&2; exit 1; }
	@echo "Installing into $(VENV) (one or two minutes, once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## crawl the bundled replica of three government sites and publish a warehouse into ./data
	@$(BIN)/mingzhang demo

dev: $(STAMP) ## open the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/mingzhang dev

test: $(STAMP) ## run the fast tests
	@$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: $(STAMP) ## run the slow tests
	@$(BIN)/python -m pytest -m slow

check: $(STAMP) ## formatting, lint, types, SQL
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project

format: $(STAMP) ## format Python and SQL, and apply safe fixes
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/sqlfluff fix --disable-progress-bar dbt_project

bench: $(STAMP) ## measure reading, recording and crawling; CRAWL="300 200 2 2" crawls 300 sites of 200 documents
	@$(BIN)/python -m bench $(CRAWL)

accuracy: $(STAMP) ## read the real documents beside the project and count identities held
	@$(BIN)/python -m bench.accuracy

dictionary: $(STAMP) ## write docs/data-dictionary.md from the descriptions of the models
	@$(BIN)/python -m warehouse.dictionary > docs/data-dictionary.md

lock: ## renew requirements.lock (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra dev pyproject.toml --output-file requirements.lock

clean: ## remove the virtual environment and build leftovers, never ./data
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis dbt_project/target dbt_project/logs
