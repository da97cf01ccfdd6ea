# The two commands are `make demo` and `make test`; both do all the set-up.

GRADER := .venv/bin/grader
PYTHON_ENV := .venv/bin/python
TESTS ?= tests
ONCE ?=
# One more than there are cores: many tests wait for processes of their own.
WORKERS ?= $(shell expr $$(nproc) + 1)
BEGAN := $(shell date +%s)

.PHONY: demo serve test test-browser screenshots chaos lint coverage bench lock setup setup-test clean help

help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:  ## Install what the service needs
	@tools/setup.sh run

setup-test:
	@tools/setup.sh test

setup-browser: setup-test
	@tools/setup.sh browser

demo: setup  ## Start the service with a demo course and grade real samples (ONCE=1 ends by itself)
	@$(GRADER) demo --since $(BEGAN) $(if $(ONCE),--once)

serve: setup  ## Start the service on your own data
	@$(GRADER) serve

test: setup-test lint  ## Check style and types, then run every test
	@$(PYTHON_ENV) -m pytest -q -n $(WORKERS) --dist worksteal -rs $(TESTS)

test-browser: setup-browser  ## Play every role in a headless browser, wide and on a phone
	@GRADER_REQUIRE=browser $(PYTHON_ENV) -m pytest -q -rs tests/browser

screenshots: setup-browser  ## Take the pictures of the guides anew
	@PYTHONPATH=. $(PYTHON_ENV) tools/screenshots.py

chaos: setup-test  ## Kill, freeze and cut off real processes: every fault on every database
	@$(PYTHON_ENV) -m pytest -q -n 2 -rs -m "slow_chaos or not slow_chaos" --durations=0 --durations-min=0.5 tests/chaos

lint: setup-test
	@$(PYTHON_ENV) -m ruff check --quiet .
	@$(PYTHON_ENV) -m ruff format --check --quiet .
	@$(PYTHON_ENV) -m mypy --no-error-summary

coverage: setup-test  ## Measure which lines the tests reach
	@$(PYTHON_ENV) -m coverage run -m pytest -q $(TESTS)
	@$(PYTHON_ENV) -m coverage report

bench: setup  ## Measure the numbers of docs/benchmarks.md
	@$(GRADER) bench all

lock:  ## Resolve the dependencies again and write the hashed lock files
	@tools/lock.sh

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis
