# The embedded node: ledger, blocks, REST.
$(eval $(call library,ledger,sandbox/ledger,asm eval isa chain base,))
