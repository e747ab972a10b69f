# Tests while you work, what they cover, and other versions of Python.

PYTHONS := 3.11 3.12 3.13 3.14

.PHONY: test-fast coverage test-pythons

test-fast: $(DEV_ENV) ## Run the unit tests but for the slow ones
	@$(VENV)/bin/python -m pytest -p no:schemathesis -n 2 --dist worksteal -m 'not slow' tests/unit

coverage: $(DEV_ENV) ## Say what the unit tests cover, and fail below the floor in pyproject.toml
	@COVERAGE_CORE=$$($(VENV)/bin/python -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")') \
	    $(VENV)/bin/python -m coverage run -m pytest tests/unit
	@$(VENV)/bin/python -m coverage report

# Each version has an environment of its own, .venv-py3.12 for example, which is made once and kept.
test-pythons: ## Run the unit tests in every installed Python from 3.11 to 3.14
	@missing=; for version in $(PYTHONS); do \
	    if python$$version -c '' >/dev/null 2>&1; then \
	        echo "python$$version"; \
	        $(MAKE) --no-print-directory VENV=.venv-py$$version PYTHON=python$$version test-unit || exit 1; \
	    else missing="$$missing python$$version"; fi; \
	done; [ -z "$$missing" ] || echo "not installed, so not tested:$$missing"
