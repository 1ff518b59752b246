# Hallmark: build, scan, test. `make help` lists the targets.

SHELL := /bin/bash
PREFIX ?= /usr/local
SWIFT ?= swift
RELEASE := .build/release/hallmark

# The packages are listed once, for this file and for its messages.
BUILD_PACKAGES := $(shell sed 's/\#.*//' Sources/packages.txt)
TEST_PACKAGES := $(shell sed 's/\#.*//' Tests/packages.txt)

.DEFAULT_GOAL := help
.PHONY: help scan test build debug install lint format snapshots fuzz bench clean build-packages test-packages

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

scan: build ## Scan TARGETS="host:port …"; without it, a small lab on loopback
ifdef TARGETS
	@$(RELEASE) scan $(TARGETS)
else
	@$(call install_packages,nginx-light)
	@Tests/Lab/lab.sh $(RELEASE) scan --input
endif

build: build-packages ## Build the release binary
	@$(SWIFT) build -c release --product hallmark >&2  # standard output is for records

test: build-packages test-packages lint ## Check the format, build, and run every test
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build --disable-xctest

install: build ## Install under PREFIX (default /usr/local)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/hallmark
	install -m 755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/hallmark
	cp -r signatures targets $(DESTDIR)$(PREFIX)/share/hallmark/

lint: ## Check format, layers and shell scripts
	$(SWIFT) format lint --strict -r Package.swift Sources Tests Benchmarks
	@Tests/Tools/check-layers.sh
	@! command -v shellcheck > /dev/null || shellcheck $$(git ls-files '*.sh' .ci/run)

format: ## Format all Swift files
	$(SWIFT) format -i -r Package.swift Sources Tests Benchmarks

snapshots: build-packages ## Write schema, generated documentation and golden files anew
	-RECORD_SNAPSHOTS=1 $(SWIFT) test --disable-xctest
	git status --short Docs Tests

fuzz: build-packages ## Feed each parser COUNT (default 1,000,000) mutated inputs under AddressSanitizer
	$(SWIFT) build -c release --sanitize=address --scratch-path .build-fuzz --product fuzz
	@Tests/Fuzz/run.sh .build-fuzz/release/fuzz $${COUNT:-1000000}

bench: build ## Run the benchmarks and print their ratios
	@Benchmarks/run.sh

clean: ## Remove what was built
	rm -rf .build .build-fuzz

build-packages:
	@command -v $(SWIFT) > /dev/null || { echo "Swift 6.2 or newer is needed: see https://www.swift.org/install/linux/" >&2; exit 1; }
	@$(call install_packages,$(BUILD_PACKAGES))

test-packages:
	@$(call install_packages,$(TEST_PACKAGES))
	@Tests/Tools/unpack.sh .build/unpacked inn2 inn2-inews

# Installs the Debian packages that are missing, as root; otherwise says how.
define install_packages
missing=""; for package in $(1); do \
  dpkg-query -W -f '$${Status}' $$package 2> /dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
done; \
if [ -n "$$missing" ]; then \
  if [ "$$(id -u)" = 0 ]; then \
    echo "Installing:$$missing" >&2; \
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; \
    apt-get update -q > /dev/null && apt-get install -y -q --no-install-recommends $$missing > /dev/null || exit 1; \
  else \
    echo "Please install first: sudo apt-get install$$missing" >&2; exit 1; \
  fi; \
fi
endef
