# Tests while you work, what they cover, and other versions of Python.

PYTHONS := 3.11 3.12 3.13 3.14

.PHONY: test-fast coverage test-pythons senders

SENDERS_VENV := .venv-senders
SENDERS_ENV  := $(SENDERS_VENV)/.ready

test-fast: $(DEV_ENV) ## Run the unit tests but for the slow ones
	@$(VENV)/bin/python -m pytest -p no:schemathesis -n 2 --dist worksteal -m 'not slow' tests/unit

coverage: $(DEV_ENV) ## Say what the unit tests cover, and fail below the floor in pyproject.toml
	@COVERAGE_CORE=$$($(VENV)/bin/python -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")') \
	    $(VENV)/bin/python -m coverage run -m pytest tests/unit
	@$(VENV)/bin/python -m coverage report

$(SENDERS_ENV): requirements/senders.txt requirements/senders-constraints.txt tests/senders/package-lock.json | $(VENV)/bin/python
	@echo 'installing requirements/senders.txt and tests/senders/package.json'
	@$(VENV)/bin/python -m venv --clear $(SENDERS_VENV)
	@$(SENDERS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/senders.txt
	@cd tests/senders && npm ci --silent --no-audit --no-fund
	@touch $@

senders: $(DEV_ENV) $(SENDERS_ENV) ## Let OpenTelemetry's and Langfuse's own packages send conversations, and look at what is stored
	@$(VENV)/bin/python -m pytest tests/contract/test_official_packages.py

# Where a version of Python is: on the path, or among pyenv's, whose shims stand for versions that are not active, too.
find_python = { command -v python$$version; ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python$$version; } \
    2>/dev/null | while read -r found; do "$$found" -c '' >/dev/null 2>&1 && echo "$$found" && break; done

# Each version has an environment of its own, .venv-py3.12 for example, which is made once and kept.
test-pythons: ## Run the unit tests in every installed Python from 3.11 to 3.14
	@for version in $(PYTHONS); do \
	    python=$$($(find_python)); \
	    [ -n "$$python" ] || { echo "python$$version: skipped, because it is not installed"; continue; }; \
	    echo "python$$version: $$python"; \
	    $(MAKE) --no-print-directory VENV=.venv-py$$version PYTHON=$$python test-unit || exit 1; \
	done
