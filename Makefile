# The door. Every verb a person or CI needs is here; `make help` lists them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

comma := ,
STACK ?= dev#     the environment: Pulumi.$(STACK).yaml
PARTS ?= core#    the profile: core, all, or further parts with commas between them (mlops, backups, standby)
TWO := $(if $(filter standby all,$(subst $(comma), ,$(PARTS))),$(shell grep -os '^ *standby:' Pulumi.$(STACK).yaml))
CLUSTER ?= $(if $(TWO),east,primary)# which of the engine's clusters
STATE := $(or $(BULWARK_STATE),/var/lib/bulwark)
CACHE := $(or $(BULWARK_CACHE),$(HOME)/.cache/bulwark)

export CLUSTER
# The dev state lives beside the cluster that it describes, so the two come and go together.
export PULUMI_BACKEND_URL ?= file://$(STATE)/pulumi
export PULUMI_CONFIG_PASSPHRASE ?=
export PULUMI_SKIP_UPDATE_CHECK := true
export ORT_DISABLE_TELEMETRY := 1
export PATH := $(CURDIR)/.venv/bin:$(CACHE)/bin:$(PATH)

PROFILES := $(subst $(comma), ,$(PARTS))
FURTHER := $(filter-out core standby,$(PROFILES))
PY := .venv/bin/python
PULUMI := pulumi --non-interactive --stack $(STACK)

##@ The platform
.PHONY: up
up: engine image stack score where ## Build what is missing, start the engine, deploy, score real transactions

.PHONY: engine
engine: venv ## Build the tools and images that are missing and start the local cluster
	@$(PY) -m local build $(or $(filter-out standby,$(PROFILES)),core)
	@$(PY) -m local up $(CLUSTER) $(if $(NODES),--nodes $(NODES))
	@$(if $(TWO),$(PY) -m local up west && $(PY) -m local edge)
	@$(if $(FURTHER),$(PY) -m local images $(FURTHER))

.PHONY: image
image: venv ## Build and push our own images (REGISTRY=… for another cluster's registry)
	@$(PY) -m local image $(if $(REGISTRY),--registry $(REGISTRY))
	@$(if $(filter mlops all,$(PROFILES)),$(PY) -m local image trainer $(if $(REGISTRY),--registry $(REGISTRY)))

.PHONY: stack
stack: venv policies-venv selected ## pulumi up, judged by the policy pack
	@$(PY) -m stacks.locks $(STACK)
	@$(if $(TWO),$(PY) -m runbooks joining -- )$(PULUMI) up --yes --policy-pack policies
	@$(if $(TWO),$(PY) -m runbooks enrol)

.PHONY: preview
preview: venv policies-venv checkov-venv selected ## What `up` would change, with the verdict of the policies and of checkov
	@$(PULUMI) preview --diff --policy-pack policies
	@$(PY) -m policies.rendered

.PHONY: selected
selected: # Pulumi opens a backend in a folder only if the folder is there
	@case "$$PULUMI_BACKEND_URL" in file:///*) mkdir -p "$${PULUMI_BACKEND_URL#file://}" ;; esac
	@pulumi stack select --create $(STACK)

.PHONY: score
score: ## Load the history, then score the first transactions of the test week through the API
	@$(PY) -m tests.e2e.score

.PHONY: rollback
rollback: ## Let the previous model decide again, on every replica: make rollback REASON='…'
	@$(PY) -m tests.e2e.rollback "$(REASON)"

.PHONY: promote
promote: ## Another instance of the ledger is its primary from now on, as planned: make promote INSTANCE=ledger-2
	@$(PY) -m tests.e2e.promote $(INSTANCE)

.PHONY: restore
restore: ## The ledger as it was, as a database beside it: make restore AS=ledger-before AT=2026-11-21T20:15:30Z
	@$(PY) -m tests.e2e.restore $(AS) $(AT)

.PHONY: configuration-backup configuration-check
configuration-backup: ## Export the platform's objects into the bucket now
	@$(PY) -m tests.e2e.configuration backup

configuration-check: ## The newest export beside the live cluster, object by object (TO=file writes it, too)
	@$(PY) -m tests.e2e.configuration check $(if $(TO),--to $(TO))

.PHONY: state-backup state-restore
state-backup: ## Pulumi's state into the same bucket, its secrets encrypted as they are
	@$(PY) -m tests.e2e.state backup

state-restore: selected ## A kept state into an empty stack: make state-restore FROM=2026-11-21T20-15-30Z (or a file)
	@FORCE=$(FORCE) $(PY) -m tests.e2e.state restore $(FROM)

.PHONY: challenger
challenger: ## Champion and challenger on the same payments, and what to do by the stated rules
	@$(PY) -m tests.e2e.challenger

.PHONY: where
where: ## Where things are and how to reach them
	@$(PY) -m local status
	@$(PULUMI) stack output

.PHONY: destroy
destroy: ## pulumi destroy: the stack goes, the cluster stays
	@$(PY) -m stacks.locks $(STACK)
	@$(PULUMI) destroy --yes

.PHONY: down
down: ## Stop everything; leaves no process, mount, network or cgroup behind (the cache of built tools stays)
	@if [ -x $(PY) ]; then $(PY) -m local down all; fi

