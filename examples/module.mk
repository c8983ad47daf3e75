# Contracts that docs/teal-gen.md teaches with: each description is a program that writes generated/, each has its tests.
EXAMPLES := counter auction vesting
EXAMPLE_GENS := $(foreach e,$(EXAMPLES),$(OUT)/bin/example-$(e))

define example
$(eval $(call program,example-$(1),examples/$(1),examples/$(1)/$(1).c,tealgen))
example_$(1)_SRCS := $(wildcard examples/$(1)/generated/*.c)
$(eval $(call library,example_$(1),examples/$(1)/generated,chain base,))
TESTS += $(OUT)/examples/$(1)/test_$(1)
$(OUT)/obj/examples/$(1)/test_$(1).o: CPPFLAGS_DIR := -Iexamples/include $$(call includes,$$(call closure,example_$(1) testnet))
$(OUT)/examples/$(1)/test_$(1): $(OUT)/obj/examples/$(1)/test_$(1).o $$(call archives,$$(call closure,example_$(1) testnet))
	$(call link,example_$(1) testnet)
endef
$(foreach e,$(EXAMPLES),$(eval $(call example,$(e))))

# What is written goes to examples/NAME/generated, docs/teal-gen.md has the code of all three, docs/testing.md a test.
GEN       += gen-examples
GEN_CHECK += gen-check-examples
.PHONY: gen-examples gen-check-examples
gen-examples: $(EXAMPLE_GENS)
	@set -e; for e in $(EXAMPLES); do $(OUT)/bin/example-$$e $$e --out examples/$$e/generated --include examples/$$e/generated/include; done
	@scripts/include-code docs/teal-gen.md docs/testing.md
gen-check-examples: $(EXAMPLE_GENS)
	@set -e; rm -rf $(OUT)/gen/examples; for e in $(EXAMPLES); do \
	  $(OUT)/bin/example-$$e $$e --out $(OUT)/gen/examples/$$e --include $(OUT)/gen/examples/$$e/include 2>/dev/null; \
	  diff -r $(OUT)/gen/examples/$$e examples/$$e/generated; \
	done
	@scripts/include-code --check docs/teal-gen.md docs/testing.md
