#!/usr/bin/env bash
# Copies the published source of a crate, with its tests, into a folder of its own that can be built.
# Usage: crate_source.sh NAME VERSION FOLDER
set -euo pipefail
[ ! -e "$3/.done-$2" ] || exit 0
rm -rf "$3"
mkdir -p "$3/holder/src"
touch "$3/holder/src/lib.rs"
printf '[package]\nname = "holder"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n%s = "=%s"\n[workspace]\n' "$1" "${2%%+*}" >"$3/holder/Cargo.toml"
manifest=$3/holder/Cargo.toml
cargo fetch -q --manifest-path "$manifest"
source=$(cargo metadata -q --format-version 1 --manifest-path "$manifest" |
	grep -o "\"manifest_path\":\"[^\"]*/$1-$2/Cargo.toml\"" | head -1 | cut -d'"' -f4)
cp -r "$(dirname "$source")" "$3/source"
chmod -R u+w "$3/source"
rm -f "$3/source/rust-toolchain.toml" # ours is used
printf '\n[workspace]\n' >>"$3/source/Cargo.toml"
touch "$3/.done-$2"
