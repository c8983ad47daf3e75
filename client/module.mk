# The C SDK and the program algorent.
$(eval $(call library,client,client,contracts_bindings chain base,))
$(eval $(call program,algorent,client/cli,$(wildcard client/cli/*.c),client))

# The manual page says what the program's help says.
GEN       += gen-man
GEN_CHECK += gen-check-man
ALGORENT_MAN = scripts/gen-man $(OUT)/bin/algorent docs/man/algorent.1.in base/include/algo/err.def
.PHONY: gen-man gen-check-man
gen-man: $(OUT)/bin/algorent
	@$(ALGORENT_MAN) > docs/man/algorent.1.new && mv docs/man/algorent.1.new docs/man/algorent.1
gen-check-man: $(OUT)/bin/algorent
	@$(ALGORENT_MAN) | diff -u docs/man/algorent.1 - || { echo "docs/man/algorent.1 is stale: make gen"; exit 1; }
