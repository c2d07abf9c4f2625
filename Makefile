# vnetgen: `make help` lists the targets.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
BASHCOMPDIR ?= $(DATADIR)/bash-completion/completions
ZSHCOMPDIR ?= $(DATADIR)/zsh/site-functions
FISHCOMPDIR ?= $(DATADIR)/fish/vendor_completions.d
# for Ubuntu's AppArmor: with APPARMOR=yes a profile is installed here
APPARMORDIR ?= /etc/apparmor.d
APPARMOR ?=
PKG_CONFIG ?= pkg-config
INSTALL ?= install
CFLAGS ?= -O2 -g
# where everything that is made goes; another one makes a second build beside the first
B ?= build

VERSION := 0.1
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wno-missing-field-initializers -Wpointer-arith -Wcast-qual -Wundef -Wvla
NEEDS := inih jansson libcmark
ALL_CFLAGS = -std=gnu17 $(WARNINGS) -fPIE -fstack-protector-strong $(CFLAGS)
ALL_CPPFLAGS = -D_GNU_SOURCE -Isrc -DVERSION='"$(VERSION)"' -DDATADIR='"$(DATADIR)/vnetgen"' \
	$(shell $(PKG_CONFIG) --cflags $(NEEDS)) $(CPPFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(LDFLAGS)
LIBS = $(shell $(PKG_CONFIG) --libs $(NEEDS)) $(LDLIBS)

SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:src/%.c=$(B)/%.o)
# programs of the test suite: tests/NAME.c, linked with everything but main
TOOLS := $(patsubst tests/%.c,$(B)/test-%,$(wildcard tests/*.c))
TEMPLATES := $(shell find templates -type f)

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

demo: all ## builds the network of two namespaces in a sandbox, pings, and removes it
	$(B)/vnetgen test --sandbox scenarios/veth-pair.ini

check: all $(TOOLS) ## runs the tests; FILES=tests/X.bats for some of them
	$(Q)B=$(B) tests/run $(FILES)

# a UML guest has one CPU, ten times slower: FILES=tests/X.bats for others
KERNEL_TESTS = tests/kinds.bats
check-kernel: all $(TOOLS) ## runs tests of the kernel in one that has everything: UML_LINUX=FILE, or Debian's user-mode-linux
	tests/in-guest -t 600 -- env MUST_RUN=1 B=$(B) JOBS=1 tests/run $(or $(FILES),$(KERNEL_TESTS))

check-asan: ## runs the tests with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer
	$(Q)$(MAKE) --no-print-directory check B=build-asan \
		CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined'

tools: all $(TOOLS)

# Pages that tests compare with: read what changed before it is committed.
golden: all ## writes the pages in tests/golden anew
	for name in veth-pair bridge; do for lang in en ko; do \
		$(B)/vnetgen doc --lang $$lang --dry-run scenarios/$$name.ini > tests/golden/$$name.$$lang.dry.md && \
		$(B)/vnetgen doc --lang $$lang --stable scenarios/$$name.ini > tests/golden/$$name.$$lang.md || exit; done; done

gallery: all ## writes docs/: the tutorial of every scenario, in every language
	B=$(B) docs/build docs

bench: all $(TOOLS) ## how long things take, against their aims
	$(Q)B=$(B) tests/bench

install: all ## installs under PREFIX (/usr/local), below DESTDIR
	$(INSTALL) -D -m 755 $(B)/vnetgen $(DESTDIR)$(BINDIR)/vnetgen
	for file in $(TEMPLATES); do $(INSTALL) -D -m 644 $$file $(DESTDIR)$(DATADIR)/vnetgen/$${file#templates/} || exit; done
	for page in man/*.[1-8]; do $(INSTALL) -D -m 644 $$page $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit; done
	for file in scenarios/*.ini; do $(INSTALL) -D -m 644 $$file $(DESTDIR)$(DATADIR)/vnetgen/$$file || exit; done
	$(INSTALL) -D -m 644 completions/vnetgen.bash $(DESTDIR)$(BASHCOMPDIR)/vnetgen
	$(INSTALL) -D -m 644 completions/_vnetgen $(DESTDIR)$(ZSHCOMPDIR)/_vnetgen
	$(INSTALL) -D -m 644 completions/vnetgen.fish $(DESTDIR)$(FISHCOMPDIR)/vnetgen.fish
ifeq ($(APPARMOR),yes)
	$(INSTALL) -d $(DESTDIR)$(APPARMORDIR)
	sed 's,@BINDIR@,$(BINDIR),' packaging/apparmor/vnetgen > $(DESTDIR)$(APPARMORDIR)/vnetgen
endif

uninstall: ## removes what install put there
	rm -f $(DESTDIR)$(BINDIR)/vnetgen $(DESTDIR)$(BASHCOMPDIR)/vnetgen $(DESTDIR)$(ZSHCOMPDIR)/_vnetgen \
		$(DESTDIR)$(FISHCOMPDIR)/vnetgen.fish
	for page in man/*.[1-8]; do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; done
	rm -rf $(DESTDIR)$(DATADIR)/vnetgen
ifeq ($(APPARMOR),yes)
	rm -f $(DESTDIR)$(APPARMORDIR)/vnetgen
endif

clean: ## removes what was built
	rm -rf build build-*

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 12

.PHONY: all demo check check-kernel check-asan tools golden bench gallery install uninstall clean help
