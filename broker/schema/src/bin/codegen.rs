//! `cargo codegen` writes the generated files, `cargo codegen --check` says whether they are fresh.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use broker_schema::emit::GeneratedFile;
use broker_schema::{SchemaError, emit, freshness, parse};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("codegen: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), SchemaError> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let broker = root.join("..");
    let files = emit::files(&parse::load(&root.join("schemas"))?);
    if std::env::args().nth(1).as_deref() == Some("--check") {
        return freshness::check(&files, &broker);
    }
    let folders: BTreeSet<PathBuf> = files
        .iter()
        .filter_map(|file| broker.join(&file.path).parent().map(Path::to_owned))
        .collect();
    for folder in folders.iter().filter(|folder| folder.ends_with("generated")) {
        clear(folder)?;
    }
    let paths = files
        .iter()
        .map(|file| write(&broker, file))
        .collect::<Result<Vec<_>, _>>()?;
    format(&root.join("../../rustfmt.toml"), &paths)?;
    println!("{} files", paths.len());
    Ok(())
}

fn clear(folder: &Path) -> Result<(), SchemaError> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|source| SchemaError::File {
            path: folder.to_owned(),
            source,
        })?;
    }
    fs::create_dir_all(folder).map_err(|source| SchemaError::File {
        path: folder.to_owned(),
        source,
    })
}

fn write(broker: &Path, file: &GeneratedFile) -> Result<PathBuf, SchemaError> {
    let path = broker.join(&file.path);
    match fs::write(&path, &file.text) {
        Ok(()) => Ok(path),
        Err(source) => Err(SchemaError::File { path, source }),
    }
}

fn format(config: &Path, paths: &[PathBuf]) -> Result<(), SchemaError> {
    let path = PathBuf::from("rustfmt");
    let status = Command::new(&path)
        .args(["--edition", "2024", "--config-path"])
        .arg(config)
        .args(paths)
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(SchemaError::File {
            path,
            source: std::io::Error::other(status.to_string()),
        }),
        Err(source) => Err(SchemaError::File { path, source }),
    }
}
