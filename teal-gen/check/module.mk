# teal-gen check: what is dangerous in a program, found without running it.
$(eval $(call library,check,teal-gen/check,asm isa chain base,))
