# GraphWiz Trader: `make help` lists the targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup native demo test test-contract neo4j test-docs docs test-testnet check bench bench-peers test-long test-peers test-browser lock clean

VENV := .venv
BIN := $(VENV)/bin
PEERS := $(VENV)/peers
PIP := -m pip install --disable-pip-version-check --require-hashes
GRAPHWIZ_LONG ?= 1.0
PORT ?= 7687
PYTEST_ARGS ?=
GRAPHWIZ_NATIVE ?= 0
PYTEST = $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal
LINT_CACHE ?= .import_linter_cache

# What is installed is named by what it was made from and where, so that nothing is done twice.
READY := $(VENV)/ready-$(shell (pwd; cat requirements/dev.txt pyproject.toml) | cksum | cut -d' ' -f1)
PEERS_READY := $(PEERS)/ready-$(shell (pwd; cat requirements/peers.txt) | cksum | cut -d' ' -f1)

DOCS_READY := $(VENV)/docs-ready-$(shell (pwd; cat requirements/dev.txt requirements/docs.txt) | cksum | cut -d' ' -f1)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name what; do printf '%-12s %s\n' "$$name" "$$what"; done

setup: $(READY) ## make .venv with the locked dependencies and the graphwiz command

native: $(READY) ## compile the hot modules (once, some three minutes, needs a C compiler); everything works without
	@$(BIN)/python -m graphwiz_trader.native

demo: $(READY) ## the main job on simulated exchanges, with a report at the end
	@$(BIN)/graphwiz demo $(ARGS)

test: $(READY) ## the whole offline test suite, on the source; GRAPHWIZ_NATIVE=1 tests what `make native` made
	@GRAPHWIZ_NATIVE=$(GRAPHWIZ_NATIVE) $(PYTEST) -m "not contract and not long and not peers and not testnet and not browser and not docs" $(PYTEST_ARGS)

test-contract: $(READY) ## real servers on loopback: ccxt and our feeds on the simulated exchange, the graph on Neo4j
	@$(BIN)/python -m tests.contracts.neo4j_server beside $(PYTEST) -m "contract and not long" $(PYTEST_ARGS)

test-browser: $(READY) ## the dashboard in a headless Chromium (Debian: apt-get install chromium); pictures in docs/images
	@$(BIN)/python -m pytest -m browser $(PYTEST_ARGS)

test-docs: $(READY) ## every session, file and script of the documentation, as a reader would
	@$(PYTEST) -m docs $(PYTEST_ARGS)

docs: $(READY) $(DOCS_READY) ## the documentation as a site, in build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q
	@echo "open build/site/index.html"

neo4j: $(READY) ## a real Neo4j on loopback, for trying; fetched once; PORT=7687
	@PORT=$(PORT) $(BIN)/python -m tests.contracts.neo4j_server

test-testnet: $(READY) ## the exchanges' testnets, those whose keys are set or that GRAPHWIZ_TESTNETS names
	@$(BIN)/python -m pytest -m testnet $(PYTEST_ARGS)

check: $(READY) ## linters, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir $(LINT_CACHE)

bench: $(READY) ## the benchmarks, of compiled modules where they can be compiled
	@$(BIN)/python -m graphwiz_trader.native >&2 || true
	@$(BIN)/graphwiz bench $(ARGS)

bench-peers: $(READY) $(PEERS_READY) ## market making by our engines beside hftbacktest and nautilus_trader, interleaved
	@$(BIN)/python -m graphwiz_trader.native >&2 || true
	@$(BIN)/python -m graphwiz_trader.entrypoints.bench.peers --python $(PEERS)/bin/python --scripts tests/peers $(ARGS)

test-long: $(READY) ## the long proofs; GRAPHWIZ_LONG=0.05 runs a twentieth
	@GRAPHWIZ_LONG=$(GRAPHWIZ_LONG) $(PYTEST) -m long $(PYTEST_ARGS)

test-peers: $(READY) $(PEERS_READY) ## our fills beside hftbacktest's, which runs in an environment of its own
	@GRAPHWIZ_PEERS="$(CURDIR)/$(PEERS)/bin/python" $(BIN)/python -m pytest -m peers $(PYTEST_ARGS)

lock: $(READY) ## make the lock files from requirements/*.in again
	@$(BIN)/python $(PIP) -q -r requirements/uv.txt
	@for name in uv dev peers; do $(LOCK) requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	@$(LOCK) requirements/docs.in -o requirements/docs.txt
	@$(LOCK) requirements/run.in -c requirements/dev.txt -o requirements/run.txt

clean: ## remove .venv and every cache
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist src/*.egg-info
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -q

$(BIN)/python:
	@for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	  if command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "making $(VENV) with $$($$name --version)"; exec $$name -m venv $(VENV); \
	  fi; \
	done; echo "GraphWiz Trader needs Python 3.11 or newer, and none is on the path." >&2; exit 2

$(READY): | $(BIN)/python
	@echo "installing the locked dependencies (once, about a minute)"
	@$(BIN)/python $(PIP) -r requirements/dev.txt
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@rm -f $(VENV)/ready-* && touch $@

$(DOCS_READY): $(READY)
	@$(BIN)/python $(PIP) -q -r requirements/docs.txt
	@rm -f $(VENV)/docs-ready-* && touch $@

$(PEERS_READY): | $(BIN)/python
	@echo "installing hftbacktest and nautilus_trader beside (once)"
	@$(BIN)/python -m venv $(PEERS)
	@$(PEERS)/bin/python $(PIP) -r requirements/peers.txt
	@rm -f $(PEERS)/ready-* && touch $@
