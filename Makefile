# SPDX-License-Identifier: MIT
# A thin front for CMake; everything lies under build/. See also: make help

BUILD ?= build
MAKEFLAGS += --no-print-directory
PREFIX ?= /usr/local
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
SECONDS_EACH ?= 600
CONFIGURE = cmake -S . -B $(BUILD) -DCMAKE_BUILD_TYPE=Release

all:
	$(CONFIGURE) -DCARVQ_TESTS=OFF $(CONFIGURE_OPTIONS)
	cmake --build $(BUILD) -j $(JOBS)

help:
	@echo "make            build the libraries and build/carvq"
	@echo "make demo       install what is missing, build, compress examples/demo-llama and look at the result"
	@echo "make test       install what is missing, build with tests, run them"
	@echo "make install    PREFIX=/usr/local DESTDIR="
	@echo "make bench      build and run the speed measurements"
	@echo "make fuzz       run each fuzz target for SECONDS_EACH=600 seconds (needs clang)"
	@echo "make setup      only install what is missing for building and testing (Debian packages, Python packages in build/venv)"
	@echo "make clean      remove build/"
	@echo "Further options go to CMake: make CONFIGURE_OPTIONS=-DCARVQ_WERROR=ON"

setup:
	@sh scripts/setup.sh build test

demo:
	@sh scripts/setup.sh build
	@$(MAKE) all
	@BUILD=$(BUILD) sh scripts/demo.sh

test: setup
	$(CONFIGURE) -DCARVQ_TESTS=ON $(CONFIGURE_OPTIONS)
	cmake --build $(BUILD) -j $(JOBS)
	cd $(BUILD) && ctest --output-on-failure -j $(JOBS)

install: all
	cmake --install $(BUILD) --prefix $(PREFIX)

bench:
	$(CONFIGURE) -DCARVQ_BENCH=ON $(CONFIGURE_OPTIONS)
	cmake --build $(BUILD) -j $(JOBS)
	cmake --build $(BUILD) --target run_bench

fuzz:
	BUILD=$(BUILD) JOBS=$(JOBS) sh scripts/fuzz.sh $(SECONDS_EACH)

clean:
	rm -rf $(BUILD)

.PHONY: all help setup demo test install bench fuzz clean
