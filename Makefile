# Needs Python 3.11 or newer, make and a shell; everything else is fetched into .venv on first use.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
N ?= 200

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo serve check lint format test answers conformance mutants faults

help: ## this list
	@while IFS= read -r line; do case "$$line" in [a-z]*': '*'## '*) \
	  printf '  make %-12s %s\n' "$${line%%:*}" "$${line#*## }";; esac; done < Makefile

demo: $(INSTALLED) ## the service with 20,000 made-up contacts on http://127.0.0.1:8000; Ctrl-C ends it
	@$(BIN)/segments demo

serve: $(INSTALLED) ## the service with your own contacts
	@$(BIN)/segments serve

check: lint ## format, lint, types, layers and unit tests, in under a minute
	$(BIN)/pytest -q tests/unit

lint: $(INSTALLED) ## format, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(INSTALLED) ## lay the code out as `check` wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: lint ## everything on real servers, with coverage
	$(BIN)/pytest -q --cov --cov-report=
	$(BIN)/coverage report --fail-under=100 --include='mappings/*,segments/*'
	$(BIN)/coverage report

answers: $(INSTALLED) ## the known answers on the data sets of shared/data, when they are there
	$(BIN)/python -m tests.answers

conformance: $(INSTALLED) ## N random condition trees: index, evaluator and SQL must agree (N=200)
	$(BIN)/python -m tests.conformance $(N)

mutants: $(INSTALLED) ## faults put into the condition language one by one: the unit tests must find 90 % (20 minutes)
	$(BIN)/python -m tests.mutants

faults: $(INSTALLED) ## every fault there is, on real processes: after each the index must equal the database
	@$(BIN)/python -m tests.faults

# A Python whose environments bring pip along; where there is none (Debian keeps ensurepip in a package of its own),
# one whose own pip installs into the environment.
$(INSTALLED): pyproject.toml constraints.txt
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
	  "$$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || continue; \
	  if "$$python" -c 'import ensurepip' 2> /dev/null; then \
	    "$$python" -m venv $(VENV) && pip="$(BIN)/python -m pip" && break; \
	  elif "$$python" -m pip --version > /dev/null 2>&1; then \
	    "$$python" -m venv --without-pip $(VENV) && pip="$$python -m pip --python $(BIN)/python" && break; \
	  fi; \
	done; \
	if [ -z "$$pip" ]; then \
	  echo 'No Python 3.11 or newer with venv and pip was found; name one: make PYTHON=/path/to/python3' >&2; exit 1; \
	fi; \
	$$pip install --quiet --constraint constraints.txt --editable '.[embedded,dev]'
	@touch $@
