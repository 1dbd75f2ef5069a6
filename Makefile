# Everything here runs from a fresh clone with Rust, Python 3.10 or newer, make and a C compiler; the network is used for
# the package registries only. `make` alone lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# A folder of its own: builds that pip asks for leave their wheels in target/wheels.
WHEELS := target/wheel
PEERS := .venv-peers

# What a wheel is made of: it is built again when one of these is newer.
RUST := $(shell find src python/src -name '*.rs' -o -name '*.json') Cargo.toml Cargo.lock python/Cargo.toml
PACKAGE := $(shell find python/unjuran -type f -not -name '*.so' -not -name '*.pyc')

# What cargo installs for a target that asks for it.
TOOLS := target/tools

DATA ?= $(UNJURAN_DATA)

# Half of a compile is written for the next one, which in a fresh clone never comes.
export CARGO_INCREMENTAL ?= 0

.PHONY: help venv install demo test check rust-lint rust-test package python-lint python-test docs clean
.PHONY: chromium test-browser test-adapters test-spark-dask bench bench-stream bench-cluster check-perf update-perf have-data accuracy peers ets-speed
.PHONY: prior prior-folds tune siblings masked impact impact-peer fuzz load supply-chain laws faults mutants semver test-ray
.PHONY: test-all test-wheels test-new-user test-reproducible

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- the virtual environment: made once, tools from the pinned file, again only when that file changes ---------------

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.build-tools: requirements/dev.txt | $(BIN)/python
	$(PIP) install --constraint requirements/dev.txt maturin numpy narwhals
	@touch $@

$(VENV)/.dev-tools: requirements/dev.txt $(VENV)/.build-tools
	$(PIP) install --requirement requirements/dev.txt
	@touch $@

$(VENV)/.package: $(VENV)/.build-tools pyproject.toml README.md $(RUST) $(PACKAGE)
	rm -f $(WHEELS)/unjuran-*.whl
	$(BIN)/maturin build --release --compression-level 9 --interpreter $(BIN)/python --out $(WHEELS)
	$(PIP) install --force-reinstall --no-deps $(WHEELS)/unjuran-*.whl
	@touch $@

venv: $(VENV)/.dev-tools ## Make .venv with the pinned tools

install: $(VENV)/.package ## Build the wheel (release) and install it into .venv

# Environments of their own, .venv-NAME with what requirements/NAME.txt pins and the wheel: nothing of theirs enters ours.
.PRECIOUS: .venv-%/.tools
.venv-%/.tools: requirements/%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --requirement $<
	@touch $@

.venv-%/.package: .venv-%/.tools $(VENV)/.package
	$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --force-reinstall --no-deps $(WHEELS)/unjuran-*.whl
	@touch $@

# --- the two commands to know ----------------------------------------------------------------------------------------

demo: install ## Forecast the Malaysian series and write demo/malaysia.html
	$(BIN)/unjuran demo --out demo/malaysia.html

# A wheel in four parts side by side is 2% slower and 13% larger than the one of `make install`, and built in half the time.
test: export CARGO_PROFILE_RELEASE_CODEGEN_UNITS := 4
# Linters and the wheel side by side: each has stretches on one core. Then the two test runners, so that their closing lines
# end the output.
test: venv ## Everything that must hold before a commit lands
	$(MAKE) --jobs=2 --output-sync=target check package install
	$(MAKE) rust-test
	$(MAKE) python-test

# --- the parts -------------------------------------------------------------------------------------------------------

check: rust-lint python-lint ## Formatters, linters, type check: no tests

rust-lint:
	cargo fmt --all --check
	cargo fmt --manifest-path benches/peers/Cargo.toml --check
	cargo clippy --workspace --all-targets --features linfa --locked -- -D warnings
	cargo check --no-default-features --locked
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --locked

rust-test:
	cargo test --features linfa --locked

package: ## What the published crate holds: no Python
	@list="$$(cargo package --list --allow-dirty --locked)"; \
	if grep -E '^python/|\.pyi?$$|pyproject|notebooks' <<< "$$list"; then echo 'the crate must hold no Python' >&2; exit 1; fi; \
	echo "the published crate: $$(wc -l <<< "$$list") files, no Python"

