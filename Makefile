# Hallpass. `make` alone prints this menu.

SWIFT ?= swift
# With Swift's own libraries inside, a program needs none of them where it runs, and a call takes a tenth less CPU. lld
# links them without a warning about a function of theirs that nothing calls.
RELEASE = $(SWIFT) build -c release --static-swift-stdlib -Xswiftc -use-ld=lld
ONCE ?=
PORT ?=
DATA_DIR ?=
QUICK ?=
KILLS ?= 300
MINUTES ?= 20
SECONDS ?= 10
SOURCES = Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Echo Benchmarks/Filler Benchmarks/MicroBenchmarks

demo_flags = $(if $(ONCE),--once) $(if $(PORT),--port $(PORT)) $(if $(DATA_DIR),--data-dir $(DATA_DIR))

.DEFAULT_GOAL := help
.PHONY: help demo test bench bench-growth micro-bench bench-charts crash-test promise-test overload-test soak build lint format screenshots clean setup

help: ## Print this menu.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  make demo ONCE=1        play the story and exit; 1 if any step answered otherwise"
	@echo "  make demo PORT=8081     listen there instead of on 8080"
	@echo "  make crash-test KILLS=300, promise-test SECONDS=10, overload-test SECONDS=10, soak MINUTES=20"

demo: build ## Build, start a server with the demo companies, play the story against it, keep serving.
	@exec .build/release/hallpass demo $(demo_flags)

build: setup ## Build the release binary: .build/release/hallpass.
	@echo "Building hallpass. The first time takes some minutes."
	@$(RELEASE) --product hallpass

test: ## Everything: format lint, Swift tests, the demo story, interop, the Python kit, the admin pages, the documents.
	@SWIFT="$(SWIFT)" MAKE="$(MAKE)" scripts/test

bench: build ## Measure the release build beside its yardsticks, in twelve minutes; QUICK=1 in under two. Needs wrk.
	@$(RELEASE) --package-path Benchmarks --product echo
	@QUICK="$(QUICK)" Benchmarks/bench

bench-growth: build ## Measure it with 1,000 tenants and up to 5 million ledger rows; QUICK=1 up to 0.1 million. Needs wrk.
	@$(RELEASE) --package-path Benchmarks --product filler
	@QUICK="$(QUICK)" Benchmarks/bench growth

micro-bench: setup ## Measure the pieces of a call, each against one HMAC, and hold them to their thresholds.
	@SWIFT="$(SWIFT)" Benchmarks/micro

bench-charts: ## Draw what the three above have found, and fill the tables of docs/performance.md in.
	@PYTHONDONTWRITEBYTECODE=1 python3 Benchmarks/charts/charts.py

crash-test: build ## Kill a server under load hundreds of times: nothing acknowledged is lost, nothing is done twice.
	@Tests/Durability/run crash --kills $(KILLS)

promise-test: build ## Show tokens a thousand times at once, revoke and rotate under load: nothing twice, nothing too late.
	@Tests/Durability/run promises --seconds $(SECONDS)

overload-test: build ## Ask for more than a server can do: the rest is refused, and no other tenant feels it.
	@Tests/Durability/run overload --seconds $(SECONDS)

soak: build ## Let a server run under load: memory, files, the log and the time of an answer do not grow.
	@Tests/Durability/run soak --minutes $(MINUTES)

lint: ## Check the format of the Swift sources.
	@$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

format: ## Format the Swift sources in place.
	@$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

screenshots: build ## Write the pictures in docs/images anew, from the admin pages as they are.
	@HALLPASS_BINARY="$(CURDIR)/.build/release/hallpass" DOCS_IMAGES="$(CURDIR)/docs/images" Tests/Browser/run test_pictures.py

clean: ## Remove what was built; ./var, with the key file and the database, stays.
	@$(SWIFT) package clean

setup:
	@scripts/setup
