# Unit tests mirror the tree.
$(eval $(call test,base,base))
$(eval $(call test,chain,chain base))
$(OUT)/obj/tests/unit/chain/test_keytable.o: CPPFLAGS += -Ichain # the tables have a header of their own
$(eval $(call test,avm/isa,isa base))
$(eval $(call test,avm/asm,asm))
$(eval $(call test,avm/eval,eval asm))
$(eval $(call test,avm/tool,base))
$(eval $(call test,teal-gen,tealgen_prove tealgen))
$(eval $(call test,teal-gen/check,check))
$(eval $(call test,client,client))
$(eval $(call test,indexer,indexer))
$(OUT)/obj/tests/unit/indexer/%.o: CPPFLAGS += -Iindexer # its own headers
$(eval $(call test,sandbox,ledger))
$(eval $(call test,sandbox/fork,fork))
$(eval $(call test,sandbox/node,node))
$(OUT)/tests/unit/sandbox/node/test_faults: LDFLAGS += $(foreach f,malloc calloc realloc pwrite ftruncate fsync rename,-Xlinker --wrap=$(f))
$(OUT)/tests/unit/sandbox/node/test_heal: LDFLAGS += $(foreach f,malloc calloc realloc,-Xlinker --wrap=$(f))
$(eval $(call test,sandbox/rest,rest node))
$(addprefix $(OUT)/tests/unit/sandbox/rest/,test_memory test_pending): LDFLAGS += $(foreach f,malloc calloc realloc,-Xlinker --wrap=$(f))
$(OUT)/obj/tests/unit/sandbox/rest/test_rounds.o: CPPFLAGS += -Isandbox/rest # where a search looks
$(eval $(call test,sandbox/testnet,testnet))

# Markets on a ledger, and the model that they are compared with.
$(eval $(call library,rental_harness,tests/unit/contracts/harness,testnet contracts_bindings contracts,))
$(eval $(call test,contracts,rental_harness))

