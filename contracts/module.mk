# The contracts' descriptions, and the files generated from them.
$(eval $(call library,contracts_common,contracts/common,tealgen,))
contracts_SRCS := $(wildcard contracts/rental/*.c contracts/escrow/*.c contracts/topup/*.c)
$(eval $(call library,contracts,contracts,contracts_common tealgen,))

contracts_bindings_SRCS := $(wildcard contracts/*/generated/*.c)
$(eval $(call library,contracts_bindings,contracts,chain base,))

CONTRACTS := rental escrow topup

GEN += gen-contracts
GEN_CHECK += gen-check-contracts
.PHONY: gen-contracts gen-check-contracts
gen-contracts: $(OUT)/bin/teal-gen
	@set -e; for c in $(CONTRACTS); do $(OUT)/bin/teal-gen $$c --out contracts/$$c/generated --include contracts/include; done

gen-check-contracts: $(OUT)/bin/teal-gen
	@set -e; rm -rf $(OUT)/gen/contracts; for c in $(CONTRACTS); do \
	  $(OUT)/bin/teal-gen $$c --out $(OUT)/gen/contracts/$$c/generated --include $(OUT)/gen/contracts/include; \
	  diff -r $(OUT)/gen/contracts/$$c/generated contracts/$$c/generated; \
	  diff $(OUT)/gen/contracts/include/algo/$$c.h contracts/include/algo/$$c.h; \
	done
