.DEFAULT_GOAL := help
.PHONY: help all check test clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

all: $(PROGRAMS) ## build every program

check: all $(TESTS) ## unit tests alone, fast
	@tests/unit/run $(TESTS)

clean: ## remove what was built
	rm -rf build
