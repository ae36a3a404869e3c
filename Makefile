# `make demo` and `make test` prepare what they need by themselves, on a machine with git, make and python3.
.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test test-all lint bench lock clean

PYTEST := .venv/bin/python -m pytest -n auto --dist worksteal -q

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

setup:  ## prepare .venv from the lock files
	@scripts/setup

setup-test:
	@scripts/setup test

demo: setup  ## a simulated company, live in the browser (check=1: start, print the first numbers, stop; port=8711)
	@.venv/bin/mittari demo $(if $(port),--port $(port)) $(if $(check),--check)

test: setup-test  ## the tests every change must pass, some minutes on two cores (only=tests/measure for one room)
	$(PYTEST) -m "not long" $(only)

test-all: setup-test  ## also the long tests
	$(PYTEST) $(only)

lint: setup-test  ## style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy --strict src

bench: setup-test  ## measure speed against hand-written SQL (only=NAME for one of them)
	.venv/bin/python -m bench $(only)

lock:  ## resolve the exact versions again after a change of pyproject.toml
	@scripts/lock

clean:  ## remove .venv and what tools left behind
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
