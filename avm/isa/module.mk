# The opcode and field tables, and the decoder.
$(eval $(call library,isa,avm/isa,base,))
