# The commands. `make` alone prints those with a `##` text.

.PHONY: help all run test check vectors lint gen gen-check bench fuzz install uninstall clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

all: $(PROGRAMS) $(EXTRA_TARGETS) ## build every program and library

run: ## the whole market on this machine: database, node, contract, indexer, a rental (ONCE=1 ends by itself)
	@scripts/run

test: ## everything: installs what is missing, builds, unit tests, vectors, real servers and clients
	@scripts/test

check: all $(TESTS) ## unit tests alone, fast
	@tests/unit/run $(TESTS)

vectors: $(OUT)/bin/vectors ## what a real node answered, under VECTORS=DIR (default ../shared/vectors)
	@$(OUT)/bin/vectors $(VECTORS)

lint: ## clang-format, clang-tidy, shellcheck, man pages, the house limits
	@scripts/deps lint
	@scripts/lint
	@case "$$(clang-tidy --version)" in *'version 14.'*) $(MAKE) --no-print-directory tidy ;; *) echo 'SKIPPED clang-tidy: not version 14' ;; esac

# clang-tidy looks at a file again only when it has changed.
TIDY_SRCS  := $(filter-out %/generated/% $(OUT)/%,$(foreach l,$(LIBRARIES),$($(l)_SRCS)))
.PHONY: tidy
tidy: $(TIDY_SRCS:%.c=build/tidy/%.ok)
build/tidy/%.ok: %.c .clang-tidy
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(CPPFLAGS_ALL) $(TIDY_FLAGS) -std=c17 2>build/tidy/$(subst /,-,$*).err || { grep -v 'warnings generated' build/tidy/$(subst /,-,$*).err; exit 1; }
	@touch $@

# A folder that generates files adds its targets: GEN += gen-x, GEN_CHECK += gen-check-x.
gen: gen-errors $(GEN) ## make the generated files again
gen-check: gen-check-errors $(GEN_CHECK) ## fail when a generated file is stale
.PHONY: gen-errors gen-check-errors
gen-errors:
	@scripts/gen-errors > docs/errors.md
gen-check-errors:
	@scripts/gen-errors | diff -u docs/errors.md - || { echo "docs/errors.md is stale: make gen"; exit 1; }

bench: ## figures beside a peer's, BENCH=name for one
fuzz: ## libFuzzer on everything that parses bytes from outside, FUZZ_TIME=10 seconds each
clean: ## remove what was built, and the clients that the tests installed
	rm -rf build .state/interop
