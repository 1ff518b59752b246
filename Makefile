# Hallmark: build, scan, test. `make help` lists the targets.

SHELL := /bin/bash
PREFIX ?= /usr/local
SWIFT ?= swift
RELEASE := .build/release/hallmark
# What `install` puts beside the binary: manual page, completions.
EXTRAS := .build/share
BIN := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share

# Only who owns the folder builds in it: `sudo make install` copies what `make manual` made.
OWNER := $(shell stat -c %u .)

# The packages are listed once, for this file and for its messages.
BUILD_PACKAGES := $(shell sed 's/\#.*//' Sources/packages.txt)
TEST_PACKAGES := $(shell sed 's/\#.*//' Tests/packages.txt)

# Tests that start servers or run for long; tests whose code runs on several threads.
SLOW_TESTS := EndToEndTests FuzzTests
THREADED_TESTS := ^NetTests\\. ^ScanTests\\. ^CorpusTests\\.CorpusWriter ^EndToEndTests\\.RunTests ^EndToEndTests\\.MatchTests

# Where `make dist` and `make deb` leave what they make.
FOLDER ?= .build-dist

# The lab's first port, by which README and Docs name its servers.
LAB_PORT := 20443

.DEFAULT_GOAL := help
.PHONY: lab fleet extras dist deb reproducible signatures-release help scan build check test debug optimised thread fuzz fuzzers budgets bench manual install uninstall lint format snapshots clean \
  build-packages test-packages

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

scan: build ## Scan TARGETS="host:port …"; without it, a small lab on loopback
ifdef TARGETS
	@$(RELEASE) scan $(TARGETS)
else
	@$(call install_packages,nginx-light)
	@LAB_PORT=$(LAB_PORT) Tests/Lab/scan.sh $(RELEASE)
endif

lab: ## Keep the lab of the documentation up on loopback, ports 20443 to 20452, until interrupted
	@$(call install_packages,nginx-light)
	@LAB_PORT=$(LAB_PORT) Tests/Lab/lab.sh

fleet: build ## Sweep loopback by a fleet, kill a worker and the broker in the middle, count what is lost; RUNS=10 for ten
	@$(call install_packages,nats-server nginx-light)
	@Tests/Lab/fleet.sh $(RELEASE) $(or $(RUNS),1)

build: build-packages ## Build the release binary
	@$(SWIFT) build -c release --product hallmark >&2  # standard output is for records

check: build-packages lint debug ## The inner loop: check, build, run the tests that start no servers
	$(SWIFT) test --skip-build --disable-xctest $(addprefix --skip ,$(SLOW_TESTS))

test: build-packages test-packages lint debug optimised ## Everything: checks, all tests, a minute of fuzzing with AddressSanitizer, budgets
	@# The fuzzers are built meanwhile: tests wait for servers more than they calculate.
	@mkdir -p .build-fuzz; nice -n 19 $(MAKE) --no-print-directory fuzzers > .build-fuzz/build.log 2>&1 & fuzzers=$$!; \
	  status=0; HALLMARK_PROGRAM=$(abspath $(RELEASE)) SWIFT="$(SWIFT)" Tests/Tools/run-tests.sh || status=$$?; \
	  wait $$fuzzers || { cat .build-fuzz/build.log; status=1; }; exit $$status
	$(MAKE) fuzz budgets

debug:
	$(SWIFT) build --build-tests

optimised:
	HALLMARK_WITH=benchmarks $(SWIFT) build -c release

thread: build-packages test-packages ## Run the tests with threads under ThreadSanitizer
	HALLMARK_WITH=threads $(SWIFT) build --build-tests --sanitize=thread --scratch-path .build-thread
	HALLMARK_WITH=threads $(SWIFT) test --skip-build --disable-xctest --sanitize=thread --scratch-path .build-thread \
	  $(addprefix --filter ,$(THREADED_TESTS))

fuzzers:
	HALLMARK_WITH=fuzzers $(SWIFT) build --scratch-path .build-fuzz --product fuzz \
	  --sanitize=fuzzer --sanitize=address -Xswiftc -parse-as-library

fuzz: build-packages fuzzers ## Search for crashes with libFuzzer and AddressSanitizer, DURATION (default 60) seconds in all
	@Tests/Fuzz/run.sh .build-fuzz/debug/fuzz $${DURATION:-60}

budgets: build-packages optimised ## Count instructions and allocations, and hold them to Benchmarks/budgets.json
	@$(call install_packages,valgrind)
	@Benchmarks/budgets.py

bench: build ## Run the benchmarks and print their ratios
	@Benchmarks/run.sh

