# Addresses, keys, transactions, blocks, ARC-4 and ARC-28.
$(eval $(call library,chain,chain,base,libsodium))

# Many independent products: a compiler that inlines them all is a quarter faster, one that gathers them into vectors slower.
ifeq ($(BUILD),release)
$(patsubst %,$(OUT)/obj/chain/%.o,edwards edwards_avx2 edwards_invert): CFLAGS_ALL += -O3 -fno-tree-vectorize -fno-tree-slp-vectorize
endif
