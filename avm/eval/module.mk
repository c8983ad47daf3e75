# The interpreter; the ledger behind a small interface.
$(eval $(call library,eval,avm/eval,isa chain base,gmp libcrypto libsecp256k1))
