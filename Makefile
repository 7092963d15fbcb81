# Everything here uses the release profile, tests and clippy too: llama.cpp takes minutes to
# compile, and is compiled once for each profile. It is also the speed that the tests measure.

# auto: the one that we have tried for the languages (ARGS="--lang de"); it is measured at its first use. A configuration
# file says its own.
PROFILE = $(or $(VIVAVOCE_PROFILE),$(if $(VIVAVOCE_CONFIG),,auto))
WITH_PROFILE = $(if $(PROFILE),--profile $(PROFILE))
ARGS =
# cuda, vulkan, metal or hipblas: layers of the language model, and Whisper, on a GPU.
GPU =
FEATURES = $(if $(GPU),--features $(GPU))

VIVAVOCE = $(or $(CARGO_TARGET_DIR),target)/release/vivavoce
DEMO = virtual:assets/scenarios/demo.toml

.DEFAULT_GOAL = help
# One thing after the other, even with -j: cargo and llama.cpp's build use all cores themselves.
.NOTPARALLEL:
.PHONY: help setup setup-test build models talk demo doctor dist voices adapter test fuzz lint clean

help: ## list what make can do
	@echo "usage: make TARGET [PROFILE=$(PROFILE)] [GPU=cuda|vulkan|metal|hipblas] [ARGS=...]"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' Makefile

setup: ## install the system packages that are missing
	@scripts/setup.sh $(if $(GPU),--gpu $(GPU))

build: setup ## build the program and its worker for Whisper
	cargo build --release --locked $(FEATURES)

models: build ## fetch the models of PROFILE that are not there yet
	@$(VIVAVOCE) models pull $(WITH_PROFILE)

talk: build ## talk to it (ARGS go to `vivavoce talk`)
	@$(VIVAVOCE) talk --pull $(WITH_PROFILE) $(ARGS)

demo: build ## play a recorded conversation through a virtual sound card
	$(VIVAVOCE) talk --pull $(WITH_PROFILE) --input $(DEMO) --output $(DEMO)

doctor: build ## check this machine: audio devices, models, cores
	@$(VIVAVOCE) doctor

dist: setup ## make a tarball for other machines: target/dist/*.tar.gz
	@scripts/dist.sh

voices: models ## write a sentence in every voice and a page to listen to them: target/voices/index.html
	@VIVAVOCE=$(VIVAVOCE) scripts/voices.sh

setup-test:
	@scripts/setup.sh --test

# Without nextest, one test at a time: its test groups (.config/nextest.toml) keep apart the tests
# that would disturb each other, which cargo test cannot.
test: setup-test build ## run all tests (ARGS go to the test runner)
	@$(VIVAVOCE) models pull --profile starter --wake
	@$(VIVAVOCE) models pull --profile multilingual
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run --release --locked $(ARGS); \
	else \
		RUST_TEST_THREADS=1 cargo test --release --locked $(ARGS); \
	fi

adapter: models ## train the starter's character anew (models/vivi), for ADAPTER_MINUTES (60)
	@VIVAVOCE=$(VIVAVOCE) scripts/adapter.sh

FUZZ_SECONDS = 60
fuzz: setup-test ## give every reader damaged input, each for FUZZ_SECONDS
	VIVAVOCE_FUZZ_SECONDS=$(FUZZ_SECONDS) cargo nextest run --release --locked --test fuzz --no-capture

lint: ## check formatting, run clippy
	cargo fmt --all --check
	cargo clippy --release --all-targets --locked -- -D warnings

clean: ## remove what was built
	cargo clean
