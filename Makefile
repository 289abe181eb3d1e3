# Everything a contributor types. Each line is an ordinary command; the README gives them without make.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3

.PHONY: install demo test notebooks check lint types release prove docs screenshots bench lab clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: install
	$(BIN)/autograder demo

test: install
	$(BIN)/python -m pytest --numprocesses auto -m "not trains" --cov --cov-report term --cov-fail-under 80

# Every notebook, solved, from top to bottom as a person runs it: its training too, which takes minutes.
notebooks: install
	$(BIN)/python -m pytest --numprocesses auto -m trains tests/notebooks

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

types: install
	$(BIN)/mypy

# Every assignment is sound, and the committed release is what the source gives, byte for byte.
release: install
	$(BIN)/autograder release
	git diff --exit-code -- assignments
	test -z "$$(git status --porcelain -- assignments)"

# Every assignment is sound, whether it was proved before or not.
prove: install
	$(BIN)/autograder prove --again

# The command reference, from the code.
docs: install
	$(BIN)/python -m typer autograder.cli utils docs --name autograder --output docs/commands.md

# The README's pictures, taken from the real thing; needs Chromium.
screenshots: install
	$(BIN)/python -m tests.browser.screenshots

check: lint types release notebooks test

bench: install
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/python -m benchmarks.gradient_check
	$(BIN)/python -m benchmarks.doctor
	$(BIN)/python benchmarks/shapes10.py
	$(BIN)/python -m benchmarks.convnet_step
	$(BIN)/python -m benchmarks.kernel_start
	$(BIN)/python -m benchmarks.grading_speed
	$(BIN)/python -m benchmarks.grading_speed --memory
	$(BIN)/python -m benchmarks.report_page

lab: install
	$(BIN)/autograder lab

clean:
	rm -rf $(VENV) build dist .coverage* .mypy_cache .pytest_cache .ruff_cache
