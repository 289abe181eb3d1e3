# Everything a contributor types. Each line is an ordinary command; CONTRIBUTING gives the first ones without make.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3

# The notebooks whose proofs are run with all tests; `make trials` proves every notebook.
SAMPLE ?= 03_linear 07_dropout

.PHONY: install demo test test-all trials check lint types floors release prove docs house screenshots bench lowest lab clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: install
	$(BIN)/gradbook demo

# Every behaviour once: a few minutes.
test: install
	$(BIN)/python -m pytest --numprocesses auto -m "not slow and not trial"

# All tests but the trials, with coverage, and the proofs of a sample of notebooks: what CI runs.
test-all: install
	$(BIN)/python -m pytest --numprocesses auto -m "not trial" --cov --cov-report term --cov-fail-under 80
	$(BIN)/gradbook prove --again $(SAMPLE)

# Hours: every notebook with its training, every proof, 20 kills of the grader, of workers and of the server.
trials: install
	$(BIN)/python -m pytest --numprocesses auto -m trial
	$(BIN)/gradbook prove --again
	$(BIN)/python -m benchmarks.nothing_lost

lint: install floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

# The packages import only downwards, floor by floor.
floors: install
	$(BIN)/lint-imports

types: install
	$(BIN)/mypy

# Every changed assignment is proved, and the committed release is what the source gives, byte for byte.
release: install
	$(BIN)/gradbook release
	git diff --exit-code -- assignments
	test -z "$$(git status --porcelain -- assignments)"

# Every assignment is sound, whether it was proved before or not.
prove: install
	$(BIN)/gradbook prove --again

# The command reference, from the code.
docs: install
	$(BIN)/python -m typer autograder.cli utils docs --name gradbook --output docs/commands.md

# The diagrams in CONTRIBUTING, from the imports.
house: install
	$(BIN)/python -m tests.project.house

# The README's images, taken from the real thing; needs Chromium.
screenshots: install
	$(BIN)/python -m tests.browser.screenshots

check: lint types test-all

bench: install
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/python -m benchmarks.gradient_check
	$(BIN)/python -m benchmarks.doctor
	$(BIN)/python benchmarks/shapes10.py
	$(BIN)/python -m benchmarks.mutants
	$(BIN)/python -m benchmarks.convnet_step
	$(BIN)/python -m benchmarks.kernel_start
	$(BIN)/python -m benchmarks.grading_speed
	$(BIN)/python -m benchmarks.grading_speed --memory
	$(BIN)/python -m benchmarks.report_page

# The tests of `make test` with the lowest versions that pyproject.toml allows, in an environment of their own.
lowest: install
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv venv --quiet --clear build/lowest
	$(BIN)/uv pip install --quiet --python build/lowest/bin/python --resolution lowest-direct --editable '.[dev]'
	build/lowest/bin/python -m pytest --numprocesses auto -m "not slow and not trial"

lab: install
	$(BIN)/gradbook lab

clean:
	rm -rf $(VENV) build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