# What a real node and the SDK answered: tests/vectors/include/vectors.h says how a kind is added.
vectors_SRCS := $(filter-out tests/vectors/run.c,$(wildcard tests/vectors/*.c))
$(eval $(call library,vectors,tests/vectors,tealgen_prove tealgen ledger asm chain,libzstd))
$(eval $(call program,vectors,tests/vectors,tests/vectors/run.c,vectors))
$(eval $(call test,vectors,vectors))

# Benchmarks: tests/bench/bench_NAME.c with the libraries that it uses; `make bench [BENCH=NAME]` runs them.
BENCHES :=
define bench
BENCHES += $(OUT)/bench/bench_$(1)
$(OUT)/obj/tests/bench/bench_$(1).o: CPPFLAGS_DIR := -Itests/bench/include $$(call includes,$$(call closure,$(2))) $$(call pkg_cflags,$$(call pkgs,$$(call closure,$(2))))
$(OUT)/bench/bench_$(1): $(OUT)/obj/tests/bench/bench_$(1).o $$(call archives,$$(call closure,$(2)))
	$(call link,$(2))
endef
$(eval $(call bench,decode,vectors))
$(eval $(call bench,asm,asm))
$(eval $(call bench,check,check))
$(eval $(call bench,avm,eval asm))
$(eval $(call bench,sandbox,node contracts_bindings))
$(OUT)/bench/bench_sandbox: | $(OUT)/bin/algorent-sandbox
$(eval $(call bench,soak,node))
$(eval $(call bench,indexer,indexer ledger))
$(OUT)/obj/tests/bench/bench_indexer.o: CPPFLAGS += -Iindexer # its own headers
$(OUT)/bench/bench_indexer: | $(OUT)/bin/algorent-indexer $(OUT)/bin/algorent-sandbox

bench: $(if $(BENCH),$(OUT)/bench/bench_$(BENCH),$(BENCHES))
	@for b in $^; do ALGORENT_VECTORS=$(VECTORS) $$b || exit 1; done

# Fuzzers: tests/fuzz/fuzz_NAME.c, with its seeds in tests/fuzz/corpus/NAME. `make fuzz` builds them with clang's sanitizers;
# `make check` gives each its seeds, with whatever compiler there is.
FUZZ_TIME ?= 10
FUZZERS :=
define fuzz
FUZZERS += $(OUT)/fuzz/fuzz_$(1)
$(OUT)/obj/tests/fuzz/fuzz_$(1).o: CPPFLAGS_DIR := $$(call includes,$$(call closure,$(2))) $$(call pkg_cflags,$$(call pkgs,$$(call closure,$(2))))
$(OUT)/fuzz/fuzz_$(1): $(OUT)/obj/tests/fuzz/fuzz_$(1).o $$(call archives,$$(call closure,$(2)))
	$(call link,$(2),,-fsanitize=fuzzer)
ifneq ($(BUILD),fuzz)
TESTS += $(OUT)/tests/fuzz/seeds_$(1)
$(OUT)/obj/tests/fuzz/seeds_$(1).o: CPPFLAGS_DIR := $$(call includes,base) -DSEEDS='"$(1)"'
$(OUT)/obj/tests/fuzz/seeds_$(1).o: tests/fuzz/seeds.c
	@mkdir -p $$(@D)
	@$$(CC) $$(CPPFLAGS_ALL) $$(CPPFLAGS_DIR) $$(CPPFLAGS) $$(CFLAGS_ALL) $$(CFLAGS) -c -o $$@ $$<
$(OUT)/tests/fuzz/seeds_$(1): $(OUT)/obj/tests/fuzz/seeds_$(1).o $(OUT)/obj/tests/fuzz/fuzz_$(1).o $$(call archives,$$(call closure,$(2)))
	$(call link,$(2))
endif
endef
$(eval $(call fuzz,mp,base))
$(eval $(call fuzz,json,base))
$(eval $(call fuzz,txn,chain))
$(eval $(call fuzz,block,chain))
$(eval $(call fuzz,arc4,chain))
$(eval $(call fuzz,asm,asm))
$(eval $(call fuzz,disasm,asm))
$(eval $(call fuzz,check,check))
$(eval $(call fuzz,rest,rest node))
$(eval $(call fuzz,history,rest node))
$(eval $(call fuzz,log,node))
$(eval $(call fuzz,eval,eval asm))
$(eval $(call fuzz,client,client))
$(eval $(call fuzz,arc56,indexer))
$(eval $(call fuzz,rows,indexer))
$(eval $(call fuzz,scope,indexer))
$(eval $(call fuzz,http,base))
$(eval $(call fuzz,event,contracts_bindings))
$(eval $(call fuzz,genesis,ledger))
$(eval $(call fuzz,checkpoint,ledger))
$(eval $(call fuzz,fork,fork))
$(eval $(call fuzz,script,testnet))
$(eval $(call fuzz,optimise,tealgen_prove tealgen))
$(OUT)/obj/tests/fuzz/fuzz_arc56.o $(OUT)/obj/tests/fuzz/fuzz_rows.o $(OUT)/obj/tests/fuzz/fuzz_scope.o: CPPFLAGS += -Iindexer # its own headers

.PHONY: fuzz-run
ifeq ($(BUILD),fuzz)
fuzz: fuzz-run
fuzz-run: $(FUZZERS)
	@tests/fuzz/run $(FUZZ_TIME) $^
	@[ -z "$$ALGOD_URL" ] || { $(MAKE) --no-print-directory BUILD=release all && tests/fuzz/diff_avm --seconds $(FUZZ_TIME); }
else
fuzz:
	@$(MAKE) --no-print-directory BUILD=fuzz fuzz-run
endif

# Random programs, assembled, taken apart and simulated by the sandbox and by a real node, for SECONDS.
SECONDS ?= 60
.PHONY: differ
differ: $(OUT)/bin/algorent-sandbox ## random programs before a real node (ALGOD_URL=) and the sandbox, SECONDS=
	@tests/fuzz/diff_avm --seconds $(SECONDS)
