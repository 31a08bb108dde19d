# The one command surface. Every target makes .venv from the hashed lock files by itself; nothing but
# Python 3.11+, git and make is assumed.

PYTHON ?= python3
STACK  ?= prod
# The oldest Pulumi CLI that can build a part first; pipelines install this one.
PULUMI_VERSION ?= 3.260.0
VENV   := .venv
BIN    := $(VENV)/bin
RUN    := $(VENV)/.installed
DEV    := $(VENV)/.installed-dev
CONFIG_OPTION = $(if $(CONFIG),--policy-config "$(CONFIG)")
# One stack by its name, one stack file, or every stack file in a folder.
WHICH = $(if $(ALL),--all "$(or $(FILE),.)",$(if $(FILE),--file "$(FILE)",--stack "$(STACK)"))
BASE_OPTION = $(if $(BASE),--base "$(BASE)") $(if $(GATE),--gate "$(GATE)") $(if $(WAIVERS),--waivers "$(WAIVERS)")
OPERATE := status verify smoke logs exec tunnel run migrate restart approve rollback rotate backup restore restore-drill wake sleep record \
           state guard images push set-images up drift announce environment
CROSSCHECK := .venv-crosscheck/.installed
LINTERS := .venv-linters/.installed
DATA   := .venv-data/.installed
NO_PACKAGES = The packages could not be installed. Once, for that, a Python package index must be reachable: behind a proxy set HTTPS_PROXY, for an index of your own PIP_INDEX_URL, and run the same again. After that nothing here needs a network.

# The locked pip reads an index in half the time of the one that Python 3.11 and 3.12 bring along, and unpacking theirs first is
# spared. Where Python itself has none, its venv makes the one that it has.
LOCKED_PIP = sed -n '/^pip==/,/via/p' requirements.txt | \
  $(PYTHON) -m pip --python $(BIN)/python install --quiet --no-compile --disable-pip-version-check --retries 1 --require-hashes -r /dev/stdin

# To compile our modules anew takes a tenth of a preview, so they are kept, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

# A variable that no target knows would be left out silently: make preview stack=staging would show another stack.
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
GIVEN := $(foreach word,$(subst \$(SPACE),_,$(MAKEOVERRIDES)),$(if $(findstring =,$(word)),$(firstword $(subst =, ,$(word)))))
UNKNOWN := $(if $(GIVEN),$(filter-out $(shell grep -oE '[A-Z][A-Z_]+' $(firstword $(MAKEFILE_LIST))),$(GIVEN)))
ifneq ($(strip $(UNKNOWN)),)
  $(error $(strip $(UNKNOWN)): no target takes this; variables are written in capitals, such as STACK=staging (make help lists them))
endif

.DEFAULT_GOAL := help
.PHONY: help new preview watch policy test lint format types check bench schema readme editors browser picture lock clean install configuration conformance golden crosscheck fuzz policies new-rule data prices generate

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Commands on what is deployed take STACK=prod or FILE=path/Pulumi.x.yaml, SERVICE=, TAG= (the commit), OUT=, and all else in ARGS='--json --dry-run ...'; ARGS=--help lists it"

$(RUN): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Slipway needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 ...")'
	@echo "Installing what the program needs into $(VENV) (once; about half a minute)" >&2
	@test -x $(BIN)/pip || { $(PYTHON) -m venv --without-pip $(VENV) && $(LOCKED_PIP); } >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements.txt || { echo "$(NO_PACKAGES)" >&2; exit 1; }
	@touch $@

$(DEV): requirements-dev.txt $(RUN)
	@echo "Installing the test tools into $(VENV) (once)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt || { echo "$(NO_PACKAGES)" >&2; exit 1; }
	@touch $@

install: $(RUN) ## Prepare .venv for the program, the policy pack and the preview

preview: $(RUN) ## Show a stack offline: make preview STACK=prod | FILE=path/Pulumi.x.yaml | ALL=1 [FILE=folder] [BASE=origin/main | Pulumi.old.yaml | export.json] [GATE=destructive] [FORMAT=plain] [CONFIG=policy-config.json]
	@$(BIN)/python -m preview $(WHICH) $(BASE_OPTION) $(if $(FORMAT),--format "$(FORMAT)") $(CONFIG_OPTION)

watch: $(RUN) ## Show a stack again on every save, here and on a page of this machine: make watch STACK=prod | FILE=... [FORMAT=plain]; Ctrl-C ends it
	@$(BIN)/python -m preview.watch $(if $(FILE),--file "$(FILE)",--stack "$(STACK)") $(if $(FORMAT),--format "$(FORMAT)")

policy: $(RUN) ## Check a stack file, or an exported stack, by the policy pack: make policy STACK=prod | FILE=export.json | ALL=1 [FILE=folder] [FORMAT=sarif|junit|...] [CONFIG=policy-config.json]
	@$(BIN)/python -m preview --policy $(WHICH) $(if $(FORMAT),--format "$(FORMAT)") $(CONFIG_OPTION)

