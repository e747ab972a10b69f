# Security checks. The tools bring more than a hundred packages with pins of their own, so they live by themselves.

SECURITY_VENV := .venv-security
SECURITY_ENV  := $(SECURITY_VENV)/.ready
SECURITY_RUN  = $(SECURITY_VENV)/bin
# Requests that are made up for each operation and each of its two properties.
FUZZ_EXAMPLES ?= 100
SCANNED       = layers/confab functions local cli verify bench openapi samples

.PHONY: verify-security

$(SECURITY_ENV): requirements/security.txt requirements/security-constraints.txt | $(VENV)/bin/python
	@echo 'installing requirements/security.txt'
	@$(VENV)/bin/python -m venv --clear $(SECURITY_VENV)
	@$(SECURITY_RUN)/python -m pip install --quiet --disable-pip-version-check -r requirements/security.txt
	@touch $@

verify-security: $(DEV_ENV) $(SECURITY_ENV) ## Fuzz every route, then look through code, template and pinned packages
	@CONFAB_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(VENV)/bin/python -m pytest -n auto tests/contract/test_fuzzed.py
	@$(SECURITY_RUN)/bandit --quiet --recursive --configfile pyproject.toml $(SCANNED)
	@$(SECURITY_RUN)/checkov --config-file .checkov.yaml
	@$(SECURITY_RUN)/python -m verify.audit
