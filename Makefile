# Every target sets itself up in .venv: Python 3.11 or newer and a package index are enough.
# Another interpreter: make test PYTHON=python3.13. More for pytest: make test ARGS="-k A7".
# SAASOPS_TEST_ALL: what a test needs and does not find fails it; without it the test is skipped.

PYTHON ?= python3
UV ?= uv
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PLUGINS := $(wildcard plugins/*)
SPHINX := $(BIN)/python -m sphinx -q -j auto -d build/docs/doctrees

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.NOTPARALLEL:
.PHONY: help demo test explore check bench docs translations pins clean

help:
	@echo "make demo          run the reference campaign; see build/demo/report.html"
	@echo "make test          run the tests and every example of the pages"
	@echo "make explore       run the tests on examples that nobody has tried before"
	@echo "make check         style, types, layers, pages, translations"
	@echo "make bench         measure against the goals"
	@echo "make docs          build the pages: build/docs/en and build/docs/zh_CN"
	@echo "make translations  bring the Chinese catalogues up to date with the pages"
	@echo "make pins          resolve requirements/*.txt anew (needs uv; ARGS=--upgrade for newer ones)"

demo: $(READY)/runtime
	$(BIN)/saasops demo --out build/demo

test: $(READY)/test $(READY)/node
	SAASOPS_TEST_ALL=1 $(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

explore: $(READY)/test $(READY)/node
	$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

check: $(READY)/check $(READY)/docs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(SPHINX) -E -W --keep-going docs build/docs/en
	$(BIN)/python docs/translations.py check

bench: $(READY)/test
	$(BIN)/python tests/benchmarks/run.py all --json

docs: $(READY)/docs
	$(SPHINX) -E -W docs build/docs/en
	$(SPHINX) -E -W -D language=zh_CN docs build/docs/zh_CN

translations: $(READY)/docs
	$(BIN)/python docs/translations.py update

$(READY)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "saasops needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "No virtual environment: on Debian and Ubuntu, install the package python3-venv."; exit 1; }
	@mkdir -p $(READY) && touch $@

$(READY)/%: requirements/%.txt pyproject.toml | $(READY)/venv
	$(BIN)/python -m pip install --quiet --require-hashes -r $<
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . $(if $(filter runtime,$*),,$(PLUGINS:%=-e %))
	@touch $@

# The judges in Node: the machine's npm, else that of the wheel. The tests say so if there is none.
$(READY)/node: tests/node/package.json | $(READY)/test
	@cd tests/node && PATH="$$PATH:$(abspath $(BIN))" && \
	  if npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error; then \
	  touch $(abspath $@); else echo "No package index for npm: the tests that ask Node are skipped."; fi

# A release has a week to be found out before we take it. Later files keep the pins of earlier ones.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
  --exclude-newer "1 week" --generate-hashes --no-emit-index-url --no-header --no-annotate $(ARGS) pyproject.toml

pins:
	cd requirements && touch runtime.txt test.txt check.txt
	$(COMPILE) requirements/runtime.in --extra cli --extra xlsx -o requirements/runtime.txt
	$(COMPILE) requirements/runtime.in requirements/test.in --extra all --extra holidays --extra ortools -c requirements/runtime.txt -o requirements/test.txt
	$(COMPILE) requirements/runtime.in requirements/test.in requirements/check.in --extra all --extra holidays --extra ortools -c requirements/test.txt -o requirements/check.txt
	$(COMPILE) requirements/runtime.in requirements/docs.in --extra all -c requirements/check.txt -o requirements/docs.txt

clean:
	rm -rf build dist .import_linter_cache .mypy_cache .pytest_cache .ruff_cache docs/reference/api
