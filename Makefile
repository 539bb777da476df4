# make demo       see it work on a small training project
# make test       the tests of the code, and a short kill test
# make interop    check against real DVC releases and real clients, from PyPI
# make interop-random  300 projects made by chance, with DVC and with us (SEEDS=, FIRST=, DVC=2.58.2)
# make bench      measure against git, coreutils and DVC (BENCH_FLAGS=--quick for a first look)
# make lint       the format of the sources, and their documentation comments
# make man        write the manual pages from the definitions of the commands
# make layout     note anew which functions and variables a start, a run and `show` use, for the linker to put side by side
# make install    into PREFIX (/usr/local), below DESTDIR; make uninstall takes it away again

SWIFT ?= swift
PYTHON ?= python3
PREFIX ?= /usr/local
DESTDIR ?=
MAN_DIRECTORY = $(DESTDIR)$(PREFIX)/share/man/man1
BIN_DIRECTORY = $(DESTDIR)$(PREFIX)/bin

# The program has no Swift library to bring along; it looks up no names, so it can be linked wholly statically. What the
# runtime would prepare at each start, and nothing here uses, then stays out (Sources/CRuntimeStubs).
# `make LINKING=--static-swift-stdlib` leaves the C library shared; with GIT_EXP_DYNAMIC_LIBGIT2=1 that is needed.
LINKING ?= --static-swift-stdlib -Xswiftc -static-executable -Xcc -DGIT_EXP_STATIC_RUNTIME
# Types are found by their address. By default the program looks most of them up by their name when it first needs them,
# and goes through the protocols of all types for each: a fifth of a millisecond in a run. Functions that were merged
# have no name, by which the linker could put them where they belong.
COMPILING = -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors \
	-Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -Xfrontend -Xswiftc -disable-llvm-merge-functions-pass
# Functions and variables that most calls need lie side by side: as much again, in pages that need not be touched.
# `make LAYOUT=` links without it where there is no lld.
LAYOUT = -Xswiftc -use-ld=lld -Xlinker --no-warn-symbol-ordering \
	-Xlinker "--symbol-ordering-file=$(CURDIR)/Sources/symbols.order"
PROGRAM_FLAGS = -c release $(LINKING) $(COMPILING) $(LAYOUT) --product git-exp
RELEASE_FLAGS = $(PROGRAM_FLAGS) -Xlinker -s
RELEASE = $(CURDIR)/.build/bin
BUILD_LOG = .build/build.log
TEST_FLAGS ?=
KILLS ?= 10
CROWD_SECONDS ?= 12
BENCH_FLAGS ?=
INTEROP_FLAGS ?=
# make merges: how many, and which.
MERGES ?= 200
SEED ?= 1
# make interop-random: how many projects, from which seed on, and with which DVC.
SEEDS ?= 300
FIRST ?= 1
DVC ?= 3.67.1

.PHONY: all build dependencies demo test merges interop interop-random bench soundness lint format man layout install uninstall clean

all: build

# A copy of what the linker wrote starts a quarter faster: it was written in order, so its pages in memory are larger.
#
# The linker's remarks on a static C library are no news, so what is printed goes to a file; it is shown where the build
# fails, and warnings about our own sources always are.
build:
	@mkdir -p .build
	@test -x "$(RELEASE)/git-exp" || echo "Building git-exp; the first time this takes 2 to 5 minutes (see $(BUILD_LOG)) ..."
	@$(SWIFT) build $(RELEASE_FLAGS) >$(BUILD_LOG) 2>&1 || { cat $(BUILD_LOG); exit 1; }
	@grep -E '^[^ ]+\.(swift|c|h):[0-9]+:[0-9]+: warning: ' $(BUILD_LOG) || true
	@mkdir -p "$(RELEASE)"
	@cmp -s .build/release/git-exp "$(RELEASE)/git-exp" || { cp .build/release/git-exp "$(RELEASE)/new" && mv "$(RELEASE)/new" "$(RELEASE)/git-exp"; }
	@echo "Built $(RELEASE)/git-exp"

dependencies:
	sh .ci/dependencies.sh

demo: dependencies build
	PATH="$(RELEASE):$$PATH" Examples/demo.sh

