# The SAM CLI, in a virtual environment of its own (its pins are not the project's), and what it builds and checks.
#
#   make check-template                                    every check that needs no AWS account
#   make build [RUNTIME=python3.13] [ARCHITECTURE=x86_64] [SNAPSTART=on]
#                                                          what `sam deploy` uploads, in .aws-sam/build
#   make sam-venv                                          .venv-sam/bin/sam

SAM_CLI_VERSION := 1.170.0
SAM_VENV        := .venv-sam
SAM_STAMP       := $(SAM_VENV)/aws-sam-cli-$(SAM_CLI_VERSION)
SAM             := $(SAM_VENV)/bin/sam
SAM_PYTHON      ?= $(or $(PYTHON),python3)

export SAM_CLI_TELEMETRY := 0

# The template's default when that Python is installed, else the newest one that is. Only looked up when asked for.
sam_runtime = $(or $(RUNTIME),$(shell for v in 3.14 3.13 3.12 3.11; do \
                python$$v -c '' 2>/dev/null && echo python$$v && break; done),python3.14)
sam_arch    = $(or $(ARCHITECTURE),arm64)

.PHONY: sam-venv roles check-template sam-build build deploy try-deploy

sam-venv: $(SAM_STAMP) ## The SAM CLI, in .venv-sam

$(SAM_STAMP):
	@$(SAM_PYTHON) -m venv --clear $(SAM_VENV)
	@$(SAM_VENV)/bin/python -m pip install --quiet --disable-pip-version-check aws-sam-cli==$(SAM_CLI_VERSION)
	@touch $@

roles: $(RUN_ENV) ## Write roles from what local/rights.py lets each function do, and Athena's tables from the columns
	@$(VENV)/bin/python -m local.roles
	@$(LOCAL) local.glue

check-template: $(SAM_STAMP) ## Every check of the template that needs no AWS account
	@$(SAM_VENV)/bin/python -m local.check_template

# SAM's cache knows the sources, not the script that builds from them.
sam-build: $(SAM_STAMP) dashboard
	@[ .aws-sam/build/template.yaml -nt local/build_layers.py ] || rm -rf .aws-sam/cache
	@RUNTIME=$(sam_runtime) ARCHITECTURE=$(sam_arch) PYTHON= $(SAM) build \
	    --parameter-overrides Runtime=$(sam_runtime) Architecture=$(sam_arch)
	@$(SAM_VENV)/bin/python -m local.built $(sam_runtime) $(sam_arch) $(if $(filter on,$(SNAPSTART)),--snapshots)
	@echo 'Built for $(sam_runtime) on $(sam_arch). Deploy it with: $(SAM) deploy'

build: sam-build ## What `sam deploy` uploads; RUNTIME=python3.13 ARCHITECTURE=x86_64 choose

# ENVIRONMENT is one of samconfig.toml; OPTIONS go to `sam deploy`.
deploy: build ## Build, then deploy to AWS: ENVIRONMENT=dev or prod, RUNTIME=, ARCHITECTURE= choose
	@$(SAM) deploy $(if $(ENVIRONMENT),--config-env $(ENVIRONMENT)) $(OPTIONS)

# Built for this machine, because its functions run here.
try-deploy: ARCHITECTURE = $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)
try-deploy: sam_runtime = $(shell $(VENV)/bin/python -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
try-deploy: $(DEV_ENV) $(VENV)/bin/confab sam-build ## Deploy with the SAM CLI to an AWS engine on this machine, use it, remove it
	@$(PYTHON_DEV) -m verify.deploy
