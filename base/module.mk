# Errors, byte strings, hashes, msgpack, JSON, HTTP, logging: no word of Algorand.
$(eval $(call library,base,base,,libsodium libcrypto json-c libcurl libmicrohttpd zlib))
