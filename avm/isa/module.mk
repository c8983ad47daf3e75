# The opcode and field tables, and the decoder. gen-isa makes from them what is made from them.
$(eval $(call library,isa,avm/isa,base,))
gen_isa_SRCS := avm/isa/tool/gen_isa.c avm/isa/tool/gen_opcodes.c
$(eval $(call program,gen-isa,avm/isa,$(gen_isa_SRCS),isa))

GEN       += gen-isa-files
GEN_CHECK += gen-check-isa
.PHONY: gen-isa-files gen-check-isa
gen-isa-files: $(OUT)/bin/gen-isa
	@$(OUT)/bin/gen-isa lookup > $(OUT)/lookup.inc && cp $(OUT)/lookup.inc avm/isa/lookup.inc
	@$(OUT)/bin/gen-isa opcodes > docs/opcodes.md
gen-check-isa: $(OUT)/bin/gen-isa
	@$(OUT)/bin/gen-isa lookup | diff -u avm/isa/lookup.inc - || { echo "avm/isa/lookup.inc is stale: make gen"; exit 1; }
	@$(OUT)/bin/gen-isa opcodes | diff -u docs/opcodes.md - || { echo "docs/opcodes.md is stale: make gen"; exit 1; }