new: $(RUN) ## Write a first stack file: make new STACK=prod FROM=../shop (compose file, Dockerfile or folder) APP=shop REGION=eu-central-1 HOST=shop.example.com ZONE_ID=Z... [EMAIL= GITHUB= OWNER= ENVIRONMENT= FORCE=1]; asks for what is not given
	@$(BIN)/python -m operations.new --stack "$(STACK)" $(if $(FROM),--from "$(FROM)") $(if $(APP),--app "$(APP)") $(if $(REGION),--region "$(REGION)") \
	  $(if $(HOST),--host "$(HOST)") $(if $(ZONE_ID),--zone-id "$(ZONE_ID)") $(if $(EMAIL),--email "$(EMAIL)") $(if $(GITHUB),--github "$(GITHUB)") \
	  $(if $(OWNER),--owner "$(OWNER)") $(if $(ENVIRONMENT),--environment "$(ENVIRONMENT)") $(if $(FORCE),--force)

test: $(DEV) ## Run the tests
	@$(BIN)/python -m pytest

lint: $(DEV) ## Lint and check the format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/zizmor --offline --quiet --no-progress .github examples
	@if command -v go >/dev/null; then \
	  test -x $(BIN)/actionlint || GOBIN="$(CURDIR)/$(BIN)" go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12; \
	  $(BIN)/actionlint .github/workflows/*.yml examples/*/.github/workflows/*.yml; \
	else echo "actionlint was not run: building it needs go" >&2; fi

format: $(DEV) ## Format the code and fix what the linter can fix
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(DEV) ## Check the types
	@$(BIN)/mypy

check: lint types test ## Everything CI runs

bench: $(RUN) ## Time the preview of every shipped stack and of 1 to 200 services, comparisons, saves while watching, a hundred stack files at once, and the policy pack on 200 to 2000 resources; BASE=another-checkout prints the ratios to it, SUITE=1 also those of make test and of a fresh copy; ROWS="watch all" measures these alone
	@$(BIN)/python -m preview.bench $(if $(BASE),--base "$(BASE)" $(if $(SUITE),--suite)) $(if $(ROWS),--rows $(ROWS))

schema: $(RUN) ## Write slipway.schema.json, the stack file's JSON Schema
	@$(BIN)/python -m settings.schema

readme: $(DEV) ## Write the preview that the README shows
	@$(BIN)/python -m tests.readme

editors: ## Install what the tests check the schema with as editors do (needs Node.js)
	@cd tests/settings/editors && npm ci --no-audit --no-fund --silent

browser: ## Install what the tests check the page's accessibility with (needs Node.js; the browser itself is chromium of your system)
	@cd tests/preview/picture/browser && npm ci --no-audit --no-fund --silent

picture: $(RUN) ## Draw a stack, or a change, as one page: make picture STACK=prod | FILE=... [BASE=origin/main], writes build/STACK.html
	@mkdir -p build
	@$(BIN)/python -m preview $(if $(FILE),--file "$(FILE)",--stack "$(STACK)") $(BASE_OPTION) --format html $(CONFIG_OPTION) > build/$(STACK).html
	@echo build/$(STACK).html

configuration: $(RUN) ## Write docs/configuration.md from the settings
	@$(BIN)/python -m settings.reference

conformance: $(DEV) ## Check every requirement of the five documents and write examples/*/CONFORMANCE.md
	@$(BIN)/python -m tests.conformance

$(CROSSCHECK): requirements-crosscheck.txt
	@test -x .venv-crosscheck/bin/python || $(PYTHON) -m venv .venv-crosscheck
	@echo "Installing checkov into .venv-crosscheck (once; 300 MB)" >&2
	@.venv-crosscheck/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-crosscheck.txt
	@touch $@

$(LINTERS): requirements-linters.txt
	@test -x .venv-linters/bin/python || $(PYTHON) -m venv .venv-linters
	@echo "Installing parliament, policy_sentry and cfn-lint into .venv-linters (once; 200 MB)" >&2
	@.venv-linters/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-linters.txt
	@touch $@

crosscheck: $(DEV) $(CROSSCHECK) $(LINTERS) ## Let checkov, parliament and policy_sentry check every shipped stack, and compare checkov with the policy pack
	@CHECKOV=.venv-crosscheck/bin/checkov LINTERS=.venv-linters/bin/python $(BIN)/python -m crosscheck

fuzz: $(DEV) $(LINTERS) ## Change stack files at random: none ends in a trace, and AWS's models and cfn-lint take what is accepted (COUNT=1000 SEED=1)
	@LINTERS=.venv-linters/bin/python $(BIN)/python -m tests.field.mutations $(or $(COUNT),1000) $(or $(SEED),1)

$(DATA): requirements-data.txt
	@test -x .venv-data/bin/python || $(PYTHON) -m venv .venv-data
	@echo "Installing what the tables about AWS are made from into .venv-data (once; 200 MB)" >&2
	@.venv-data/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-data.txt
	@touch $@

data: $(DATA) ## Make the tables about AWS anew from the packages that keep them; CHECK=1 only tells which are behind
	@.venv-data/bin/python -m data.generate $(if $(CHECK),--check)

