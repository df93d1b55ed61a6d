# make reports, make test, make lab: each first installs what is missing. Only python3 >= 3.11 is needed.
# make test PYTHON=/path/to/python3.13 uses that Python and its own .venv-3.13.

# python3, or where that is too old the newest python3.x on PATH that is not
PYTHON := $(or $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done),python3)
ifeq ($(origin PYTHON),command line)
VENV := .venv-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
else
VENV := .venv
endif
BIN := $(VENV)/bin
# a process for each core and one for when they wait, each test file in one of them
WORKERS := $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN) < 4 ? $$(getconf _NPROCESSORS_ONLN) : 4) + 1 )))
PARALLEL := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
SUBJECTS := $(notdir $(patsubst %/,%,$(dir $(wildcard data/subjects/*/subject.yml))))

.PHONY: help install spark reports test test-all whole fuzz calibrate scale torture lab notebooks messages reference schemas bench measured bench-check lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

install: ## put the locked packages and siyu into .venv, unless they are there
	@$(PYTHON) scripts/install.py $(VENV)
	@$(BIN)/python -m compileall -q src/siyu

spark: ## what Spark takes as well, for clients whose orders outgrow this machine; needs Java 17
	@$(PYTHON) scripts/install.py $(VENV) spark

reports: install ## publish the bundled subjects to reports/; LIMITS=3600,4096,50 for a slow machine: seconds, MB, MB
	@$(BIN)/siyu report $(if $(LIMITS),--limits $(LIMITS)) $(SUBJECTS)

test: install ## every check; browser, office and Java tests run when their program is found
	@failed=; \
	run() { name=$$1; shift; printf '== %s\n' "$$name"; "$$@" || failed="$$failed, $$name"; }; \
	spark=; if command -v java >/dev/null; then $(MAKE) --no-print-directory spark & spark=$$!; fi; \
	run style $(BIN)/ruff check --quiet --output-format concise .; \
	run format $(BIN)/ruff format --check --quiet --output-format concise .; \
	run imports $(BIN)/lint-imports --no-logo --no-cache; \
	if [ -n "$$spark" ]; then wait $$spark || exit 1; fi; \
	$(BIN)/mypy --no-error-summary & types=$$!; \
	run "notebooks and tests" $(BIN)/python -m pytest --quiet $(PARALLEL) --nbval notebooks tests -m "not whole"; \
	run types wait $$types; \
	if [ -n "$$failed" ]; then echo "failed: $${failed#, }"; exit 1; fi

test-all: export SIYU_REQUIRE := browser,office,java
test-all: test ## the same, and a missing program is a failure

whole: install ## what make test takes a sample of: axe over pages, metrics by Spark, formulas, kills, 300 mutations
	@SIYU_FUZZ=300 $(BIN)/python -m pytest --quiet $(PARALLEL) -m "whole or fuzz"

fuzz: install ## 10,000 seeded mutations of order exports; make test does 100
	@SIYU_FUZZ=10000 $(BIN)/python -m pytest --quiet tests/intake/test_fuzz.py

calibrate: install ## do verdicts and intervals hold in simulated worlds? seeds fixed, forty minutes
	@$(BIN)/python scripts/trials.py ends lots retailer verdicts intervals value reach growth levels
	@$(BIN)/python scripts/measured.py

scale: spark ## does Spark count ten million orders as DuckDB does? with SIZES="10000000 100000000", how both grow
	@$(BIN)/python scripts/trials.py scale -- $(SIZES)

torture: install ## kill, fill and race batches of small notebooks: an hour, with seeds to replay
	@$(BIN)/python tests/torture/kills.py
	@$(BIN)/python tests/torture/races.py
	@$(BIN)/python tests/torture/disks.py
	@$(BIN)/python tests/torture/floods.py
	@$(BIN)/python scripts/trials.py cluster

lab: install ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) notebooks

notebooks: install ## run the bundled notebooks in place, in English, as they are committed
	@$(BIN)/jupyter nbconvert --to notebook --execute --inplace --log-level=ERROR \
		--ExecutePreprocessor.record_timing=False notebooks/*.ipynb

reference: install ## write docs/reference.md from the code
	@$(BIN)/python scripts/reference.py

schemas: install ## write the JSON Schemas of findings from their types
	@$(BIN)/python scripts/schemas.py

messages: install ## add new texts of code, notebooks and data to the .po files; list what lacks Chinese
	@$(BIN)/python scripts/messages.py

bench: install ## one table of ratios to plain ways of doing the same, kept in benchmarks/measured.json
	@$(BIN)/python benchmarks/table.py
	@$(BIN)/python benchmarks/table.py --small
	@$(BIN)/python scripts/measured.py

measured: install ## write the last benchmark and the scorecard into docs/measured.md
	@$(BIN)/python scripts/measured.py

bench-check: install ## the same in small, against what was measured before
	@$(BIN)/python benchmarks/table.py --small --check

LOCKED := --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header --quiet --upgrade
lock: install ## lock dependencies and tools anew: newest versions that Python 3.11 to 3.14 share
	@$(BIN)/uv pip compile pyproject.toml $(LOCKED) --output-file requirements.txt
	@$(BIN)/uv pip compile requirements-tools.in --constraints requirements.txt $(LOCKED) --output-file requirements-tools.txt
	@$(BIN)/uv pip compile requirements-spark.in --constraints requirements.txt $(LOCKED) --output-file requirements-spark.txt

clean: ## remove the virtual environments and caches; reports stay
	@rm -rf .venv .venv-* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
