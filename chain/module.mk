# Addresses, keys, transactions, blocks, ARC-4 and ARC-28.
$(eval $(call library,chain,chain,base,libsodium))
