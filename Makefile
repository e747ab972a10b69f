# Confab. `make` lists the targets; each makes the virtual environment it needs by itself.

.DEFAULT_GOAL := help

include mk/venv.mk
include mk/dashboard.mk
include mk/local.mk
include mk/sam.mk
include mk/checks.mk
include mk/tests.mk
include mk/security.mk
include mk/release.mk

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'
