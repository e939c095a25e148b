# Every recipe sets up what it needs; the environment lives in .venv and goes with it.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench soak docs reference screenshots format lock messages new-pack clean

help: ## Show this screen
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/node messages ## Real data of Gansu from raw files to certified tables, then the portal (SERVE=0: without)
	@$(BIN)/hexi demo
	@if [ "$(SERVE)" != "0" ]; then exec $(BIN)/hexi serve; fi

serve: .venv/node messages ## The portal, worker and sealer on http://127.0.0.1:8000
	@exec $(BIN)/hexi serve

test: .venv/dev messages ## Every test; what a part is missing for is skipped by name
	$(BIN)/pytest -n 2 --dist loadscope -q -r s
	$(BIN)/python -m tests.on_postgres -n 2 --dist loadscope tests/registry

check: .venv/dev messages ## Lint, format, types, walls between rooms, spelling, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/codespell src tests docs packs README.md

bench: .venv/dev .venv/bench ## Whole runs beside the floor and the peers, as ratios (5 and 20 million rows)
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.drafting
	$(BIN)/python -m tests.benchmarks.databases
	$(BIN)/python -m tests.benchmarks.search

soak: .venv/dev messages ## The kill test and the generated bad input at full size
	HEXI_SOAK=1 $(BIN)/pytest -n 2 -q -r s tests/data tests/cli tests/journeys

docs: .venv/dev ## The documentation as HTML in docs/_build
	$(BIN)/sphinx-build -q -W -b html docs docs/_build

reference: .venv/dev ## Write the reference pages anew from the code
	$(BIN)/python -m tests.docs.reference

screenshots: .venv/dev messages ## Take the pictures of the README and the guides anew (needs Chromium)
	$(BIN)/python -m tests.journeys.screenshots

format: .venv/dev ## Format the code
	$(BIN)/ruff check --fix -q . || true
	$(BIN)/ruff format .

messages: .venv/node
	@$(BIN)/python -m babel.messages.frontend -q compile --use-fuzzy -d src/hexi/locale -D django 2>/dev/null || \
		$(BIN)/python -m babel.messages.frontend compile -d src/hexi/locale -D django

lock: ## Lock the dependencies anew, with hashes (needs uv)
	for set in "node.txt --group build" "dev.txt --group build --group dev -c requirements/node.txt" \
	           "bench.txt --group build --group bench -c requirements/node.txt"; do \
		set -- $$set; out=$$1; shift; \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-header --no-annotate "$$@" -o requirements/$$out pyproject.toml; \
	done

clean: ## Remove what recipes made, the node's home included
	rm -rf .venv .hexi bench-data docs/_build .mypy_cache .ruff_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hexi needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/node: requirements/node.txt pyproject.toml | .venv/bin/python
	@echo "Setting up: the node's dependencies (once, about a minute)"
	@$(BIN)/pip install -q --require-hashes -r requirements/node.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements/dev.txt .venv/node
	@echo "Setting up: the tools for tests and checks (once)"
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

.venv/bench: requirements/bench.txt | .venv/bin/python
	@$(PYTHON) -m venv .venv/peers
	@.venv/peers/bin/pip install -q --require-hashes -r requirements/bench.txt
	@touch $@
