# The daemon that follows blocks into PostgreSQL.
$(eval $(call library,indexer,indexer,client chain base,libpq))
