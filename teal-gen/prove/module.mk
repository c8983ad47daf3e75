# Two programs before the same inputs, on the sandbox's ledger: only the program teal-gen, which is here for that, and tests
# have it.
$(eval $(call library,tealgen_prove,teal-gen/prove,tealgen ledger isa chain base,))
$(eval $(call program,teal-gen,contracts,contracts/main.c,contracts tealgen_prove tealgen))
