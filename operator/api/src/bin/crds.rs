//! `cargo crds` writes the custom resource definitions into `crds/`; `cargo crds --check` says whether they are fresh.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use operator_api::crd;

fn main() -> ExitCode {
    match run(std::env::args().nth(1).as_deref() == Some("--check")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("crds: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crds");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for definition in crd::definitions().map_err(|error| error.to_string())? {
        let path = folder.join(definition.file);
        let text = definition.text().map_err(|error| error.to_string())?;
        if !check {
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            return Err(format!("{} is stale: run cargo crds", definition.file));
        }
    }
    Ok(())
}
