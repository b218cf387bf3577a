# Two commands do everything: `make demo` and `make test`. Each sets up what it needs in .venv,
# with uv where it is present and plain venv and pip where it is not; versions are locked in
# requirements/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

ifdef UV
  CREATE = uv venv -q --allow-existing --python $(PYTHON) $(VENV)
  INSTALL = uv pip install -q --python $(BIN)/python
else
  CREATE = $(PYTHON) -m venv $(VENV)
  INSTALL = $(BIN)/python -m pip install -q --disable-pip-version-check
endif

.PHONY: demo serve test lint bench bench-columns bench-screening bench-server coverage clean

demo: $(VENV)/core.stamp  ## decide the example order book
	@$(BIN)/licet check examples/orders-2019.csv; code=$$?; \
	if [ $$code -eq 0 ] || [ $$code -eq 1 ] || [ $$code -eq 3 ]; then exit 0; else exit $$code; fi

serve: $(VENV)/server.stamp  ## the web application and every API, on this machine only
	@$(BIN)/licet serve

test: $(VENV)/dev.stamp  ## run every test
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/licet law lint
	$(BIN)/licet law test
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/dev.stamp  ## what a linter can see
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy

coverage: $(VENV)/core.stamp  ## write docs/coverage.md anew
	$(BIN)/licet law coverage --out docs/coverage.md

bench: $(VENV)/bench.stamp  ## compare with other engines
	$(BIN)/python benchmarks/decision.py

bench-columns: $(VENV)/bench.stamp  ## many acts: our engines beside OpenFisca and PolicyEngine
	$(BIN)/python benchmarks/columns.py

bench-server: $(VENV)/bench.stamp  ## matches and decisions a second over HTTP, beside a peer
	$(BIN)/python benchmarks/server.py

bench-screening: $(VENV)/bench.stamp  ## how well and how fast the screening finds, beside its peers
	$(BIN)/python benchmarks/screening/run.py held
	$(BIN)/python benchmarks/screening/run.py speed --write

$(VENV)/core.stamp: pyproject.toml requirements/core.txt requirements/build.txt
	$(CREATE)
	$(INSTALL) -r requirements/build.txt
	$(INSTALL) -r requirements/core.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/server.stamp: $(VENV)/core.stamp requirements/server.txt
	$(INSTALL) -r requirements/server.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/core.stamp requirements/dev.txt
	$(INSTALL) -r requirements/dev.txt
	@touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp requirements/bench.txt
	$(INSTALL) -r requirements/bench.txt
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