python-lint: $(VENV)/.dev-tools
	$(BIN)/ruff format --check python benches notebooks docs
	$(BIN)/ruff check python benches notebooks docs
	$(BIN)/mypy
	MYPYPATH=python $(BIN)/mypy --explicit-package-bases benches/accuracy benches/prior benches/mutants.py benches/tested.py

# On every core: half the time on two.
python-test: $(VENV)/.dev-tools $(VENV)/.package
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

# --- other libraries: checked when asked, on every merge by the caller ---------------------------------------------------

test-adapters: .venv-adapters/.package ## The adapters under the checks of scikit-learn, sktime and statsforecast
	SCIPY_ARRAY_API=1 .venv-adapters/bin/python -m pytest python/tests-adapters

test-spark-dask: .venv-spark-dask/.package ## Spark local[2] and a Dask cluster of two processes beside the local result (needs Java)
	@command -v java > /dev/null || { echo 'Spark needs Java: apt-get install -y default-jre-headless' >&2; exit 1; }
	.venv-spark-dask/bin/python -m pytest python/tests-spark-dask

test-ray: .venv-ray/.package ## The recipe for Ray Data beside the local result
	{ echo "ray $$(.venv-ray/bin/python -c 'import ray; print(ray.__version__)')"; \
	.venv-ray/bin/python -m pytest python/tests-ray; } | $(call row,ray)

# --- the explorer in a real browser: slow, and needs chromium with its driver --------------------------------------------

$(VENV)/.browser-tools: requirements/browser.txt $(VENV)/.dev-tools
	$(PIP) install --constraint requirements/dev.txt --requirement requirements/browser.txt
	@touch $@

# Debian's packages, where they are missing and may be installed; elsewhere the reader is told.
chromium:
	@command -v chromium chromedriver > /dev/null && exit; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then apt-get update -qq && apt-get install -y -qq chromium chromium-driver; \
	else echo 'install chromium and its driver first (Debian: chromium chromium-driver)' >&2; exit 1; fi

test-browser: chromium $(VENV)/.browser-tools $(VENV)/.package ## Move the explorer's sliders in headless chromium
	$(BIN)/python -m pytest python/browser

test-wheels: install $(VENV)/.dev-tools ## The wheel in clean environments of every Python found, and the sdist
	$(BIN)/python -m pytest python/tests-install/test_wheels.py

test-new-user: $(VENV)/.dev-tools ## From a fresh environment to a fan: pip install '.[plot]', quick start, three lines
	$(BIN)/python -m pytest python/tests-install/test_new_user.py

test-reproducible: $(VENV)/.dev-tools ## Two builds from two clean copies: the same bytes (twice a release build)
	$(BIN)/python -m pytest python/tests-install/test_reproducible.py

# Within 80 minutes: what is missing is installed, or the target that needs it says what.
test-all: ## Everything: make test, other libraries, the browser, clean environments, a minute of fuzzing a target, a minute of load
	$(MAKE) test
	$(MAKE) supply-chain
	$(MAKE) test-adapters test-spark-dask test-browser
	$(MAKE) test-wheels test-new-user test-reproducible docs
	$(MAKE) fuzz SECONDS=60
	$(MAKE) load LOAD=60

# --- speed and accuracy: measured when asked, not on every commit ------------------------------------------------------

bench: $(VENV)/.dev-tools $(VENV)/.package ## Speed of models and panels, and of a panel in and out of a frame
	cargo bench --locked --bench speed
	$(BIN)/python benches/panel.py

bench-stream: $(VENV)/.dev-tools $(VENV)/.package ## A million series from Parquet to Parquet: seconds, peak memory, a bad series (ARGS='--help')
	$(BIN)/python benches/stream.py $(ARGS)

bench-cluster: .venv-spark-dask/.package ## 100,000 series by Spark and Dask on two processes beside one machine: the overhead
	.venv-spark-dask/bin/python benches/cluster.py $(ARGS) | $(call row,cluster)

check-perf: ## Instructions of one fit against benches/instructions.json (needs valgrind)
	cargo build --release --locked --example one_fit
	$(PYTHON) benches/instructions.py target/release/examples/one_fit

update-perf: ## Store the instructions of one fit
	cargo build --release --locked --example one_fit
	$(PYTHON) benches/instructions.py target/release/examples/one_fit --update

have-data:
	@test -d "$(DATA)" || { echo 'which directory? make accuracy DATA=dir, make peers DATA=dir' >&2; exit 1; }

