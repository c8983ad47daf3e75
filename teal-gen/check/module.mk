# teal-gen check: what is dangerous in a program, found without running it.
$(eval $(call library,check,teal-gen/check,asm isa chain base,))

# docs/check.md is the prose beside this file and a section for each rule of the table.
GEN       += gen-check-rules
GEN_CHECK += gen-check-check
.PHONY: gen-check-rules gen-check-check
gen-check-rules: $(OUT)/bin/teal-gen
	@{ cat teal-gen/check/check.md; $(OUT)/bin/teal-gen check --explain all; } > docs/check.md
gen-check-check: $(OUT)/bin/teal-gen
	@{ cat teal-gen/check/check.md; $(OUT)/bin/teal-gen check --explain all; } | diff -u docs/check.md - || { echo "docs/check.md is stale: make gen"; exit 1; }
