SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

# what .ci/get-node brings where this machine's Node.js is too old
export PATH := $(CURDIR)/.cache/node/bin:$(PATH)

SOURCES := $(shell find src -name '*.ts' -o -name '*.json' -o -path 'src/web/*' -type f 2>/dev/null) .ci/build.mjs .ci/bundle.mjs package.json

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install what the tests need: npm packages and Debian packages
	@.ci/setup test

node_modules/.package-lock.json: package-lock.json
	@.ci/setup demo

dist/.built: node_modules/.package-lock.json $(SOURCES)
	@.ci/setup node
	@npm run --silent build && touch $@

.PHONY: build
build: dist/.built ## bundle src/ into dist/

.PHONY: check-static
check-static: setup build ## format, types, lint with the layering rule
	npx prettier --check --log-level warn .
	npm run --silent typecheck
	npx eslint .

.PHONY: check
check: check-static test ## everything that CI runs

.PHONY: test-fast
test-fast: setup build ## unit, contract and short command-line tests
	node .ci/run-tests.mjs unit+cli+contract

.PHONY: test-nodes
test-nodes: setup build ## what needs no network namespace, on Node.js 22 and 24
	.ci/test-nodes 22 24

.PHONY: test
test: setup build ## every test, the firmware boots included (root)
	node .ci/run-tests.mjs unit+cli+contract stories integration web firmware

.PHONY: dnsmasq
dnsmasq: build ## build the image of the docker engine (docker); up does it too when it is not there
	@mkdir -p .cache
	node bin/pxectl.js --quiet export dockerfile > .cache/Dockerfile
	docker build --network host --tag "$$(sed -n 's/^# tag: //p' .cache/Dockerfile)" - < .cache/Dockerfile

.PHONY: demo
demo: ## from nothing: real firmware boots a real installer in a virtual LAN (root)
	@.ci/setup demo
	@$(MAKE) build
	@.ci/demo

.PHONY: release
release: node_modules/.package-lock.json ## everything that is published, into release/ (docs/release.md)
	npx tsx .ci/release/main.ts

.PHONY: release-exe
release-exe: node_modules/.package-lock.json ## the single executable for linux x64 alone, into release/
	npx tsx .ci/release/main.ts --only x64

.PHONY: bench
bench: setup build ## speed against dnsmasq, tftpd-hpa and nginx, written to docs/bench.md (root)
	npx tsx test/bench/main.ts --write docs/bench.md

.PHONY: docs-site
docs-site: node_modules/.package-lock.json ## the documents as static pages, in .cache/docs-site
	@.ci/setup node
	npx tsx .ci/site.ts .cache/docs-site

.PHONY: clean
clean: ## remove what was built
	rm -rf dist coverage release .cache
