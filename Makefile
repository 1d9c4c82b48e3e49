# Everything a reader or an author does here. `make` alone prints this list.

PYTHON  ?= python3
RUN     ?= coins
PROFILE ?= laptop
EXECUTOR ?= processes
PORT    ?= 8000
CHAPTER ?= intro
OPTIONS ?=

VENV := .venv
BIN  := $(VENV)/bin
DONE := $(VENV)/.installed
LAB  := $(VENV)/.lab-installed
PAGE := _build/html/index.html

.DEFAULT_GOAL := help
.PHONY: help install book course notebooks slides serve pdf epub lab test check test-elsewhere test-lab lint format formulas results reference ledger release dependencies faults bench lock clean

help:  ## print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1\t/' | expand -t 24
	@echo
	@echo "  make results RUN=coins PROFILE=laptop    (profiles: smoke, laptop, paper)"
	@echo "  make lab CHAPTER=coins"

$(DONE): requirements.txt constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11, 5) <= sys.version_info[:3] < (3, 15))' || \
	  { echo "error: this book needs Python 3.11.5 or newer, before 3.15; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

install: $(DONE)  ## make .venv and install everything the book needs into it

book: $(DONE)  ## build the book, warnings as errors, and say where its first page is
	@mkdir -p _build
	@$(BIN)/jupyter-book build --quiet -W -n --keep-going . >_build/build.log
	@echo "The book is built. Open $(CURDIR)/$(PAGE)"

course: $(DONE)  ## write the chapters as plain notebooks, for students and for instructors, and zip them
	@$(BIN)/python -m experiments.course

notebooks: $(DONE)  ## write the same notebooks with their outputs, and zip them
	@$(BIN)/python -m experiments.course executed

slides: book  ## make slides of each part from its pages, and handouts with notes
	@$(BIN)/python -m experiments.slides

serve: book  ## build the book and serve it on this machine
	@echo "Reading at http://localhost:$(PORT)/ (Ctrl-C ends)"
	@$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

pdf: book  ## build the book and print it as one PDF, with the browser of the page tests
	@$(BIN)/python -m book._ext.pdf

epub: book  ## build the book and make one e-book of it, live parts as pictures
	@$(BIN)/python -m book._ext.epub

$(LAB): $(DONE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[lab]'
	@touch $@

# .jupyter makes chapters open as notebooks, here and nowhere else. What a reader has set in their home goes before it.
lab: export JUPYTER_CONFIG_PATH := $(CURDIR)/.jupyter$(if $(JUPYTER_CONFIG_PATH),:$(JUPYTER_CONFIG_PATH))
lab: $(if $(wildcard book/$(CHAPTER).md),$(LAB),no-such-chapter)  ## open CHAPTER in JupyterLab, with the whole folder beside it
	$(BIN)/jupyter lab --ServerApp.root_dir='$(CURDIR)' --LabApp.default_url=/lab/tree/book/$(CHAPTER).md $(OPTIONS)

.PHONY: no-such-chapter
no-such-chapter:
	@echo "error: there is no chapter '$(CHAPTER)'. There are: $(sort $(basename $(notdir $(wildcard book/*.md))))"; exit 1

test: $(DONE)  ## run every test: code, run notebooks, rendered outputs, built pages
	$(BIN)/python -m pytest

check: $(DONE)  ## run the quick tests of the code alone: no book, no runs, no browser
	$(BIN)/python -m pytest -m "not slow"

test-elsewhere: $(DONE)  ## run doctests and compare rendered outputs on an imitated older processor (CHAPTERS="coins memory": these)
	$(BIN)/python -m tests.elsewhere $(CHAPTERS)


test-lab: $(LAB)  ## open chapters with `make lab`, in a browser; run, move and change what is in them
	$(BIN)/python -m pytest --numprocesses=0 tests/lab.py

lint: $(DONE)  ## check formatting, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DONE)  ## put the code into its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

formulas: $(DONE)  ## draw the formulas that are new in the sources, for every reader
	$(BIN)/python -m book._ext.draw_formulas

# glibc hands memory back to the system after every update of a training and asks for it again; a long life of 100 steps
# takes a quarter longer for that. With this much to spare it does not.
results: export MALLOC_TOP_PAD_ := 268435456
results: $(DONE)  ## make the results of RUN at PROFILE again, and the ledger with them
	$(BIN)/python -m experiments $(RUN) --profile $(PROFILE) --executor $(EXECUTOR)
	$(BIN)/python -m experiments.ledger

ledger: $(DONE)  ## judge every claim by the results there are
	$(BIN)/python -m experiments.ledger

reference: $(DONE)  ## execute the chapters and keep their outputs as what tests compare with
	$(BIN)/python -m tests.references

release: $(DONE)  ## say what a release still wants: versions, results, claims, licences
	@$(BIN)/python -m experiments.release

dependencies: $(DONE)  ## say what each pinned package is for, how old it is, and what is newer
	@$(BIN)/python -m experiments.dependencies

faults: $(DONE)  ## break a copy of this project on purpose, and keep what happened
	$(BIN)/python -m tests.faults

bench: book  ## measure speed, each figure beside a peer in the same run
	@for each in benchmarks/bench_*.py; do echo "== $$each"; PYTHONPATH=. $(BIN)/python $$each || exit 1; done

# Universal: one lock for Linux, macOS and Windows. A pin stays as it is unless pyproject.toml or constraints.txt changed it.
lock: $(DONE)  ## make requirements.lock again from the pins: the same packages, with their hashes
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11.5 --no-python-downloads --generate-hashes --no-annotate \
	  --custom-compile-command 'make lock' --all-extras -c constraints.txt -o requirements.lock pyproject.toml

clean:  ## remove what building and testing made; trainings in _build/records too
	rm -rf _build .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
