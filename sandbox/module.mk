# The embedded node: ledger, blocks, REST.
$(eval $(call library,ledger,sandbox/ledger,asm eval isa chain base,))
$(eval $(call library,node,sandbox/node,ledger chain base,zlib))
$(eval $(call library,rest,sandbox/rest,node ledger asm chain base,libsodium))
$(eval $(call program,algorent-sandbox,sandbox/main,$(wildcard sandbox/main/*.c),rest node))
