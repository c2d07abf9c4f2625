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
# jumps only to where they may go, as far as a machine knows that
BRANCHES_x86_64 := -fcf-protection=full
BRANCHES_aarch64 := -mbranch-protection=standard
BRANCHES := $(BRANCHES_$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))))
# checked copies need an optimiser, and sanitizers have their own
FORTIFY = $(if $(findstring -fsanitize,$(CFLAGS)),,$(if $(filter-out -O0 -Og,$(filter -O%,$(CFLAGS))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3))
ALL_CFLAGS = -std=gnu17 $(WARNINGS) -fPIE -fstack-protector-strong $(BRANCHES) $(FORTIFY) $(CFLAGS)
ALL_CPPFLAGS := -D_GNU_SOURCE -Isrc -DVERSION='"$(VERSION)"' -DDATADIR='"$(DATADIR)/vnetgen"' \
	$(shell $(PKG_CONFIG) --cflags $(NEEDS)) $(CPPFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(LDFLAGS)
LIBS := $(shell $(PKG_CONFIG) --libs $(NEEDS)) $(LDLIBS)

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

FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(B)/fuzz-%,$(wildcard tests/fuzz/*.c))
$(B)/fuzz-%: tests/fuzz/%.c $(filter-out $(B)/main.o,$(OBJECTS)) Makefile
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -fsanitize=fuzzer $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(filter %.o,$^) $(LIBS)

$(B)/test-%: tests/%.c $(filter-out $(B)/main.o,$(OBJECTS)) Makefile
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(filter %.o,$^) $(LIBS)

# stands for every program, a hundred thousand times: without the libraries
$(B)/test-fault: tests/fault.c Makefile
	$(SAY) LD $@
	$(Q)mkdir -p $(B)
	$(Q)$(CC) -D_GNU_SOURCE $(ALL_CFLAGS) -pie -o $@ $<

-include $(wildcard $(B)/*.d)

demo: all ## builds the network of two namespaces in a sandbox, pings, and removes it
	$(B)/vnetgen test --sandbox scenarios/veth-pair.ini
	@echo
	@echo "Two network namespaces were made in a sandbox, red pinged blue, and all of it is gone again."
	@echo "Next: '$(B)/vnetgen --dry-run scenarios/bridge.ini' prints the commands of a larger one as a script."

check: all $(TOOLS) ## runs the tests; FILES=tests/X.bats for some of them
	$(Q)B=$(B) tests/run $(FILES)

ROUNDS = 1000
check-hosts: all $(TOOLS) ## random networks on random hosts, ROUNDS=1000 of them, from SEED= on: is the host what it was?
	$(Q)B=$(B) tests/hosts -n $(ROUNDS) $(if $(SEED),-s $(SEED))

# in a guest, those whose devices this kernel lacks: make check-faults-kernel
MOST = 40
check-faults: all $(TOOLS) ## faults in every scenario, MOST=40 of each; MOST= for all there are, which takes many hours
	$(Q)B=$(B) tests/faults $(if $(MOST),-n $(MOST)) $(FILES)

FAULTS_KERNEL = $(patsubst %,scenarios/%.ini,bond ipvlan router-stick tunnels vlan vlan-trunk vrf wan wireguard)
check-faults-kernel: all $(TOOLS) ## the same in a kernel that has everything, for the scenarios that need one
	tests/in-guest -t 7200 -- env B=$(B) tests/faults $(if $(MOST),-n $(MOST)) $(or $(FILES),$(FAULTS_KERNEL))

# a UML guest has one CPU, ten times slower: FILES=tests/X.bats for others
KERNEL_TESTS = tests/kinds.bats tests/library-kinds.bats
# once more when the guest's own kernel hung or failed, as it did once in some hundred runs
KERNEL_RUN = tests/in-guest -t 480 -- env MUST_RUN=1 B=$(B) JOBS=1 tests/run $(or $(FILES),$(KERNEL_TESTS))
check-kernel: all $(TOOLS) ## runs tests of the kernel in one that has everything: UML_LINUX=FILE, or Debian's user-mode-linux
	$(KERNEL_RUN) || { case $$? in 124 | 125) $(KERNEL_RUN) ;; *) exit 1 ;; esac; }

check-asan: ## runs the tests with AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer
	$(Q)$(MAKE) --no-print-directory check B=build-asan \
		CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined'

# Findings are errors; a wrong one is silenced where it stands, with its reason.
LINTED = $(wildcard src/*.c tests/*.c tests/fuzz/*.c)
SHELLED = .ci/run docs/build $(filter-out %.c %.ini %.table,$(wildcard tests/run tests/bench tests/in-guest tests/faults tests/hosts tests/fuzz/run tests/fake/* tests/*.bats tests/*.bash))
lint: ## runs gcc's analyzer, clang-tidy, cppcheck and shellcheck
	$(SAY) gcc -fanalyzer
	$(Q)printf '%s\n' $(SOURCES) | xargs -P 2 -I {} gcc $(ALL_CPPFLAGS) $(ALL_CFLAGS) -Werror -fanalyzer -c -o /dev/null {}
	$(SAY) cppcheck
	$(Q)cppcheck -q --enable=warning,performance,portability --inline-suppr --error-exitcode=1 -Isrc -D_GNU_SOURCE \
		-DVERSION='""' -DDATADIR='""' $(LINTED)
	$(SAY) shellcheck
	$(Q)shellcheck -S warning $(SHELLED)
	$(SAY) clang-tidy
	$(Q)printf '%s\n' $(LINTED) | xargs -P 2 -I {} clang-tidy --quiet {} -- -std=gnu17 $(ALL_CPPFLAGS)

# by clang alone: its libFuzzer
fuzz: ## feeds parser, templates and words any bytes: SECONDS=60 each, TARGETS="words quote" for some of them
	$(Q)$(MAKE) --no-print-directory run-fuzz B=build-fuzz CC=clang \
		CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined'

run-fuzz: all $(FUZZ_TARGETS)
	$(Q)B=$(B) tests/fuzz/run $(or $(SECONDS),60) $(TARGETS)

# Tests that need no kernel.  The programs that make sandboxes stay as they are: valgrind does not know open_tree(2).
PLAIN_TESTS = tests/errors.bats tests/words.bats tests/mustache.bats tests/golden.bats
check-valgrind: all $(TOOLS) ## runs the tests that need no kernel under valgrind's memcheck
	$(Q)rm -rf build-valgrind && mkdir build-valgrind && cp $(B)/vnetgen $(B)/test-* build-valgrind
	$(Q)for program in build-valgrind/vnetgen build-valgrind/test-spec build-valgrind/test-words; do mv $$program $$program.bin && \
		printf '#!/bin/sh\nexec valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite %s "$$@"\n' \
		$$program.bin > $$program && chmod +x $$program || exit; done
	$(Q)VALGRIND=1 B=build-valgrind tests/run $(or $(FILES),$(PLAIN_TESTS))

# What is killed by a signal is not counted, and when that is while it writes, all of before is lost: so tests that kill
# come first.  An execve(2) counted by gcc would be the end of counting for the parent of a
# vfork(2).  Sandboxes run as other users, who may write into files that are there.
KILLING = $(shell grep -lE 'kill|faults|ulimit' tests/*.bats)
coverage: ## how many lines the tests run, and which files have others; FILES=tests/X.bats for some of them
	$(Q)rm -rf build-coverage
	$(Q)$(MAKE) --no-print-directory all tools B=build-coverage \
		CFLAGS='-O0 -g --coverage -fprofile-update=atomic -fno-builtin-execve -include tests/coverage.h'
	$(Q)for notes in build-coverage/*.gcno; do : > $${notes%no}da; done
	$(Q)chmod a+rw build-coverage/*.gcda
	$(Q)for files in $(if $(FILES),'$(FILES)','$(KILLING)' '$(filter-out $(KILLING),$(wildcard tests/*.bats))'); do \
		B=build-coverage tests/run $$files | grep '^not ok\|^[0-9]* passed'; done
	$(Q)gcov -n -o build-coverage $(SOURCES) 2> /dev/null | awk -F"[':%]| of " '/^File .src/ { file = $$2 } \
		/^Lines executed/ && file { printf "%6.2f%% of %4d  %s\n", $$2, $$NF, file; covered += $$2 * $$NF / 100; all += $$NF; file = "" } \
		END { printf "%d of %d lines are covered: %.1f%%\n", covered, all, 100 * covered / all }' | sort -n

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

.PHONY: all demo check check-hosts check-faults check-faults-kernel check-kernel check-asan check-valgrind coverage lint fuzz run-fuzz tools golden bench gallery install uninstall clean help
