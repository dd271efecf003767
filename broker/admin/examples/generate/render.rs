//! The generated file as text, from the protobuf file alone: no `protoc`, nothing of the machine.

use std::path::Path;

/// What a generated file begins with.
const HEAD: &str = "//! Messages, client and server of proto/eddyline/admin/v1/admin.proto.\n//! Written by `cargo protos`; do not edit.\n";

/// Where the generated file lies, from the crate's folder.
pub(crate) const GENERATED: &str = "src/generated/v1.rs";

/// The text of the generated file.
///
/// # Errors
/// The protobuf file is wrong, or the system gives no room for it.
pub(crate) fn render(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let proto = folder.join("proto");
    let described = protox::compile([proto.join("eddyline/admin/v1/admin.proto")], [&proto])?;
    let out = tempfile::tempdir()?;
    tonic_prost_build::configure()
        .out_dir(out.path())
        .emit_rerun_if_changed(false)
        .compile_fds(described)?;
    let text = std::fs::read_to_string(out.path().join("eddyline.admin.v1.rs"))?;
    let body = text.split_once('\n').map_or("", |(_generator, body)| body);
    Ok(format!("{HEAD}{body}"))
}
