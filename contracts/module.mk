# The contracts' descriptions, and the files generated from them.
contracts_bindings_SRCS := $(wildcard contracts/*/generated/*.c)
$(eval $(call library,contracts_bindings,contracts,chain base,))
