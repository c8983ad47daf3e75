# Addresses, keys, transactions, blocks, ARC-4 and ARC-28.
$(eval $(call library,chain,chain,base,libsodium))

# Many independent products: a compiler that inlines them all is a quarter faster, one that gathers them into vectors slower.
ifeq ($(BUILD),release)
$(OUT)/obj/chain/edwards.o $(OUT)/obj/chain/edwards_avx2.o: CFLAGS_ALL += -O3 -fno-tree-vectorize -fno-tree-slp-vectorize
endif
