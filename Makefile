# The only make of the project: each folder's module.mk says what its parts are.
# `make` alone prints the commands.

BUILD   ?= release
PREFIX  ?= /usr/local
VERSION := $(shell cat VERSION)
VECTORS ?= $(or $(ALGORENT_VECTORS),../shared/vectors)

.DEFAULT_GOAL := help

include mk/build.mk

# Upwards in this list only: a folder may use those above it (architecture.md).
MODULES := base chain avm/isa avm/asm avm/eval teal-gen/check teal-gen contracts client indexer sandbox teal-gen/prove avm/tool examples tests
$(foreach m,$(MODULES),$(eval include $(m)/module.mk))

include mk/install.mk
include mk/commands.mk
