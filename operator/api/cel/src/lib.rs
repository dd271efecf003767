//! Evaluates the CEL rules of `crds/` without an API server: `cargo test --manifest-path operator/api/cel/Cargo.toml`.
//!
//! The rules and what they accept and refuse are in `tests/rules.rs`; nothing else is here.
