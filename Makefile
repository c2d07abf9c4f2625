# vnetgen: `make help` lists the targets.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
# where everything that is made goes; another one makes a second build beside the first
B ?= build

VERSION := 0.1
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wno-missing-field-initializers -Wpointer-arith -Wcast-qual -Wundef -Wvla
NEEDS := inih jansson
ALL_CFLAGS = -std=gnu17 $(WARNINGS) -fstack-protector-strong $(CFLAGS)
ALL_CPPFLAGS = -D_GNU_SOURCE -Isrc -DVERSION='"$(VERSION)"' -DDATADIR='"$(DATADIR)/vnetgen"' \
	$(shell $(PKG_CONFIG) --cflags $(NEEDS)) $(CPPFLAGS)
ALL_LDFLAGS = -Wl,-z,relro,-z,now $(LDFLAGS)
LIBS = $(shell $(PKG_CONFIG) --libs $(NEEDS)) $(LDLIBS)

SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:src/%.c=$(B)/%.o)
# programs of the test suite: tests/NAME.c, linked with everything but main
TOOLS := $(patsubst tests/%.c,$(B)/test-%,$(wildcard tests/*.c))

Q = $(if $(V),,@)
SAY = $(if $(V),@:,@echo " ")

all: $(B)/vnetgen ## builds the program (the default)

$(B)/vnetgen: $(OBJECTS)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.o: src/%.c Makefile
	$(SAY) CC $@
	$(Q)mkdir -p $(B)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/test-%: tests/%.c $(filter-out $(B)/main.o,$(OBJECTS)) Makefile
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(filter %.o,$^) $(LIBS)

-include $(wildcard $(B)/*.d)

check: all $(TOOLS) ## runs the tests; FILES=tests/X.bats for some of them
	B=$(B) tests/run $(FILES)

tools: all $(TOOLS)

clean: ## removes what was built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 12

.PHONY: all check tools clean help
