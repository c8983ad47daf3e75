# The C SDK and the program algorent.
$(eval $(call library,client,client,contracts_bindings chain base,))
$(eval $(call program,algorent,client/cli,$(wildcard client/cli/*.c),client))
