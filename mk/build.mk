# How a folder becomes a library, a program or a test. Used by every module.mk:
#
#   $(eval $(call library,NAME,DIR,USES,PKGS))   NAME: the library's name; DIR/*.c (NAME_SRCS overrides)
#   $(eval $(call program,PROG,DIR,SRCS,USES))   a program linked with the libraries USES and what they use
#   $(eval $(call test,DIR,USES))                each tests/unit/DIR/test_*.c becomes a program run by `make check`
#
# A folder is compiled with its own include folder and those of the libraries it uses (and what those use): an
# arrow that the table in docs/architecture.md does not have is an include that does not exist.

CC     ?= gcc
WERROR ?= -Werror
OUT    := build/$(BUILD)
WARN   := -Wall -Wextra -Wpedantic $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CPPFLAGS_ALL := -D_GNU_SOURCE -DALGORENT_VERSION='"$(VERSION)"'
CFLAGS_ALL   := -std=c17 -g $(WARN) -fPIC -fvisibility=hidden -MMD -MP
LDFLAGS_ALL  :=

ifeq ($(BUILD),release)
  CFLAGS_ALL += -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong
else ifeq ($(BUILD),asan)
  CFLAGS_ALL  += -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
  LDFLAGS_ALL += -fsanitize=address,undefined
else ifeq ($(BUILD),tsan)
  CFLAGS_ALL  += -O1 -fsanitize=thread -fno-omit-frame-pointer
  LDFLAGS_ALL += -fsanitize=thread
else ifeq ($(BUILD),fuzz)
  CC := clang
  CFLAGS_ALL  += -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
  LDFLAGS_ALL += -fsanitize=address,undefined
else
  $(error BUILD is one of release, asan, tsan, fuzz)
endif

ifneq ($(shell pkg-config --exists libsodium json-c libcurl libmicrohttpd libpq 2>/dev/null && echo yes),yes)
  $(warning some libraries are missing: scripts/deps build installs them (make run and make test do it by themselves))
endif

LIBRARIES :=
PROGRAMS  :=
TESTS     :=

# The libraries that $(1) uses, and what those use, in link order (a user before what it uses).
closure = $(strip $(call uniq_last,$(foreach l,$(1),$(l) $(call closure,$($(l)_USES)))))
uniq_last = $(if $(1),$(call uniq_last,$(filter-out $(lastword $(1)),$(1))) $(lastword $(1)))
includes = $(foreach l,$(1),-I$($(l)_DIR)/include)
pkgs = $(sort $(foreach l,$(1),$($(l)_PKGS)))
archives = $(foreach l,$(1),$(OUT)/lib/lib$(l).a)
pkg_cflags = $(if $(strip $(1)),$(shell pkg-config --cflags $(1) 2>/dev/null))
pkg_libs = $(if $(strip $(1)),$(shell pkg-config --libs $(1) 2>/dev/null))

define library
$(1)_DIR  := $(2)
$(1)_USES := $(3)
$(1)_PKGS := $(4)
$(1)_SRCS ?= $$(wildcard $(2)/*.c)
$(1)_OBJS := $$($(1)_SRCS:%.c=$(OUT)/obj/%.o)
LIBRARIES += $(1)
$$($(1)_OBJS): CPPFLAGS_DIR := $$(call includes,$(1) $$(call closure,$(3))) $$(call pkg_cflags,$$(call pkgs,$(1) $$(call closure,$(3))))
$$($(1)_SRCS:%.c=build/tidy/%.ok): TIDY_FLAGS := $$(call includes,$(1) $$(call closure,$(3))) $$(call pkg_cflags,$$(call pkgs,$(1) $$(call closure,$(3))))
$(OUT)/lib/lib$(1).a: $$($(1)_OBJS)
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcs $$@ $$($(1)_OBJS)
endef

# How anything is linked: $(call link,LIBRARIES,PACKAGES,FLAGS) is the recipe, from all the prerequisites.
link = @mkdir -p $$(@D) && $$(CC) $$(LDFLAGS_ALL) $(3) $$(LDFLAGS) -o $$@ $$^ $$(call pkg_libs,$(2) $$(call pkgs,$$(call closure,$(1)))) -lm -lpthread
define program
$(1)_PROG_OBJS := $(patsubst %.c,$(OUT)/obj/%.o,$(3))
PROGRAMS += $(OUT)/bin/$(1)
$$($(1)_PROG_OBJS): CPPFLAGS_DIR := -I$(2)/include $$(call includes,$$(call closure,$(4))) $$(call pkg_cflags,$$(call pkgs,$$(call closure,$(4))))
$(OUT)/bin/$(1): $$($(1)_PROG_OBJS) $$(call archives,$$(call closure,$(4)))
	@echo "  LD      $$@" >&2
	$(call link,$(4))
endef

# Each test file is a program: Check runs every case in its own process.
define test
$$(foreach t,$$(wildcard tests/unit/$(1)/test_*.c),$$(eval $$(call one_test,$$(t),$(2))))
endef
define one_test
TESTS += $(OUT)/$(1:.c=)
$(OUT)/obj/$(1:.c=.o): CPPFLAGS_DIR := -Itests/unit/include $$(call includes,$$(call closure,$(2))) $$(call pkg_cflags,check $$(call pkgs,$$(call closure,$(2))))
$(OUT)/$(1:.c=): $(OUT)/obj/$(1:.c=.o) $$(call archives,$$(call closure,$(2)))
	$(call link,$(2),check)
endef

$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<" >&2
	@$(CC) $(CPPFLAGS_ALL) $(CPPFLAGS_DIR) $(CPPFLAGS) $(CFLAGS_ALL) $(CFLAGS) -c -o $@ $<

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
