# The contract builder and its outputs.
$(eval $(call library,tealgen,teal-gen,asm chain base,))
