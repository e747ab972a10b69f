# The web dashboard's files, built from dashboard/ into functions/dashboard/static, which is not committed.
# DASHBOARD=off leaves them out of `make run` and `make build`.

.PHONY: dashboard test-dashboard pictures

dashboard: | $(VENV)/bin/python ## Build the web dashboard
	@$(if $(filter off,$(DASHBOARD)),:,$(VENV)/bin/python -m local.dashboard $(DASHBOARD_OPTIONS))

test-dashboard: | $(VENV)/bin/python ## Check the dashboard's types and run the tests of its components
	@$(VENV)/bin/python -m local.dashboard --tests

pictures: | $(VENV)/bin/python ## Take the pictures of docs/pictures of the running service with its demo, in Chromium
	@$(VENV)/bin/python -m local.dashboard --pictures docs/pictures
