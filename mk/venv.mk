# The virtual environment. Any target that needs it depends on $(RUN_ENV) or $(DEV_ENV); a second start costs nothing.

VENV ?= .venv
# A Python from an older environment would not do, so each candidate is asked for its version.
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(name))))

RUN_ENV := $(VENV)/.ready-run
DEV_ENV := $(VENV)/.ready-dev
FAULTS_ENV := $(VENV)/.ready-faults
PIP_INSTALL = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check

$(VENV)/bin/python:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3'; exit 1; }
	@echo 'making the virtual environment $(VENV)'
	@$(PYTHON) -m venv $(VENV) || { echo 'this Python cannot make one; on Debian and Ubuntu install python3-venv'; exit 1; }

$(VENV)/bin/confab: mk/venv.mk | $(VENV)/bin/python
	@printf '%s\n' '#!/bin/sh' \
	  '# The packages stay off the environment'"'"'s own path, where functions run locally would find them unpackaged.' \
	  'PYTHONPATH="$(CURDIR)/cli:$(CURDIR)/layers/confab/python" exec "$(abspath $(VENV))/bin/python" \' \
	  '  -c "from confab_cli.main import app; app(prog_name='"'confab'"')" "$$@"' > $@
	@chmod +x $@

$(RUN_ENV): requirements/run.txt requirements/constraints.txt $(wildcard layers/*/requirements.txt) | $(VENV)/bin/python $(VENV)/bin/confab
	@echo 'installing requirements/run.txt'
	@$(PIP_INSTALL) -r requirements/run.txt
	@touch $@

$(DEV_ENV): requirements/dev.txt $(RUN_ENV) | $(VENV)/bin/python
	@echo 'installing requirements/dev.txt'
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $@

$(FAULTS_ENV): requirements/faults.txt $(DEV_ENV) | $(VENV)/bin/python
	@echo 'installing requirements/faults.txt'
	@$(PIP_INSTALL) -r requirements/faults.txt
	@touch $@

.PHONY: venv
venv: $(DEV_ENV)
