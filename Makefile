# GridWitness 网格见证. Needs Python 3.11+, Node 20+ and make; everything else is installed below .venv and
# node_modules, and only when uv.lock or package-lock.json is newer than what is there.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
# Parallel test workers (pytest-xdist), a file each at a time; 0 = one process.
PYTEST_WORKERS ?= 2
PYTEST_ARGS ?=
PORT ?= 8000

BIN := .venv/bin
SOURCES := evidence/src chain_node/src core/src api/src ingest/src verifier/src cli/src
PROJECTS := pyproject.toml $(wildcard */pyproject.toml)

# The same answers under any locale: Chinese text is read and printed as UTF-8 even where LC_ALL is C.
export PYTHONUTF8 := 1
export PYTHONUNBUFFERED := 1
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: .venv/.synced node_modules/.installed ## install everything the other targets need

.PHONY: demo
demo: setup ## 演示: the whole product once, from signing to audit; writes var/demo/summary.json
	$(BIN)/gridwitness demo

.PHONY: run
run: setup ## the platform at http://127.0.0.1:8000 (PORT=…) with demo accounts, until Ctrl-C
	$(BIN)/gridwitness up --demo --port $(PORT)

.PHONY: test
test: setup ## all tests (PYTEST_WORKERS=0 in one process, PYTEST_ARGS='-k name' for some)
	$(BIN)/python -m pytest tests -n $(PYTEST_WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

.PHONY: test-all
test-all: ## also the tests that take minutes (marked thorough); before a release
	$(MAKE) test PYTEST_ARGS="-m '' $(PYTEST_ARGS)"

.PHONY: check
check: setup ## format, lint, types, import rules, repository rules, drift of generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports --no-logo
	$(BIN)/uv lock --check
	$(BIN)/python contracts/compile.py --check
	$(BIN)/python tests/vectors/generate.py --check
	PYTHONPATH=tests $(BIN)/python -m support.structure
	PYTHONPATH=tests $(BIN)/python -m support.compose
	PYTHONPATH=tests $(BIN)/python -m support.attack_page --check
	PYTHONPATH=tests $(BIN)/python -m support.procedure_page --check
	$(BIN)/gridwitness openapi --check docs/openapi.json
	$(BIN)/gridwitness permissions --check docs/permissions.md

.PHONY: bench
bench: setup ## measure; prints its table and writes var/bench/results.json
	$(BIN)/gridwitness bench

SEED ?=
KILLS ?= 500
MATRIX ?=
.PHONY: soak
soak: setup ## kill -9 of random parts under load (SEED=… KILLS=500 MATRIX=whole); writes var/soak/results.json
	PYTHONPATH=tests $(BIN)/python -m support.crash_soak --kills $(KILLS) $(if $(SEED),--seed $(SEED)) $(if $(MATRIX),--matrix)

.PHONY: audit-deps
audit-deps: setup ## known vulnerabilities of the pinned dependencies (needs the advisory service)
	$(BIN)/uv export --frozen --all-packages --no-emit-workspace --no-dev --format requirements-txt --output-file var/audit/requirements.txt --quiet
	$(BIN)/pip-audit --requirement var/audit/requirements.txt --disable-pip
	npm audit --omit=dev

.PHONY: clean
clean: ## remove what make installed and cached; var/ (your deployment) stays
	rm -rf .venv node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# The newest Python that really runs: a name on PATH may be a shim without a version behind it.
.venv/.uv-$(UV_VERSION):
	@python=""; \
	for name in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "make: no Python 3.11 or newer found (python3 is: $$(python3 --version 2>&1 || echo missing)). Install one and run make again." >&2; \
	  exit 1; \
	fi; \
	if ! $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	  echo "creating .venv with $$("$$python" --version)"; \
	  "$$python" -m venv --clear .venv || { \
	    echo "make: this Python cannot make environments; on Debian and Ubuntu install the package python3-venv." >&2; exit 1; }; \
	fi
	$(BIN)/python -m pip install --quiet "uv==$(UV_VERSION)"
	@touch $@

.venv/.synced: .venv/.uv-$(UV_VERSION) uv.lock $(PROJECTS)
	@# Where a proxy shows its own certificate, the machine's certificates know it and uv's do not.
	$(BIN)/uv sync --frozen --quiet || $(BIN)/uv sync --frozen --quiet --system-certs
	@touch $@

node_modules/.installed: package.json package-lock.json
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null || { \
	  echo "make: Node 20 or newer is needed (node is: $$(node --version 2>&1 || echo missing)). Install it and run make again." >&2; \
	  exit 1; }
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@
