# libalgorent (static and shared: the SDK with what it stands on; only algo_* is visible) and what `make install` copies.

SDK_PARTS := client $(filter contracts_bindings,$(LIBRARIES)) chain base
# A client needs no HTTP server.
SDK_OBJS  := $(filter-out $(OUT)/obj/base/httpd%,$(foreach l,$(SDK_PARTS),$($(l)_OBJS)))
SDK_PKGS  := $(filter-out libmicrohttpd zlib,$(call pkgs,$(SDK_PARTS)))
SDK_HEADERS = $(filter-out %/httpd.h,$(foreach l,$(SDK_PARTS),$(wildcard $($(l)_DIR)/include/algo/*.h $($(l)_DIR)/include/algo/*.def)))
SONAME    := libalgorent.so.$(firstword $(subst ., ,$(VERSION)))
EXTRA_TARGETS += $(OUT)/lib/libalgorent.a
ifeq ($(BUILD),release)
  EXTRA_TARGETS += $(OUT)/lib/$(SONAME)
endif

$(OUT)/lib/libalgorent.a: $(SDK_OBJS)
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcs $@ $^

$(OUT)/lib/$(SONAME): $(SDK_OBJS) mk/libalgorent.map
	@mkdir -p $(@D)
	@echo "  LD      $@" >&2
	@$(CC) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=mk/libalgorent.map -Wl,--no-undefined $(LDFLAGS_ALL) $(LDFLAGS) \
	  -o $@ $(SDK_OBJS) $(call pkg_libs,$(SDK_PKGS)) -lm -lpthread
	@ln -sf $(SONAME) $(OUT)/lib/libalgorent.so

# libalgorent-testnet, for tests in C: the node's parts that libalgorent has not, and the HTTP types that its routes speak.
TESTNET_PARTS := testnet rest fork node ledger eval asm isa
TESTNET_OBJS  := $(foreach l,$(TESTNET_PARTS),$($(l)_OBJS)) $(filter $(OUT)/obj/base/httpd%,$(base_OBJS))
TESTNET_HEADERS = $(wildcard sandbox/testnet/include/algo/*.h)
EXTRA_TARGETS += $(OUT)/lib/libalgorent-testnet.a

# One object, in which only what the headers promise is visible: a test's own names cannot collide with the node's.
$(OUT)/lib/libalgorent-testnet.a: $(TESTNET_OBJS)
	@mkdir -p $(@D)
	@rm -f $@
	@ld -r -o $(@:.a=.o) $^
	@objcopy --localize-hidden $(@:.a=.o)
	@ar rcs $@ $(@:.a=.o)
	@rm $(@:.a=.o)

# libalgorent-tealgen, for contracts of one's own: the builder with all that it stands on.
TEALGEN_PARTS := $(call closure,tealgen)
TEALGEN_OBJS  := $(filter-out $(OUT)/obj/base/httpd%,$(foreach l,$(TEALGEN_PARTS),$($(l)_OBJS)))
TEALGEN_HEADERS = $(wildcard teal-gen/include/algo/*.h)
TEALGEN_PKGS  := $(filter-out libmicrohttpd libcurl zlib,$(call pkgs,$(TEALGEN_PARTS)))
EXTRA_TARGETS += $(OUT)/lib/libalgorent-tealgen.a

$(OUT)/lib/libalgorent-tealgen.a: $(TEALGEN_OBJS)
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcs $@ $^

D = $(DESTDIR)$(PREFIX)
install: all ## programs, libraries, headers, pkg-config file, man pages (PREFIX, DESTDIR)
	@install -d $(D)/bin $(D)/lib/pkgconfig $(D)/include/algo $(D)/share/man/man1 $(D)/share/doc/algorent
	@install $(filter $(OUT)/bin/algorent% $(OUT)/bin/teal-gen,$(PROGRAMS)) $(D)/bin
	@install -m 644 $(OUT)/lib/libalgorent.a $(OUT)/lib/libalgorent-testnet.a $(OUT)/lib/libalgorent-tealgen.a $(D)/lib
	@install $(OUT)/lib/$(SONAME) $(D)/lib/libalgorent.so.$(VERSION)
	@ln -sf libalgorent.so.$(VERSION) $(D)/lib/$(SONAME)
	@ln -sf $(SONAME) $(D)/lib/libalgorent.so
	@install -m 644 $(SDK_HEADERS) $(TESTNET_HEADERS) $(TEALGEN_HEADERS) $(D)/include/algo
	@sed -e 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@PKGS@|$(SDK_PKGS)|' mk/algorent.pc.in > $(D)/lib/pkgconfig/algorent.pc
	@sed -e 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@PKGS@|$(call pkgs,$(TESTNET_PARTS) base)|' mk/algorent-testnet.pc.in > $(D)/lib/pkgconfig/algorent-testnet.pc
	@sed -e 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@PKGS@|$(TEALGEN_PKGS)|' mk/algorent-tealgen.pc.in > $(D)/lib/pkgconfig/algorent-tealgen.pc
	@for m in $(wildcard docs/man/*.1); do install -m 644 $$m $(D)/share/man/man1; done
	@install -d $(D)/lib/systemd/system && install -m 644 indexer/systemd/algorent-indexer.service $(D)/lib/systemd/system
	@install -m 644 README.md LICENSE CHANGELOG.md $(D)/share/doc/algorent
	@echo "installed under $(D)"

uninstall: ## take away what install put there
	@rm -f $(foreach p,$(filter $(OUT)/bin/algorent% $(OUT)/bin/teal-gen,$(PROGRAMS)),$(D)/bin/$(notdir $(p)))
	@rm -f $(D)/lib/libalgorent.a $(D)/lib/libalgorent.so* $(D)/lib/pkgconfig/algorent.pc
	@rm -f $(D)/lib/libalgorent-testnet.a $(D)/lib/pkgconfig/algorent-testnet.pc
	@rm -f $(D)/lib/libalgorent-tealgen.a $(D)/lib/pkgconfig/algorent-tealgen.pc
	@rm -f $(foreach h,$(SDK_HEADERS) $(TESTNET_HEADERS) $(TEALGEN_HEADERS),$(D)/include/algo/$(notdir $(h)))
	@rm -f $(foreach m,$(wildcard docs/man/*.1),$(D)/share/man/man1/$(notdir $(m)))
	@rm -f $(D)/lib/systemd/system/algorent-indexer.service
	@rm -rf $(D)/share/doc/algorent
