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

demo: setup  ## a simulated company, live in the browser (check=1: start, print the first numbers, stop; port=8711; language=fi)
	@.venv/bin/mittari demo $(if $(port),--port $(port)) $(if $(language),--language $(language)) $(if $(check),--check)

test: setup-test  ## the tests every change must pass, some minutes on two cores (only=tests/measure for one room)
	$(PYTEST) -m "not long" $(only)

test-all: setup-test  ## also the long tests
	$(PYTEST) $(only)

lint: setup-test  ## style and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy --strict src

bench: setup-test  ## measure start, import, KPIs, intervals, intake, live boards and what users would write instead against their limits (rows=1000000 conversations, runs=7)
	.venv/bin/python bench/start.py --runs $(or $(runs),7)
	.venv/bin/python bench/import_speed.py --runs $(or $(runs),7)
	rm -rf build/scale
	.venv/bin/python bench/scale.py $(or $(rows),1000000) build/scale
	.venv/bin/python bench/kpis.py build/scale --runs $(or $(runs),7)
	.venv/bin/python bench/coverage.py
	.venv/bin/python bench/peers.py build/scale --runs $(or $(runs),7)
	.venv/bin/python bench/intake.py
	.venv/bin/python bench/live.py
	.venv/bin/python bench/taps.py
	.venv/bin/python bench/crash.py
	.venv/bin/python bench/kiosk.py

lock:  ## resolve the exact versions again after a change of pyproject.toml
	@scripts/lock

clean:  ## remove .venv and what tools left behind
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