test: dependencies
	$(SWIFT) build --build-tests $(TEST_FLAGS)
	SWIFT_BACKTRACE=enable=no Tests/run.sh $(SWIFT) test --skip-build $(TEST_FLAGS)
	$(PYTHON) Tests/Soundness/kill_test.py --program "$(CURDIR)/.build/debug/git-exp" --kills $(KILLS)
	$(PYTHON) Tests/Soundness/data_kill_test.py --program "$(CURDIR)/.build/debug/git-exp" --kills 2
	$(PYTHON) Tests/Soundness/queue_kill_test.py --program "$(CURDIR)/.build/debug/git-exp" --rounds 1 --entries 8 --workers 4
	$(PYTHON) Tests/Soundness/sharing_kill_test.py --program "$(CURDIR)/.build/debug/git-exp" --kills 5
	$(PYTHON) Tests/Soundness/two_clones_test.py --program "$(CURDIR)/.build/debug/git-exp" --kills 5
	$(PYTHON) Tests/Soundness/resume_kill_test.py --program "$(CURDIR)/.build/debug/git-exp" --rounds 2 --epochs 4
	$(PYTHON) Tests/Soundness/concurrency_test.py --program "$(CURDIR)/.build/debug/git-exp" --seconds $(CROWD_SECONDS)

# The long form of the kill tests, on the release build: 200 random instants of a run, 20 of each data command, 50 of a push
# and of a pull, 50 rounds of a queue, 50 kills while two clones share, ten trainings, two minutes of a crowd.
soundness: dependencies build
	$(PYTHON) Tests/Soundness/kill_test.py --program "$(RELEASE)/git-exp" --kills 200
	$(PYTHON) Tests/Soundness/data_kill_test.py --program "$(RELEASE)/git-exp" --kills 20
	$(PYTHON) Tests/Soundness/queue_kill_test.py --program "$(RELEASE)/git-exp"
	$(PYTHON) Tests/Soundness/sharing_kill_test.py --program "$(RELEASE)/git-exp" --kills 50
	$(PYTHON) Tests/Soundness/two_clones_test.py --program "$(RELEASE)/git-exp" --kills 50
	$(PYTHON) Tests/Soundness/resume_kill_test.py --program "$(RELEASE)/git-exp" --rounds 10
	$(PYTHON) Tests/Soundness/concurrency_test.py --program "$(RELEASE)/git-exp" --seconds 120

merges: dependencies build
	$(PYTHON) Tests/Soundness/merge_test.py --program "$(RELEASE)/git-exp" --merges $(MERGES) --seed $(SEED)

interop: dependencies build
	$(PYTHON) Tests/Interop/interop.py --program "$(RELEASE)/git-exp" $(INTEROP_FLAGS)

interop-random: dependencies build
	$(PYTHON) Tests/Interop/random_interop.py --program "$(RELEASE)/git-exp" --dvc $(DVC) --first $(FIRST) --seeds $(SEEDS)

bench: dependencies build
	$(PYTHON) Tests/Bench/bench.py --program "$(RELEASE)/git-exp" --json .build/bench.json $(BENCH_FLAGS)

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Hooks Package.swift
	$(PYTHON) .ci/documented.py Sources

format:
	$(SWIFT) format --in-place --recursive Sources Tests Hooks Package.swift

man: build
	$(PYTHON) .ci/manual.py "$(RELEASE)/git-exp" man

# The linker is not asked again by itself when only this file changed.
layout:
	rm -f .build/release/git-exp
	$(SWIFT) build $(PROGRAM_FLAGS)
	$(PYTHON) Tests/Bench/layout.py --program .build/release/git-exp --output Sources/symbols.order
	rm -f .build/release/git-exp

# Does not build by itself when there is a binary: `make && sudo make install` compiles nothing as root.
install:
	test -x "$(RELEASE)/git-exp" || $(MAKE) build
	install -d "$(BIN_DIRECTORY)" "$(MAN_DIRECTORY)"
	install -m 755 "$(RELEASE)/git-exp" "$(BIN_DIRECTORY)/git-exp"
	install -m 644 man/git-exp*.1 "$(MAN_DIRECTORY)"

uninstall:
	rm -f "$(BIN_DIRECTORY)/git-exp" "$(MAN_DIRECTORY)"/git-exp.1 "$(MAN_DIRECTORY)"/git-exp-*.1

clean:
	rm -rf .build .build-dynamic
