//! The committed files follow from the schemas.

use std::path::Path;

use broker_schema::{emit, freshness, parse};

#[test]
fn generated_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let messages = parse::load(&root.join("schemas")).unwrap();
    freshness::check(&emit::files(&messages), &root.join("..")).unwrap();
}
