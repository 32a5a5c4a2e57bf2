# GAISSA Tools: `make run` serves the site, `make test` checks everything, `make help` lists the rest.
# They need Python 3.11+, git and make. What stands behind ## is the help.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0

.PHONY: run help test test-thorough check bench attack migration lock clean

run: $(VENV)/.runtime  ## serve the site, with its worker, at http://localhost:8000 (PORT=8123: at another port)
	$(BIN)/gaissa migrate
	$(BIN)/gaissa seed
	$(BIN)/gaissa serve --port $(PORT) --with-worker

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

test: check  ## what a change needs: the checks, and the tests but the long ones
	$(BIN)/pytest tests/unit -n auto --cov=gaissa_web.core --cov-fail-under=100 --cov-report=term:skip-covered
	$(BIN)/pytest --ignore=tests/unit -n auto --dist worksteal

test-thorough: $(VENV)/.development  ## all tests, also faults, load, installations, and many more generated examples
	$(BIN)/pytest -n auto --dist worksteal --thorough

check: $(VENV)/.development  ## linters, type checker and import contracts
	$(BIN)/pip check --quiet
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates

bench: $(VENV)/.development  ## time the running site with 100,000 models
	$(BIN)/python -m tests.bench

# python -m tests.attack --help says how to send one thing again, or to attack a running site.
attack: $(VENV)/.development  ## send hostile uploads, odd and slow requests to a site of its own; takes some minutes
	$(BIN)/python -m tests.attack

migration: $(VENV)/.runtime  ## after a change of the tables: write the migration, then read it (MESSAGE="add drafts")
	$(BIN)/python -c 'from gaissa_web.app import create_app; from gaissa_web.storage import migrations; \
		create_app().app_context().push(); migrations.upgrade(); migrations.create_revision("$(MESSAGE)")'

lock:  ## after a change of the dependencies in pyproject.toml: write the lock files again; needs uv
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt

clean:  ## delete the virtual environments
	rm -rf $(VENV) .venv-newest *.egg-info

$(VENV)/.runtime: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "GAISSA Tools needs Python 3.11 or newer; name one with PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call need,python3-venv)
	@$(PYTHON) -c 'import ctypes.util as u, sys; sys.exit(not u.find_library("pango-1.0"))' || $(call need,$(PANGO))
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	@command -v chromium >/dev/null || $(call need,chromium)
	@command -v redis-server >/dev/null || $(call need,redis-server)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r requirements-dev.txt
	touch $@

# Install system packages where we may (Debian, Ubuntu as root), else say which are missing.
need = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1); \
	else echo "Please install first: $(1)  (Debian, Ubuntu: sudo apt install $(1))"; exit 1; fi
