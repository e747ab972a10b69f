# The whole service on this machine. CONFAB_PORT=3001 chooses another port.

LOCAL = PYTHONPATH=layers/confab/python exec $(VENV)/bin/python -m

.PHONY: run demo stop events

# The service is of use without its dashboard, which needs packages of a registry of its own.
run: DASHBOARD_OPTIONS = --optional
run: $(RUN_ENV) $(VENV)/bin/confab dashboard ## Start everything on this machine; Ctrl-C stops it
	@$(LOCAL) local.run

demo: $(RUN_ENV) ## Replay sample conversations into the running service and show what was analysed
	@$(LOCAL) local.replay

stop: $(RUN_ENV) ## Stop a service that `make run` started elsewhere
	@$(LOCAL) local.stop

events: $(RUN_ENV) ## Write a sample event of every route, queue and schedule to events/
	@$(LOCAL) local.events