##@ Two regions (STACK=drill PARTS=standby)
.PHONY: regions switchover failover failback watch
regions: ## Who writes, who may acknowledge, and how far the copy is
	@$(PY) -m runbooks status

switchover: ## Planned: the other region takes over, and nothing is lost
	@$(PY) -m runbooks switchover $(if $(TO),--to $(TO))

failover: ## The writing region is lost: the other one takes over once its lease is over
	@$(PY) -m runbooks failover $(if $(TO),--to $(TO))

failback: ## The region that was lost follows again, then writes again
	@$(PY) -m runbooks failback

watch: ## Fail over by itself when the writing region is lost
	@$(PY) -m runbooks watch

##@ Proof
.PHONY: check
check: venv policies-venv ## Format, lint, types, unit and policy tests (< 2 min)
	@$(MAKE) --jobs=2 --output-sync=target format-check lint types unit

.PHONY: test
test: check up e2e down ## All that CI runs: check, deploy, verify the running stack, destroy, leave nothing

.PHONY: e2e
e2e: venv policies-venv checkov-venv ## Verify the running stack; its last test destroys it
	@$(PY) -m pytest tests/e2e

.PHONY: drill
drill: load-tools ## Break something under load and count what it cost: make drill NAME=primary-killed
	@$(PY) -m tests.drills $(NAME)

.PHONY: alerts
alerts: venv ## Every alert rule against its cases, by promtool
	@$(PY) -m tests.alerts

.PHONY: prove
prove: venv ## Measure one promise: make prove BAR=engine-1 (writes docs/evidence/)
	@$(PY) -m tests.prove $(BAR)

##@ Load
.PHONY: load
load: load-tools ## Climb from 250 requests/s to the knee (URL=… KEY_FILE=… for another target)
	@$(PY) -m tests.load

.PHONY: peers
peers: load-tools ## The same model behind MLServer, BentoML, Ray Serve and us: throughput and P95
	@$(PY) -m tests.load.peers

.PHONY: load-tools
load-tools: venv load-venv # what sends load: vegeta, and locust with what draws
	@$(PY) -m local build load

##@ Craft
.PHONY: format
format: venv ## Format the code
	@.venv/bin/ruff format && .venv/bin/ruff check --fix

.PHONY: format-check lint types unit unit-app unit-platform
format-check: venv
	@.venv/bin/ruff format --check

lint: venv
	@.venv/bin/ruff check
	@.venv/bin/lint-imports
	@$(PY) -m tests.prove.render --check

types: venv
	@.venv/bin/mypy

unit: unit-app unit-platform ## Unit and policy tests, with their coverage gates
	@.venv/bin/coverage combine --quiet $(addprefix .coverage.,$^)
	@.venv/bin/coverage report --include='components/*,app/*' --fail-under=85 --format=total
	@.venv/bin/coverage report --include='policies/*,app/domain/scoring.py,app/settings.py,stacks/settings.py' --fail-under=100 --skip-covered

# Two halves, for two cores. The published payments take seconds to draw: who needs them is in one.
unit-app: TESTS = tests/unit/app
unit-platform: TESTS = $(filter-out tests/unit/app/,$(wildcard tests/unit/*/ tests/unit/test_*.py)) tests/policy
unit-app unit-platform: venv policies-venv
	@COVERAGE_FILE=.coverage.$@ $(PY) -m pytest $(TESTS) --cov=components --cov=stacks --cov=app --cov=policies --cov-report=

.PHONY: model
model: venv ## Train the model again and write its artifact and card
	@$(PY) -m app.training

.PHONY: benchmark
benchmark: benchmark-venv ## The handbook's table beside ours, on held-out weeks (ARGS="--seeds 7 --models champion")
	@.venv-benchmark/bin/python -m app.training.benchmark $(ARGS)

.PHONY: search
search: benchmark-venv ## Choose all parameters on the validation weeks, and seal the choice
	@.venv-benchmark/bin/python -m app.training.benchmark.select $(ARGS)

.PHONY: client
client: venv ## Make the typed Python client from the OpenAPI document (build/client)
	@mkdir -p build && $(PY) -m app.openapi > build/openapi.json
	@.venv/bin/openapi-python-client generate --path build/openapi.json --output-path build/client --overwrite

.PHONY: lock
lock: venv ## Pin the requirements again, with hashes and without registry addresses
	@for set in $(basename $(wildcard requirements*.in)); do \
	    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	        --no-emit-index-url --no-header --no-emit-package psycopg2 $$set.in \
	        --output-file $$set.lock \
	        $$([ $$set = requirements-app ] && echo --constraint requirements.lock); \
	done

.PHONY: plan
plan: venv ## Which tools would be built, and how long that takes
	@$(PY) -m local plan

# Virtual environments
.PHONY: venv policies-venv checkov-venv load-venv benchmark-venv
venv: .venv/installed
policies-venv: .venv-policies/installed
checkov-venv: .venv-checkov/installed
load-venv: .venv-load/installed
benchmark-venv: .venv-benchmark/installed

.venv/installed: requirements.lock
	@.ci/venv .venv $<

.venv-%/installed: requirements-%.lock
	@.ci/venv .venv-$* $<

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	    /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z0-9-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
