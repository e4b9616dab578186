# Everything needs python3 >= 3.11 and make, nothing else; the first call makes .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test lint bench docs clean

demo: $(STAMP)
	$(BIN)/bumpgen build caravel_gf180 -o out/caravel_gf180

test: $(STAMP)
	$(BIN)/pytest -n auto

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.checks
	$(BIN)/python -m tests.bench.nets
	$(BIN)/python -m tests.bench.routes
	$(BIN)/python -m tests.bench.assemblies
	$(BIN)/python -m tests.bench.sections
	$(BIN)/python -m tests.bench.pages
	$(BIN)/python -m tests.bench.masks
	$(BIN)/python -m tests.bench.wafers
	$(BIN)/python -m tests.bench.fill
	$(BIN)/python -m tests.bench.pcells
	$(BIN)/python -m tests.bench.menu

docs: $(STAMP)
	$(BIN)/python -m tests.docs

clean:
	rm -rf .venv out

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bumpgen needs python3 >= 3.11; set PYTHON=…")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $(STAMP)
