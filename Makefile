# Two commands matter: `make run` and `make demo`. `make help` names the others.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install run demo test test-browser test-papers check format race openapi lock clean \
	bench bench-casework bench-closing bench-rooms bench-queue bench-history bench-agreements bench-papers \
	bench-statistics bench-export bench-exchange bench-reconciliation bench-records

BIN := .venv/bin

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile

install: ## .venv from requirements.lock (every other command does it by itself)
	@python="$(PYTHON)"; \
	for candidate in python3.12 python3.11 python3 python3.13 python3.14; do \
		if [ -n "$$python" ]; then break; fi; \
		if $$candidate -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
		then python=$$candidate; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or later is needed, with its venv module (Debian, Ubuntu: apt install python3 python3-venv)." >&2; \
		echo "If it is not on the PATH: make PYTHON=/path/to/python3 …" >&2; \
		exit 1; \
	fi; \
	$$python .ci/install.py

run: install ## start everything on http://127.0.0.1:8000 until Ctrl-C
	@exec $(BIN)/hejie dev

demo: install ## a resident's journey, told step by step (needs `make run` in another terminal)
	@exec $(BIN)/hejie demo

test: install ## all tests, against real PostgreSQL and Redis
	@exec $(BIN)/python -m pytest -n 2 --dist loadfile

test-browser: install ## the simulator's page in a headless Chromium, which must be there
	@exec $(BIN)/python -m pytest tests/browser/check_phone.py

test-papers: install ## every paper as DOCX through LibreOffice, which must be there
	@exec $(BIN)/python -m pytest tests/papers/check_libreoffice.py

check: install ## style, types, import rules, dependencies, the published API description, the picture of the flow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/hejie openapi --check
	$(BIN)/hejie flow-picture --check

format: install ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## filing throughput as a ratio to a bare handler, SQL calls per request, routing, messages
	@$(BIN)/python -m tests.benchmarks
	@HEJIE_BOOKS_EXAMPLES=5 HEJIE_BOOKS_STEPS=40 $(BIN)/python -m pytest -q tests/notices/test_books.py

bench-casework: install ## fifty at the same twenty cases for 30 s
	@exec $(BIN)/python -m tests.benchmarks.casework

bench-closing: install ## fifty staff and fifty parties act on, rate, urge and reopen twenty cases for 30 s
	@exec $(BIN)/python -m tests.benchmarks.closing

bench-agreements: install ## 1,000 agreements signed by both parties at once: each in force exactly once
	@exec $(BIN)/python -m tests.benchmarks.agreements

bench-queue: install ## the staff queue and the case page among a thousand cases and a million (kept in .data-queue)
	@exec $(BIN)/python -m tests.benchmarks.queue

bench-reconciliation: install ## 100,000 cases on both sides, 25 planted differences: found exactly, in less than a minute
	@exec $(BIN)/python -m tests.benchmarks.reconciliation

bench-papers: install ## papers in the worker: agreement PDF and DOCX, one after another
	@exec $(BIN)/python -m tests.benchmarks.papers

bench-rooms: install ## 200 people in 20 rooms talk for 100 s over two API processes
	@exec $(BIN)/python -m tests.benchmarks.rooms

bench-history: install ## a million events of the history verified
	@exec $(BIN)/python -m tests.benchmarks.history

bench-statistics: install ## the city's year among a million cases, and the recount (kept in .data-statistics)
	@exec $(BIN)/python -m tests.benchmarks.statistics

bench-export: install ## 100,000 cases as CSV and XLSX, the worker killed amid each; its memory
	@exec $(BIN)/python -m tests.benchmarks.export

bench-records: install ## 100,000 records of GB/T 31000 in and out in each format; memory that does not grow
	@exec $(BIN)/python -m tests.benchmarks.records

bench-exchange: install ## 10,000 events to three partners, one dead, one slow; the worker killed in the middle
	@exec $(BIN)/python -m tests.benchmarks.exchange

race: install ## everybody books at once, for some minutes; the database must come out clean
	@exec $(BIN)/python -m tests.races

openapi: install ## write docs/openapi/*.json anew
	@exec $(BIN)/hejie openapi

lock: install ## resolve the dependencies of pyproject.toml anew
	$(BIN)/pip-compile --extra dev --generate-hashes --allow-unsafe --strip-extras --no-header --quiet \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml

clean: ## remove .venv and caches; data folders stay
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