manual: build ## Write the manual page, the completions and what the rules are to .build/share
	@$(MAKE) --no-print-directory extras

# Of the binary that is there, whoever built it.
extras:
	@mkdir -p $(EXTRAS)
	@! git rev-parse HEAD > /dev/null 2>&1 || Packaging/release-of-rules.sh $(RELEASE) > $(EXTRAS)/release.json
	@export SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct 2> /dev/null || date +%s); \
	  $(RELEASE) --experimental-dump-help | \
	  Packaging/manual.py $$($(RELEASE) --version | sed -n '1s/^hallmark \([^ ]*\).*/\1/p') > $(EXTRAS)/hallmark.1
	@for shell in bash zsh fish; do \
	  $(RELEASE) --generate-completion-script $$shell > $(EXTRAS)/hallmark.$$shell || exit 1; \
	done

install: $(if $(filter $(shell id -u),$(OWNER)),manual) ## Install under PREFIX (default /usr/local)
	@test -x $(RELEASE) && test -f $(EXTRAS)/hallmark.1 || { echo "First: make manual" >&2; exit 1; }
	@$(MAKE) --no-print-directory uninstall  # what an older version left goes, too
	install -d $(BIN) $(SHARE)/hallmark
	install -m 755 $(RELEASE) $(BIN)/hallmark
	cp -r --no-preserve=ownership lookalikes mappings publicsuffix signatures targets vocabulary $(SHARE)/hallmark/
	chmod -R u=rwX,go=rX $(SHARE)/hallmark
	@! test -f $(EXTRAS)/release.json || install -m 644 $(EXTRAS)/release.json $(SHARE)/hallmark/
	install -D -m 644 $(EXTRAS)/hallmark.1 $(SHARE)/man/man1/hallmark.1
	install -D -m 644 $(EXTRAS)/hallmark.bash $(SHARE)/bash-completion/completions/hallmark
	install -D -m 644 $(EXTRAS)/hallmark.zsh $(SHARE)/zsh/site-functions/_hallmark
	install -D -m 644 $(EXTRAS)/hallmark.fish $(SHARE)/fish/vendor_completions.d/hallmark.fish

uninstall: ## Remove what install put under PREFIX, also what an older version left
	rm -rf $(SHARE)/hallmark
	rm -f $(BIN)/hallmark $(SHARE)/man/man1/hallmark.1 $(SHARE)/bash-completion/completions/hallmark \
	  $(SHARE)/zsh/site-functions/_hallmark $(SHARE)/fish/vendor_completions.d/hallmark.fish

dist: build-packages ## Build the commit for others: tarball, SBOM, debug symbols in FOLDER (default .build-dist)
	@SWIFT="$(SWIFT)" Packaging/dist.sh $(FOLDER)

reproducible: build-packages ## Build the commit twice, in two folders, and say whether both are the same
	@SWIFT="$(SWIFT)" Packaging/reproducible.sh

deb: ## Make Debian packages of what `make dist` built, and have lintian look at them
	@$(call install_packages,lintian)
	@Packaging/deb.sh $(FOLDER)
	@lintian --tag-display-limit 0 --fail-on error $(FOLDER)/*.deb

signatures-release: build ## Sign the rules of the commit for `signatures update`: KEY=FILE, the secret key of minisign
	@$(call install_packages,minisign)
	@Packaging/signatures-release.sh $(RELEASE) "$(KEY)" $(FOLDER)

lint: ## Check format, imports, fuzz entries, arithmetic, comments and shell scripts
	$(SWIFT) format lint --strict -r Package.swift Sources Tests Benchmarks
	@Tests/Tools/check-layers.sh
	@Tests/Tools/check_imports.py
	@Tests/Tools/check_circles.py
	@Tests/Tools/check_fuzz_entries.py
	@Tests/Tools/check_arithmetic.py
	@Tests/Tools/check-comments.sh
	@# Before C++23, what such a loop goes over is gone when it begins.
	@! grep -nE 'for \([^;]*: [^;]*\(\)\.' Sources/*/*.cpp || { echo "Name what the loop goes over first." >&2; exit 1; }
	@! command -v shellcheck > /dev/null || shellcheck $$(git ls-files '*.sh' .ci/run)

format: ## Format all Swift files
	$(SWIFT) format -i -r Package.swift Sources Tests Benchmarks

snapshots: build-packages ## Write schema, generated documentation and golden files anew
	-RECORD_SNAPSHOTS=1 $(SWIFT) test --disable-xctest
	git status --short Docs Tests

clean: ## Remove what was built
	rm -rf .build .build-address .build-fuzz .build-thread

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
