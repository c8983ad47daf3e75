# The contract builder and its outputs.
tealgen_SRCS := $(wildcard teal-gen/*.c) $(OUT)/gen/teal-gen/skeleton.c
$(OUT)/gen/teal-gen/skeleton.c: teal-gen/embed $(sort $(wildcard teal-gen/skeleton/*))
	@mkdir -p $(@D)
	@teal-gen/embed teal-gen/skeleton >$@.new
	@mv $@.new $@
$(eval $(call library,tealgen,teal-gen,check asm chain base,))
$(OUT)/obj/$(OUT)/gen/teal-gen/skeleton.o: CPPFLAGS += -Iteal-gen # cli.h
