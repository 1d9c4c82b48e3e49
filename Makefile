# Everything a reader or an author does here. `make` alone prints this list.

PYTHON  ?= python3
RUN     ?= coins
PROFILE ?= laptop
EXECUTOR ?= processes
PORT    ?= 8000

VENV := .venv
BIN  := $(VENV)/bin
DONE := $(VENV)/.installed
PAGE := _build/html/index.html

.DEFAULT_GOAL := help
.PHONY: help install book serve test check test-elsewhere lint format results reference ledger bench clean

help:  ## print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1\t/' | expand -t 20
	@echo
	@echo "  make results RUN=coins PROFILE=laptop    (profiles: smoke, laptop, paper)"

$(DONE): requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: this book needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

install: $(DONE)  ## make .venv and install everything the book needs into it

book: $(DONE)  ## build the book, warnings as errors, and say where its first page is
	@mkdir -p _build
	@$(BIN)/jupyter-book build --quiet -W -n --keep-going . >_build/build.log
	@echo "The book is built. Open $(CURDIR)/$(PAGE)"

serve: book  ## build the book and serve it on this machine
	@echo "Reading at http://localhost:$(PORT)/ (Ctrl-C ends)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

test: $(DONE)  ## run every test: code, run notebooks, rendered outputs, built pages
	$(BIN)/python -m pytest

check: $(DONE)  ## run the tests of the code alone: no book, no runs, no browser
	$(BIN)/python -m pytest -m "not slow"

test-elsewhere: export ATEN_CPU_CAPABILITY := default
test-elsewhere: export MKL_CBWR := COMPATIBLE
test-elsewhere: export ONEDNN_MAX_CPU_ISA := SSE41
test-elsewhere: export OPENBLAS_CORETYPE := Nehalem
test-elsewhere: $(DONE)  ## doctests and rendered outputs of CHAPTERS on an imitated older processor
	NPY_DISABLE_CPU_FEATURES="$$($(BIN)/python -m tests.elsewhere)" $(BIN)/python -m pytest lib \
	  $(if $(CHAPTERS),$(CHAPTERS:%=tests/reference/%.ipynb),tests/reference)

lint: $(DONE)  ## check formatting, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DONE)  ## put the code into its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# glibc hands memory back to the system after every update of a training and asks for it again; a long life of 100 steps
# takes a quarter longer for that. With this much to spare it does not.
results: export MALLOC_TOP_PAD_ := 268435456
results: $(DONE)  ## make the results of RUN at PROFILE again, and the ledger with them
	$(BIN)/python -m lib.run $(RUN) --profile $(PROFILE) --executor $(EXECUTOR)
	$(BIN)/python -m lib.claims

ledger: $(DONE)  ## judge every claim by the results there are
	$(BIN)/python -m lib.claims

reference: $(DONE)  ## execute the chapters and keep their outputs as what tests compare with
	$(BIN)/python -m tests.references

bench: $(DONE)  ## measure speed, each figure beside a peer in the same run
	@for each in benchmarks/bench_*.py; do echo "== $$each"; PYTHONPATH=. $(BIN)/python $$each || exit 1; done

clean:  ## remove what building and testing made; trainings in _build/records too
	rm -rf _build .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
