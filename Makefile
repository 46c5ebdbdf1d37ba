# ClawKit: `make up` runs the platform, `make test` the tests. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# release where it has been built already, debug otherwise: the first `make up` should not take a release build.
CONFIG ?= $(if $(wildcard .build/release/control-plane),release,debug)
ARGS ?=
# The macros' trait, the same for all targets, so that nothing is built anew between them. Only what needs the macros
# (their tests) builds swift-syntax.
TRAITS ?= --traits Macros
# So many tests run at once. With all of them, each waits for a thread longer than its deadlines allow.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 16
PROGRAMS := control-plane orchestrator model-gateway claw agent-runtime

.PHONY: help setup build up test test-full conformance bench fuzz models clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## installs missing system packages (libcurl, libpq)
	@Scripts/setup.sh

build: setup ## builds the programs; CONFIG=debug|release
	@echo "==> building the programs ($(CONFIG); the first build takes some minutes)"
	@set -e; for program in $(PROGRAMS); do swift build $(TRAITS) -c $(CONFIG) --product $$program; done
	@ln -sfn "$$(swift build $(TRAITS) -c $(CONFIG) --show-bin-path)" .build/bin

up: build ## runs the platform in the foreground; ARGS="--listen 127.0.0.1:8081 …"
	@echo "==> starting the platform (Ctrl-C stops it)"
	@exec .build/bin/control-plane $(ARGS)

# On a clean clone the driver has once failed to emit a module without a word, and went on when asked again; what is
# really wrong fails twice.
build_tests = swift build $(TRAITS) --build-tests || { echo "==> once more"; swift build $(TRAITS) --build-tests; }

test: ## the hermetic tests, with a private PostgreSQL server
	@Scripts/setup.sh tests
	@$(build_tests)
	@Scripts/test.sh $(TRAITS)

test-full: ## everything: also kubectl and other real clients
	@Scripts/setup.sh tests
	@Scripts/setup-full.sh
	@$(build_tests)
	@PATH="$$PWD/.venv/bin:$$PATH" Scripts/test.sh $(TRAITS)
	@SECONDS_TO_RUN=30 Scripts/fuzz.sh

conformance: setup ## recorded answers of a real kube-apiserver against the embedded cluster; CORPUS=directory ONLY='ssa-*'
	@swift build $(TRAITS) -c $(CONFIG) --product claw
	@Scripts/conformance.sh "$(CORPUS)" "$$(swift build $(TRAITS) -c $(CONFIG) --show-bin-path)/claw"

bench: setup ## the benchmarks, with what they are compared with; SECTIONS="lists memory …"
	@Tests/Benchmarks/run.sh $(SECTIONS)

fuzz: ## feeds the parsers of documents and model dialects with what libFuzzer thinks up; SECONDS_TO_RUN=60
	@Scripts/fuzz.sh
	@Scripts/fuzz-dialects.sh

models: ## generates the Kubernetes models; OPENAPI, DISCOVERY, DEFAULTS name Kubernetes' own documents, SOURCES its checkouts
	@python3 Scripts/generate-models.py --openapi $(OPENAPI) --discovery $(DISCOVERY) --defaults $(DEFAULTS) --sources $(SOURCES)
	@python3 Scripts/generate-protobuf.py --sources $(SOURCES)
	@python3 Scripts/generate-columns.py --sources $(SOURCES)
	@python3 Scripts/generate-descriptions.py --openapi $(OPENAPI) --sources $(SOURCES)

clean: ## removes what was built
	@swift package clean
