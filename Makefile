# make run: set up what is missing, build, serve the demo on http://127.0.0.1:3000.
# make test: everything that must hold. make bench: the benchmarks. make torture: what survives when everything breaks.
# make audit: weaknesses, licenses and origins of the dependencies.
SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(CURDIR)/target

.PHONY: run test bench torture audit build setup web server fmt

# exec: Ctrl-C and SIGTERM reach the server itself, which stops its Postgres too.
run: build
	@exec "$(CARGO_TARGET_DIR)/debug/guanxi" serve --demo

test:
	@scripts/test.sh

bench: setup
	@scripts/bench.sh

torture: setup
	@scripts/torture.sh

audit:
	@scripts/audit.sh

# Side by side: linking the browser bundle keeps one core busy for minutes, the server's crates take the other.
build:
	@$(MAKE) --no-print-directory -j2 web server

# Cargo shares the work out itself, and knows better than make how much there is.
setup:
	@env -u MAKEFLAGS -u MFLAGS scripts/setup.sh run

web: setup
	@env -u MAKEFLAGS -u MFLAGS scripts/build-web.sh

server: setup
	@env -u MAKEFLAGS -u MFLAGS cargo build --package server

fmt:
	@cargo fmt --all
