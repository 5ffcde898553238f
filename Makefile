# Tollgate's front door. `make help` lists what it can do.

VENV ?= .venv
PYTHON ?= python3
JOBS ?= 2

python := $(VENV)/bin/python
pip := $(python) -m pip --disable-pip-version-check --quiet
tollgate := $(python) -m flask --app app

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run worker install test test-long bench check format pins clean

help: ## List what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) \
	    | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: $(VENV)/.installed ## Install, prepare the database and serve on http://127.0.0.1:8000
	@$(tollgate) db prepare
	@exec $(python) -m gunicorn --config gunicorn.conf.py 'app:create_app()'

worker: $(VENV)/.installed ## Deliver, seal and keep house beside a server of several processes
	@exec $(tollgate) worker

install: $(VENV)/.installed ## Make the virtual environment that `make run` uses

test: $(VENV)/.installed-dev ## Run the tests
	@$(python) -m pytest -n $(JOBS) --dist loadfile

test-long: $(VENV)/.installed-dev ## Run the long tests: the two readings on ten million facts (TOLLGATE_DIFFERENTIAL_FACTS), kill -9 under load, everything going wrong at once
	@$(python) -m pytest -m long

bench: $(VENV)/.installed-dev ## Measure the speed, side by side with other engines and servers
	@$(python) -m benchmarks

check: $(VENV)/.installed-dev ## Lint, check formats, types, import order and the laws of the house
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy
	@$(VENV)/bin/lint-imports
	@$(python) -m pytest -q tests/test_house_law.py

format: $(VENV)/.installed-dev ## Put the code into its one format
	@$(python) -m ruff check --fix .
	@$(python) -m ruff format .

pins: $(VENV)/.installed-dev ## Write requirements*.txt from requirements*.in (NEWEST=1: take the newest versions)
	@$(python) scripts/pin_requirements.py $(if $(NEWEST),--newest)

clean: ## Remove the virtual environment and the caches; the database under var/ stays
	@rm -rf $(VENV) .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(python):
	@scripts/preflight.sh $(PYTHON)
	@$(PYTHON) -m venv --clear $(VENV)

# Nothing is installed that is not pinned with its hash, what compiles the engine included. The
# engine's source names a function as Python did before 3.13.
define install
	@$(pip) install --require-hashes --requirement requirements-build.txt
	@CPPFLAGS="$$CPPFLAGS -DPyEval_CallObject=PyObject_CallObject" $(pip) install --require-hashes \
	    --no-build-isolation --use-pep517 --requirement $(1)
endef

# The stamps say which requirements a virtual environment holds; they make the second run quick.
$(VENV)/.installed: requirements-build.txt requirements.txt | $(python)
	@echo 'installing what Tollgate needs (about 20 seconds, once) …'
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.installed-dev: requirements-build.txt requirements.txt requirements-dev.txt | $(python)
	@echo 'installing what the tests need (about a minute, once) …'
	$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/.installed
