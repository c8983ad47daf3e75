# The C SDK and the program algorent.
$(eval $(call library,client,client,chain base,))