# Polars reads Parquet by itself; versions are those of the pinned file.
$(VENV)/.bench-tools: requirements/dev.txt $(VENV)/.build-tools
	$(PIP) install --constraint requirements/dev.txt numpy polars
	@touch $@

accuracy: have-data $(VENV)/.bench-tools $(VENV)/.package ## Accuracy of every model on the collections in DATA=dir; writes BENCHMARKS.md. MODELS=A,B prints some
	$(BIN)/python -m benches.accuracy.run $(if $(FIXTURES),--fixtures) $(if $(MODELS),--models "$(MODELS)") "$(DATA)"

# The peers have an environment and a Cargo workspace of their own, so that nothing of theirs enters ours.
$(PEERS)/.installed: benches/accuracy/requirements-peers.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet install --requirement $<
	@touch $@

peers: have-data $(VENV)/.bench-tools $(VENV)/.package $(PEERS)/.installed ## The same with other tools beside ours, in one run
	cargo build --release --locked --manifest-path benches/peers/Cargo.toml
	$(BIN)/python -m benches.accuracy.peers "$(DATA)" $(ARGS)

ets-speed: ## Time of automatic exponential smoothing beside augurs, in one run: a table
	cargo build --release --locked --manifest-path benches/peers/Cargo.toml
	benches/peers/target/release/ets_speed | tee target/ets-speed.md
	mv target/ets-speed.md benches/results/ets-speed.md
	$(PYTHON) -m benches.accuracy.tables

# Minutes on two cores; the same data give the same bytes. DATA holds annual-counts/ and competitions/.
prior: have-data $(VENV)/.dev-tools ## Learn the shipped priors again: make prior DATA=dir
	$(BIN)/python -m benches.prior.export $(DATA) target/prior
	cargo run --release --locked --example learn_prior -- course target/prior/course.tsv src/forecast/under_way/course.json
	cargo run --release --locked --example learn_prior -- annual target/prior/annual.tsv src/smoothing/bayes/annual.json
	cargo run --release --locked --example learn_prior -- counts target/prior/counts.tsv src/smoothing/bayes/counts.json
	cargo run --release --locked --example learn_prior -- signed target/prior/signed.tsv src/smoothing/bayes/signed.json

prior-folds: have-data $(VENV)/.dev-tools ## Learn the prior for counts without a third of the countries, or sources: for clean rows in make accuracy
	$(BIN)/python -m benches.prior.export $(DATA) target/prior
	mkdir -p target/prior/folds
	cargo run --release --locked --example learn_prior -- counts target/prior/counts.tsv split:target/prior/folds

tune: have-data $(VENV)/.dev-tools $(VENV)/.bench-tools ## Score settings of the priors on inner folds: what was tried
	$(BIN)/python -m benches.prior.export $(DATA) target/prior
	cargo build --release --locked --example learn_prior
	$(BIN)/python -m benches.prior.tried target/release/examples/learn_prior target/prior $(ARGS)

siblings: have-data $(VENV)/.bench-tools $(VENV)/.package ## What Prior.learn adds, by size of the panel; DATA as for make prior
	$(BIN)/python -m benches.prior.siblings "$(DATA)" | tee target/siblings.md
	mv target/siblings.md benches/results/siblings.md
	$(BIN)/python -m benches.accuracy.tables

masked: have-data $(VENV)/.bench-tools $(VENV)/.package ## What masked cells cost, and whether bands still hold: DATA=annual-counts
	$(BIN)/python -m benches.accuracy.masked "$(DATA)" | tee target/masked.md
	mv target/masked.md benches/results/masked.md
	$(BIN)/python -m benches.accuracy.tables

impact: $(VENV)/.bench-tools $(VENV)/.package ## False alarms, power and coverage of plan.impact on simulated series: three tables
	cargo run --release --locked --example impact_power | tee target/impact.md
	mv target/impact.md benches/results/impact.md
	$(BIN)/python -m benches.accuracy.tables

# The same series for both, in an environment of its own. SERIES is a multiple of four.
SERIES ?= 800
impact-peer: .venv-causal/.tools $(VENV)/.bench-tools $(VENV)/.package ## CausalImpact on the first SERIES of those series (800): a table; Python 3.8 to 3.11
	cargo run --release --locked --example impact_power -- $(SERIES) > target/impact-series.tsv
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv-causal/bin/python benches/impact_peer.py target/impact-series.tsv | tee target/impact-peer.md
	mv target/impact-peer.md benches/results/impact-peer.md
	$(BIN)/python -m benches.accuracy.tables

