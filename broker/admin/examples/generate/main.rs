//! `cargo protos`: writes the Rust of the protobuf file.

mod render;

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::write(folder.join(render::GENERATED), render::render(folder)?)?;
    Ok(())
}
