# algorent-avm: for people who write programs of the AVM. It runs them on the sandbox's ledger.
$(eval $(call program,algorent-avm,avm/tool,$(wildcard avm/tool/*.c),ledger asm eval isa chain base))
