# Each target makes ready what it needs. PYTHON=/path/to/python3 chooses the Python of a new .venv.
.DEFAULT_GOAL := help
.PHONY: help setup demo test bench lint format lock clean
BIN := .venv/bin
# Many Pythons are started: what they compile is kept, in .venv, also where the environment has it that none is kept beside the sources.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/pycache
export PYTHON

help:      ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

setup:     ## .venv, a browser, npm packages: all that the other targets need
	@.ci/setup test

demo:      ## walk the demo shop, sound and with each fault, and render the report
	@.ci/setup demo
	@$(BIN)/tagproof demo --prove

test:      ## the tests but the long ones; ALL=1 is all of them, PYTEST="-k name" adds arguments
	@.ci/setup test
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup --timeout 300 $(if $(ALL),,-m "not long") $(PYTEST)

bench:     ## the benchmarks, one after the other
	@.ci/setup test
	@set -e; for each in benchmarks/*.py; do [ -e "$$each" ] || continue; echo "== $$each"; $(BIN)/python "$$each"; done

lint:      ## ruff, formatting, types, layering
	@.ci/setup test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format:    ## rewrite the sources as ruff has them
	@.ci/setup test
	$(BIN)/ruff format

lock:      ## choose the newest versions that pyproject.toml and package.json allow
	PATH="$$PATH:$(BIN)" uv pip compile -q --universal --upgrade --custom-compile-command "make lock" --no-annotate --python-version 3.11 --extra dev --no-emit-index-url pyproject.toml -o requirements.lock
	npm update --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean:     ## remove all that was built or installed here
	rm -rf .venv node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	find reports -mindepth 1 ! -name README.md -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
