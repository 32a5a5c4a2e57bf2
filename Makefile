# GAISSA Tools: `make run` serves the site, `make test` checks everything. Both need Python 3.11+, git and make.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0

.PHONY: run test test-thorough check bench attack migration lock clean

run: $(VENV)/.runtime
	$(BIN)/gaissa migrate
	$(BIN)/gaissa seed
	$(BIN)/gaissa serve --port $(PORT) --with-worker

test: check
	$(BIN)/pytest tests/unit -n auto --cov=gaissa_web.core --cov-fail-under=100 --cov-report=term:skip-covered
	$(BIN)/pytest --ignore=tests/unit -n auto --dist worksteal

# All tests, with what takes long: faults, load, installations, and many more generated examples.
test-thorough: $(VENV)/.development
	$(BIN)/pytest -n auto --dist worksteal --thorough

check: $(VENV)/.development
	$(BIN)/pip check --quiet
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates

bench: $(VENV)/.development
	$(BIN)/python -m tests.bench

# Some minutes; python -m tests.attack --help says how to send one thing again, or to attack a running site.
attack: $(VENV)/.development
	$(BIN)/python -m tests.attack

# After a change of the tables: make migration MESSAGE="add drafts", then read what it wrote.
migration: $(VENV)/.runtime
	$(BIN)/python -c 'from gaissa_web.app import create_app; from gaissa_web.storage import migrations; \
		create_app().app_context().push(); migrations.upgrade(); migrations.create_revision("$(MESSAGE)")'

# After a change of dependencies in pyproject.toml; needs uv.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) *.egg-info

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
