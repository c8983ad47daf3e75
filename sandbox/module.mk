# The embedded node: ledger, blocks, REST.
$(eval $(call library,ledger,sandbox/ledger,asm eval isa chain base,))
$(eval $(call library,node,sandbox/node,ledger chain base,zlib))
$(eval $(call library,rest,sandbox/rest,node ledger asm chain base,libsodium))
# Another algod's state as of a round, below a ledger of one's own.
$(eval $(call library,fork,sandbox/fork,ledger chain base,libsodium))
# go-algorand's own node, started and ended.
$(eval $(call library,real,sandbox/real,base,))
# Contract tests in C: the node inside a test's own process, asked by the client library.
$(eval $(call library,testnet,sandbox/testnet,rest fork node ledger client asm chain base,))
$(eval $(call program,algorent-sandbox,sandbox/main,$(wildcard sandbox/main/*.c),rest fork node real))
