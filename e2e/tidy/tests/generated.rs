//! Generated files are committed, say so, and their crate has a test that they are fresh.

use e2e_tidy::{expect_none, repository};

#[test]
fn every_generated_file_says_how_it_is_written() {
    let mut offenders = Vec::new();
    for path in repository::files() {
        let text = repository::text(&path).unwrap_or_default();
        if repository::is_generated(&path)
            && !text
                .lines()
                .take(3)
                .any(|line| line.contains("Written by `cargo "))
        {
            offenders.push(path);
        }
    }
    expect_none(
        "Generated files name their generator in the first lines",
        &offenders,
    );
}

#[test]
fn the_generators_are_cargo_aliases() {
    let config = repository::text(".cargo/config.toml").unwrap_or_default();
    for alias in ["codegen", "crds", "protos", "reference"] {
        assert!(
            config
                .lines()
                .any(|line| line.starts_with(&format!("{alias} = "))),
            "no alias {alias}"
        );
    }
}