prices: $(RUN) ## Read AWS's price list for regions (needs the network, no account): make prices REGION="eu-central-1 us-east-1"
	@$(BIN)/python -m preview.aws_prices $(or $(REGION),$(error Say for which region: make prices REGION=eu-central-1))

new-rule: $(RUN) ## Begin a rule: ID=key-deletion-takes-time TYPE=aws:kms/key:Key PROPERTY=deletionWindowInDays [MODULE=own]
	@$(BIN)/python -m policy.scaffold --control "$(ID)" --type "$(TYPE)" --property "$(PROPERTY)" --module "$(or $(MODULE),own)"

policies: $(RUN) ## Write docs/policies.md from the policy pack's rules
	@$(BIN)/python -m policy.reference

golden: $(DEV) ## Write the lists of URNs that the tests compare with
	@$(BIN)/python -m tests.stacks

generate: $(DEV) $(if $(CHECK),,$(DATA)) ## Write everything that is generated; CHECK=1 writes nothing and fails on what is behind
	@$(BIN)/python -m tests.generated $(if $(CHECK),--check)

lock: $(DEV) ## Compile the lock files anew from requirements*.in
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header -c requirements.txt examples/app/backend/requirements.in -o examples/app/backend/requirements.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements-crosscheck.in -o requirements-crosscheck.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements-linters.in -o requirements-linters.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements-data.in -o requirements-data.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements-audit.in -o requirements-audit.txt

# The operator's commands, on what is deployed: make status STACK=prod | FILE=path/Pulumi.x.yaml [SERVICE=api] [TAG=commit] [ARGS='--json ...']
status: ## One screen: services, health, alarms, backups, certificates, cost
verify: ## Wait until every service runs its newest revision, or say why not
smoke: ## Ask the public address as a visitor would
logs: ## Show a service's log lines (--follow: as they come)
exec: ## Open a shell in a running task (a service with exec: true)
tunnel: ## Open a local port to the database or cache through a running task (a service with exec: true)
run: ## Run a one-off command with a service's image, secrets and network
migrate: ## Run a service's migration again (pulumi up runs it by itself)
restart: ## Replace a service's tasks by new ones of the same revision (after a secret changed)
approve: ## Let a deployment that waits for a person go on (--reject: take it back)
rollback: ## Show the commands that bring back a service's former image (--now: do it at once, past the program)
rotate: ## Make a new database password now
backup: ## Take a snapshot of the database and wait until it can be restored
restore: ## Bring the database back to a moment or snapshot: shows its five steps, --yes does them
restore-drill: ## Restore the latest backup into an isolated instance, ask it, measure, remove it
wake: ## Wake a sleeping stack and wait until it runs
sleep: ## Put a stack to sleep now
record: ## Write a deployment's record into the state bucket
state: ## Log in to the stack's state, and make the stack once
guard: ## Stop where an update would delete or replace what holds data
images: ## Build a stack's images, tagged by commit (TAG=...)
push: ## Push the built images and stop at severe findings of their scan (TAG=...)
set-images: ## Write an images' tag into the stack file (TAG=...)
up: ## Deploy with the policy pack, without questions (pulumi up)
drift: ## Fail where something differs from the stack file (changes by hand)
announce: ## Tell the team how a deployment went (SLACK_WEBHOOK)
environment: ## Make, update or remove a pull request's own copy of a stack

$(OPERATE): $(RUN)
	@$(BIN)/python -m operations $@ $(if $(FILE),--file "$(FILE)",--stack "$(STACK)") $(if $(SERVICE),--service "$(SERVICE)") $(if $(TAG),--tag "$(TAG)") $(if $(OUT),--out "$(OUT)") $(ARGS)

pulumi-cli: ## Install the Pulumi CLI where there is none
	@command -v pulumi >/dev/null || { curl -fsSL https://get.pulumi.com | sh -s -- --version $(PULUMI_VERSION) && echo "$$HOME/.pulumi/bin" >> "$${GITHUB_PATH:-/dev/null}"; }

pipelines: $(RUN) ## Write the GitHub workflows of an application: APP=folder with pipelines.yaml [OUT=repository] [CHECK=1]
	@$(BIN)/python -m operations.pipelines.write $(if $(APP),--app "$(APP)") $(if $(OUT),--out "$(OUT)") $(if $(CHECK),--check)

.venv-audit/.installed: requirements-audit.txt
	@test -x .venv-audit/bin/python || $(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.txt
	@touch $@

audit: $(RUN) .venv-audit/.installed ## Look for dependencies with known holes (needs the network) and for committed secrets
	@.venv-audit/bin/pip-audit --require-hashes --disable-pip -r requirements.txt -r examples/app/backend/requirements.txt
	@$(BIN)/python -m operations.audit

clean: ## Remove .venv and the caches
	@rm -rf $(VENV) .venv-crosscheck .venv-linters .venv-data .mypy_cache .pytest_cache .ruff_cache .hypothesis build
