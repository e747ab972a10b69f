# Tests, linters and measurements.

PYTHON_DEV = PYTHONPATH=layers/confab/python:cli:clients/python $(VENV)/bin/python

.PHONY: reference fields test-docs test test-long verify-data verify-strict verify-faults verify-contention verify-size load test-unit lint format bench openapi

# `make test` is for every change, so it leaves out what takes long: `make test-long` runs that.
test test-long: DASHBOARD_OPTIONS = --optional
test: $(DEV_ENV) dashboard ## Run the tests of rules, handlers, contracts and of the stack's life (less than ten minutes)
	@$(VENV)/bin/python -m pytest -n 2 --dist loadfile -m 'not long and not slow' \
	    tests/unit tests/integration tests/contract tests/e2e/test_local_stack.py

test-long: $(DEV_ENV) dashboard ## Run the others: faults, generated requests, real data, the deployed stack, browsers, clients
	@$(VENV)/bin/python -m pytest -n 2 --dist loadfile -m 'long or slow' tests/unit tests/integration tests/contract
	@$(VENV)/bin/python -m pytest -n 2 --dist loadfile tests/e2e --ignore tests/e2e/test_local_stack.py

test-docs: $(DEV_ENV) ## Run every command and snippet of README.md and docs/
	@$(VENV)/bin/python -m pytest tests/docs

verify-data: $(DEV_ENV) ## Run the tests on all real conversations, where they are beside the checkout
	@CONFAB_ALL_DATA=1 $(VENV)/bin/python -m pytest -k real tests/integration tests/e2e

# First everything that touches the table or a queue, on engines that are not the everyday ones; then the deployed stack,
# with every function held to its role. Without a JDK of 17 or newer, or npm, the first part says so and is left out.
verify-strict: $(DEV_ENV) ## Run the tests on AWS's own DynamoDB Local and another SQS, then with roles enforced
	@CONFAB_TEST_DYNAMODB=local CONFAB_TEST_SQS=moto \
	    $(VENV)/bin/python -m pytest -rsx -n auto tests/integration tests/contract
	@AUTH=true $(VENV)/bin/python -m pytest -rsx tests/e2e -k 'not real and not local_stack'

# CASE=... plays one case again, as a report names it; then nothing else.
verify-faults: $(FAULTS_ENV) ## Play faults at every AWS call, then kill functions under load (an hour)
	@$(PYTHON_DEV) -m verify.faults $(if $(CASE),--case '$(CASE)')
	@$(if $(CASE),,$(PYTHON_DEV) -m verify.faults.copies)
	@$(if $(CASE),,$(PYTHON_DEV) -m verify.load --clients 4 --seconds 300 --kill-every 2 --fault-rate 0.06)

verify-contention: $(FAULTS_ENV) ## Two clients send the next turns of the same conversations at once (a quarter of an hour)
	@$(PYTHON_DEV) -m verify.contention

verify-size: $(DEV_ENV) ## Conversations of the largest size in every route, with what each function needs (half an hour)
	@$(PYTHON_DEV) -m verify.size

load: $(FAULTS_ENV) ## Eight clients for three minutes on a stack of their own, with throttles and kills
	@$(PYTHON_DEV) -m verify.load

test-unit: $(DEV_ENV) ## Run the pure tests only (seconds)
	@$(VENV)/bin/python -m pytest tests/unit

lint: $(DEV_ENV) ## Check style and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

format: $(DEV_ENV) ## Put the code into the project's format
	@$(VENV)/bin/ruff check --fix --quiet .
	@$(VENV)/bin/ruff format .

bench: $(DEV_ENV) ## Measure write units, calls, CPU, start-up and the speed of the analysis
	@$(PYTHON_DEV) -m bench.capture && $(PYTHON_DEV) -m bench.history && $(PYTHON_DEV) -m bench.manage \
	  && $(PYTHON_DEV) -m bench.count && $(PYTHON_DEV) -m bench.cost && $(PYTHON_DEV) -m bench.contention \
	  && $(PYTHON_DEV) -m bench.copies && $(PYTHON_DEV) -m bench.query && $(PYTHON_DEV) -m bench.analyze \
	  && $(PYTHON_DEV) -m bench.client

openapi: $(RUN_ENV) ## Write the OpenAPI document to build/openapi.json
	@PYTHONPATH=layers/confab/python $(VENV)/bin/python -m openapi

reference: $(RUN_ENV) ## Write the API reference as a web page to build/reference
	@PYTHONPATH=layers/confab/python $(VENV)/bin/python -m openapi.reference

fields: $(RUN_ENV) ## Write docs/fields.md from the models of capture and track
	@PYTHONPATH=layers/confab/python $(VENV)/bin/python -m openapi.fields
