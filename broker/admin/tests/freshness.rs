//! The committed code is what the generator writes.

#[path = "../examples/generate/render.rs"]
mod render;

use std::path::Path;

#[test]
fn the_generated_file_is_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = std::fs::read_to_string(folder.join(render::GENERATED)).unwrap();
    assert!(
        committed == render::render(folder).unwrap(),
        "admin.proto has changed: run `cargo protos`"
    );
}
