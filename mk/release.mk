# The command as a wheel, for machines without a checkout (docs/release.md).

.PHONY: wheel

wheel: $(RUN_ENV) ## Build the command as a wheel in dist/, and run it in a fresh environment
	@$(LOCAL) local.wheel
