# Assembler, disassembler, source maps.
$(eval $(call library,asm,avm/asm,isa chain base,))
