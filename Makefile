# Everything starts from a Python >= 3.11, Node >= 20 and make; the rest is fetched into .venv, hash-checked.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
BIN := .venv/bin
STAMP := .venv/installed
# The one on PATH, else the one that `make` put into .venv (the version and hashes are those of dev.lock).
UV = $(shell command -v uv 2>/dev/null || echo $(BIN)/uv)
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider
# One process a core, four at most; files whole, the slow ones (clients, whole gateways) first.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 4 ] && n=4; echo $$n)
# The dashboard's build inside the package, and what it is made of.
DASHBOARD := src/perpetuo/dashboard/app.html
NODE_MODULES := dashboard/node_modules/.installed-lock
DASHBOARD_SOURCES = $(shell find dashboard/src dashboard/*.html dashboard/*.ts dashboard/*.json -type f 2>/dev/null)
PARALLEL := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: help up dev test test-core lint format types dashboard dashboard-dev dashboard-test browser pytest e2e screenshots wheel-test compat-js compat-py build soak bench fuzz edge-newest lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1	\2/' | expand -t 20

up: $(STAMP) $(DASHBOARD) ## start the gateway, with a real model behind it
	@exec $(BIN)/perpetuo up $(ARGS)

dev: $(STAMP) $(DASHBOARD) ## the same, and workers are replaced when a file under src/ changes
	@exec $(BIN)/perpetuo up --reload $(ARGS)

test: lint types dashboard-test pytest wheel-test ## everything that CI runs

test-core: $(STAMP) ## the pure decisions and protocols: seconds
	$(PYTEST) -q tests/unit/core tests/unit/providers

lint: $(STAMP) $(NODE_MODULES) ## formatting, lint, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	cd dashboard && npm run -s lint

types: $(STAMP) $(NODE_MODULES) ## pyright and tsc, strict; the dashboard's types are those of the API
	$(BIN)/pyright
	cd dashboard && npm run -s types && npm run -s api-types -- --check

format: $(STAMP) $(NODE_MODULES) ## rewrite files as ruff and biome want them
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd dashboard && npm run -s format

dashboard: $(DASHBOARD) ## build the dashboard into the package

dashboard-dev: $(NODE_MODULES) ## its development server on port 3001, against a gateway on 3000 (VITE_API_URL)
	@cd dashboard && npm run -s dev

dashboard-test: $(NODE_MODULES) $(DASHBOARD) ## its components and pure functions, and how many bytes it loads
	cd dashboard && npm run -s test && node scripts/check-budget.mjs

# A Chromium for the browser tests: found, else installed.
browser: $(NODE_MODULES)
	@cd dashboard && node scripts/find-browser.mjs

$(NODE_MODULES): dashboard/package-lock.json
	@command -v npm >/dev/null 2>&1 || { echo "make: no npm on PATH: install Node >= 20.19 (the dashboard is built with it)." >&2; exit 1; }
	@echo "make: installing what the dashboard is built with; the first time, this downloads"
	@cd dashboard && npm ci --include=dev --no-audit --no-fund --loglevel=error --no-update-notifier
	@cp dashboard/package-lock.json $@

$(DASHBOARD): $(STAMP) $(NODE_MODULES) $(DASHBOARD_SOURCES)
	@echo "make: building the dashboard"
	@$(BIN)/python hatch_build.py
	@touch $@

pytest: $(STAMP) $(DASHBOARD) browser compat-js compat-py
	$(PYTEST) $(PARALLEL) -m "not soak"

e2e: $(STAMP) $(DASHBOARD) browser ## the dashboard in a browser; ARGS="-k overview" for one file of dashboard/e2e
	$(PYTEST) -q tests/e2e/test_dashboard.py $(ARGS)

screenshots: $(STAMP) $(DASHBOARD) browser ## docs/screenshots anew
	PERPETUO_SCREENSHOTS=1 $(PYTEST) -q tests/e2e/test_dashboard.py -k "pages or states"

# The npm clients of tests/compat; nothing to do until they are there.
compat-js: $(STAMP)
	@if [ -f tests/compat/js/package-lock.json ] && \
	  ! cmp -s tests/compat/js/package-lock.json tests/compat/js/node_modules/.installed-lock; then \
	  cd tests/compat/js && npm ci --no-audit --no-fund && cp package-lock.json node_modules/.installed-lock; fi

# The Python clients of tests/compat/clients, which do not agree with our own environment on versions.
compat-py: $(STAMP)
	@if ! cmp -s requirements/clients.lock build/clients-venv/installed.lock; then \
	  $(UV) venv -q --clear --python $(BIN)/python build/clients-venv && \
	  $(UV) pip sync -q --require-hashes --compile-bytecode --python build/clients-venv/bin/python \
	    requirements/clients.lock && cp requirements/clients.lock build/clients-venv/installed.lock; fi

build: $(STAMP) $(DASHBOARD) ## the wheel, into dist/
	rm -rf dist
	$(UV) build -q --wheel --no-build-isolation --python $(BIN)/python --out-dir dist .
	@ls dist/*.whl

# The unit tests again, against the wheel in a venv of its own: shows that exports and data files are in it.
wheel-test: build
	$(UV) venv -q --clear --python $(BIN)/python build/wheel-venv
	$(UV) pip sync -q --require-hashes --python build/wheel-venv/bin/python requirements/dev.lock
	$(UV) pip install -q --no-deps --python build/wheel-venv/bin/python dist/*.whl
	build/wheel-venv/bin/python -c 'import perpetuo; assert "wheel-venv" in perpetuo.__file__, perpetuo.__file__'
	build/wheel-venv/bin/python -c 'from perpetuo.control.dashboard import read_assets; assert {"/", "/app"} <= set(read_assets())'
	build/wheel-venv/bin/python -m pytest -p no:cacheprovider -q $(PARALLEL) -m "not soak and not slow" tests/unit

# The server edge is a subclass of uvicorn's protocol and leans on its internals: the edge's tests against the newest
# releases of it and of what it stands on, whatever the lock says. Not part of `make test`, which stays as it is locked.
edge-newest: build ## the server edge against uvicorn's newest release
	$(UV) venv -q --clear --python $(BIN)/python build/newest-venv
	$(UV) pip sync -q --require-hashes --python build/newest-venv/bin/python requirements/dev.lock
	$(UV) pip install -q --upgrade --python build/newest-venv/bin/python uvicorn httptools uvloop h11
	$(UV) pip install -q --no-deps --python build/newest-venv/bin/python dist/*.whl
	@build/newest-venv/bin/python -c 'from importlib.metadata import version; print(*(f"{n} {version(n)}" for n in ("uvicorn", "httptools", "uvloop", "h11")), sep=", ")'
	build/newest-venv/bin/python -m pytest -p no:cacheprovider -q $(PARALLEL) -m "not soak" tests/integration/http \
	  tests/integration/gateway/test_edges.py tests/integration/gateway/test_smuggling.py \
	  tests/integration/gateway/test_drain.py tests/integration/gateway/test_java_upgrade.py

soak: $(STAMP) $(DASHBOARD) browser compat-js compat-py ## the long form of the figures
	$(PYTEST) -m soak --timeout 7200

# What is kept on the way goes to build/fuzz; what is worth keeping for good, into tests/fuzz/corpus (`-merge=1`, see
# docs/testing.md).
FUZZ ?= request answer stream reply edge
SECONDS_EACH ?= 300
fuzz: $(STAMP) ## bytes that are handled wrongly are looked for; FUZZ="stream" SECONDS_EACH=60 for a minute of one target
	$(UV) venv -q --clear --python $(BIN)/python build/fuzz-venv
	$(UV) pip sync -q --require-hashes --only-binary atheris --python build/fuzz-venv/bin/python \
	  requirements/dev.lock requirements/fuzz.lock
	@for target in $(FUZZ); do \
	  PYTHONPATH=src:tests:tests/fuzz build/fuzz-venv/bin/python tests/fuzz/fuzz.py $$target build/fuzz/$$target \
	    -max_total_time=$(SECONDS_EACH) || exit 1; done

bench: $(STAMP) ## performance figures, into bench/; ARGS="--quick" for a minute's worth, see docs/performance.md
	@$(BIN)/perpetuo bench $(ARGS)

lock: $(STAMP) ## resolve the dependencies anew
	$(UV) pip compile -q pyproject.toml --all-extras --group dev --universal --generate-hashes \
	  --no-emit-index-url --python-version 3.11 -o requirements/dev.lock
	$(UV) pip compile -q pyproject.toml --universal --generate-hashes \
	  --no-emit-index-url --python-version 3.11 -c requirements/dev.lock -o requirements/core.lock
	echo hatchling | $(UV) pip compile -q - --universal --generate-hashes --custom-compile-command 'make lock' \
	  --no-emit-index-url --python-version 3.11 -c requirements/dev.lock -o requirements/build.lock
	$(UV) pip compile -q --group clients --universal --generate-hashes --custom-compile-command 'make lock' \
	  --no-emit-index-url --python-version 3.11 -o requirements/clients.lock
	$(UV) pip compile -q --group fuzz --universal --generate-hashes --custom-compile-command 'make lock' \
	  --no-emit-index-url --python-version 3.11 -o requirements/fuzz.lock

clean:
	rm -rf src/perpetuo/dashboard dashboard/node_modules
	rm -rf .venv build dist .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(STAMP): pyproject.toml requirements/dev.lock scripts/make-venv
	@PYTHON="$(PYTHON)" scripts/make-venv
	@touch $@
