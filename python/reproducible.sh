#!/usr/bin/env bash
# A wheel in target/wheels whose bytes depend on the sources, the toolchain and nothing else: no clock, no folder of this
# machine. Run at the root of the repository; the first argument is the maturin to use.
set -euo pipefail
cargo_home="${CARGO_HOME:-$HOME/.cargo}"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-1600000000}"
# Between flags stands the byte 1f, so that folders may have spaces.
export CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$PWD=unjuran"$'\x1f'"--remap-path-prefix=$cargo_home=cargo"
unset RUSTFLAGS
"${1:-maturin}" build --release --locked --compression-level 9 --out target/wheels
