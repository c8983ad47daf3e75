# Unit tests mirror the tree.
$(eval $(call test,base,base))
$(eval $(call test,chain,chain base))
$(eval $(call test,avm/isa,isa base))
$(eval $(call test,avm/asm,asm))
$(eval $(call test,avm/eval,eval asm))
$(eval $(call test,teal-gen,tealgen))
$(eval $(call test,client,client))
$(eval $(call test,indexer,indexer))
$(eval $(call test,sandbox,ledger))
$(eval $(call test,sandbox/rest,rest node))

# What a real node and the SDK answered: tests/vectors/include/vectors.h says how a kind is added.
vectors_SRCS := $(filter-out tests/vectors/run.c,$(wildcard tests/vectors/*.c))
$(eval $(call library,vectors,tests/vectors,asm chain,libzstd))
$(eval $(call program,vectors,tests/vectors,tests/vectors/run.c,vectors))
$(eval $(call test,vectors,vectors))