# --- the table of docs/how-we-test.md: each of these shows what a command prints and writes its row anew --------------------

row = tee target/$(1).txt && $(PYTHON) benches/tested.py $(1) < target/$(1).txt

# Random bytes on stable, no coverage guidance. SECONDS a target; `make test` replays the stored inputs and tries for one.
SECONDS ?= 3600
# At most 8 GB: an input that fills the memory is to fail the target, not the machine.
fuzz: ## Fuzz every target for SECONDS each (3600): make fuzz SECONDS=60
	ulimit -v 8388608 || true; BOLERO_RANDOM_TEST_TIME_MS=$$(($(SECONDS) * 1000)) cargo test --release --locked --test fuzz -- --nocapture $(if $(filter 60,$(SECONDS)),| $(call row,fuzz))

# Built first, so that a minute is a minute of load.
LOAD ?= 60
load: ## Hold the example service (release) under load for LOAD seconds, malformed requests mixed in
	cargo build --release --locked --example service
	UNJURAN_LOAD_SECONDS=$(LOAD) cargo test --release --locked --test service -- --nocapture $(if $(filter 60,$(LOAD)),| $(call row,load))

# proptest says each case it passed, hypothesis how many: they are counted, not multiplied out.
laws: $(VENV)/.dev-tools $(VENV)/.package ## Count the inputs that the laws of Rust and Python try
	{ PROPTEST_VERBOSE=2 cargo test --locked --test laws --test properties --test evaluate --test read_csv -- --nocapture; \
	$(BIN)/python -m pytest python/tests/test_properties.py --hypothesis-show-statistics; } > target/laws.txt 2>&1
	$(PYTHON) benches/tested.py laws < target/laws.txt

faults: ## Count the damaged files that are read or refused
	PROPTEST_VERBOSE=2 cargo test --locked --test stored strange -- --nocapture > target/faults.txt 2>&1
	$(PYTHON) benches/tested.py faults < target/faults.txt

$(TOOLS)/bin/cargo-mutants:
	cargo install --quiet --locked --root $(TOOLS) cargo-mutants@27.1.0

# A quarter of an hour a shard of eighty on two processors. Builds have a folder of their own, so that no other
# command takes a changed crate for the real one.
SHARD ?= 0/80
mutants: $(TOOLS)/bin/cargo-mutants ## Change the likelihood, variance and metric code: does a test fail? SHARD=0/80 is an eightieth
	CARGO_TARGET_DIR=$(CURDIR)/target/mutants-build $(PYTHON) benches/mutants.py $(CURDIR)/$(TOOLS)/bin/cargo-mutants $(SHARD)
	$(PYTHON) benches/tested.py mutants < benches/results/tested/mutants.md

$(TOOLS)/bin/cargo-deny:
	cargo install --quiet --locked --root $(TOOLS) cargo-deny@0.20.2

supply-chain: $(TOOLS)/bin/cargo-deny ## Licences, banned crates and sources of everything in the lock file
	$(TOOLS)/bin/cargo-deny --locked check bans licenses sources

$(TOOLS)/bin/cargo-semver-checks:
	cargo install --quiet --locked --root $(TOOLS) cargo-semver-checks@0.51.0

# Against the newest tag unless BASE names a revision.
BASE ?= $(shell git describe --tags --abbrev=0 2> /dev/null)
semver: $(TOOLS)/bin/cargo-semver-checks ## What breaks users of the crate since the newest tag: make semver BASE=revision
	@test -n "$(BASE)" || { echo 'no tag to compare with yet: make semver BASE=revision' >&2; exit 1; }
	$(TOOLS)/bin/cargo-semver-checks semver-checks --package unjuran --baseline-rev $(BASE)

docs: .venv-docs/.package ## The crate's documentation in target/doc, the guide in target/guide
	cargo doc --no-deps --locked
	.venv-docs/bin/python -m sphinx --builder html --fail-on-warning --keep-going --quiet docs target/guide
	@echo 'target/guide/index.html'

clean: ## Remove everything that was made
	rm -rf target benches/peers/target $(VENV) $(VENV)-* demo/*.html dist
	find python -name __pycache__ -prune -exec rm -rf {} +
