# One verb per developer act, the same here and in CI.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 5000
LMS_PORT ?= 5001

.PHONY: demo test soak bench setup setup-dev lint fmt wheel lock

demo: setup ## everything, then serve until stopped
	$(BIN)/python -m tests.lms.run_demo --port $(PORT) --lms-port $(LMS_PORT)

test: setup-dev lint ## all that CI runs
	sh tests/run.sh

soak: setup-dev ## the long ones
	$(BIN)/pytest tests/soak tests/journeys/test_closing.py -q -p no:cacheprovider --soak

bench: setup-dev ## the benchmark table; exits 1 when a bar is missed
	$(BIN)/python -m tests.bench $(BENCH)

setup: .venv/ready learn/static/vendor/ready ## what the product needs

setup-dev: .venv/ready-dev learn/static/vendor/ready ## and what its tests need

.venv/bin/python:
	$(PYTHON) -m venv .venv || (sh tests/install_system.sh venv && $(PYTHON) -m venv .venv)

.venv/ready: requirements.txt setup.cfg | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@# Setuptools older than 70.1 cannot do the first; the second fetches a newer one, and says what is wrong if anything is.
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . 2>/dev/null || \
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

learn/static/vendor/ready: package-lock.json learn/assets.py $(wildcard learn/static/css/*.css learn/static/js/*.js) | .venv/ready
	$(BIN)/python -m learn.assets
	touch $@

lint: setup-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy

fmt: setup-dev
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

wheel: setup-dev ## with templates, migrations and browser assets inside
	rm -rf build
	$(BIN)/python -m build --wheel

lock: setup-dev ## new lock files, without any index's address; with the oldest Python, so that every later one can use them
	$(BIN)/python -m pip install -q pip-tools
	$(BIN)/pip-compile $(LOCK) -o requirements.txt setup.cfg
	$(BIN)/pip-compile $(LOCK) --extra dev -c requirements.txt -o requirements-dev.txt setup.cfg
	$(BIN)/pip-compile $(LOCK) --extra assets -c requirements.txt -o requirements-assets.txt setup.cfg

LOCK := -q --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --strip-extras --allow-unsafe
