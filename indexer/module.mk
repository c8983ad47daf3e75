# The daemon that follows blocks into PostgreSQL.
indexer_SRCS := $(wildcard indexer/*.c) $(OUT)/gen/indexer/migrations.c
$(OUT)/gen/indexer/migrations.c: indexer/embed $(sort $(wildcard indexer/sql/*.sql))
	@mkdir -p $(@D)
	@indexer/embed indexer/sql >$@.new
	@mv $@.new $@
$(eval $(call library,indexer,indexer,client contracts_bindings chain base,libpq libcurl))
$(eval $(call program,algorent-indexer,indexer,$(wildcard indexer/cli/*.c),indexer))
