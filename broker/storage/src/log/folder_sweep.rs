//! First look at a partition's folder: what is a segment, what was left half done.
//!
//! Files that wait to be unlinked go. A cleaning that was interrupted is dropped if its output was not complete
//! (`.cleaned`) and finished if it was (`.swap`): the segments that the output replaces go, and it takes their
//! place. Index files without data go, too. So does a folder that a crash left before it had a topic id: it never held
//! a record.

use std::path::{Path, PathBuf};

use broker_model::Offset;

use crate::checkpoint::partition_metadata;
use crate::error::StorageError;
use crate::fs::{FileKind, Fs, OpenMode};
use crate::log::log_folder::LogFolder;
use crate::log::log_loader::PreviousStop;
use crate::segment::batch_scanner::{BatchScanner, Scanned};
use crate::segment::file_name::{
    CLEANED_SUFFIX, DELETED_SUFFIX, SEGMENT_FILES, SWAP_SUFFIX, SegmentFile, parse_segment_file, segment_path,
};

/// What is in a folder after the sweep.
#[derive(Debug, Default)]
pub(crate) struct FolderContent {
    /// Bases of the segments, ascending.
    pub(crate) segments: Vec<Offset>,
    /// Offsets of the producer snapshots, ascending.
    pub(crate) snapshots: Vec<Offset>,
}

/// Removes the folder of a log whose making was cut short, and answers whether it was one: the topic id, which comes
/// first, is not there, and neither is a segment.
pub(crate) fn remove_unfinished(fs: &dyn Fs, folder: &Path) -> std::io::Result<bool> {
    let entries = fs.list(folder)?;
    let is_begun = |name: &str| name == partition_metadata::FILE_NAME || parse_segment_file(name).is_some();
    if entries.iter().any(|entry| is_begun(&entry.name)) {
        return Ok(false);
    }
    fs.remove_directory(folder)?;
    Ok(true)
}

/// Removes leftovers, finishes a complete cleaning, and lists the rest.
pub(crate) fn sweep(folder: &LogFolder, _previous_stop: PreviousStop) -> Result<FolderContent, StorageError> {
    let mut names = list(folder)?;
    let cleaned = names
        .iter()
        .filter(|name| name.ends_with(CLEANED_SUFFIX))
        .filter_map(|name| number_of(name))
        .min();
    let mut changed = false;
    names.retain(|name| {
        let split_half_done = name.ends_with(SWAP_SUFFIX) && cleaned.is_some() && number_of(name) >= cleaned;
        let leftover = [CLEANED_SUFFIX, DELETED_SUFFIX, ".tmp"]
            .iter()
            .any(|suffix| name.ends_with(suffix));
        let stays = !leftover && !split_half_done;
        changed |= !stays && remove(folder, name).is_ok();
        stays
    });
    if names.iter().any(|name| name.ends_with(SWAP_SUFFIX)) {
        finish_swap(folder, &names)?;
        names = list(folder)?;
        changed = true;
    }
    let content = classify(&names);
    for name in &names {
        if let Some((base, ending)) = parse_segment_file(name) {
            let is_index = SEGMENT_FILES[1..].iter().any(|file| file.ending() == ending);
            if is_index && content.segments.binary_search(&base).is_err() {
                folder.check(&folder.path().join(name), remove(folder, name))?;
                changed = true;
            }
        }
    }
    if changed {
        folder.sync_names()?;
    }
    Ok(content)
}

fn list(folder: &LogFolder) -> Result<Vec<String>, StorageError> {
    let entries = folder.check(folder.path(), folder.fs().list(folder.path()))?;
    Ok(entries
        .into_iter()
        .filter(|entry| entry.kind == FileKind::File)
        .map(|entry| entry.name)
        .collect())
}

fn number_of(name: &str) -> Option<Offset> {
    parse_segment_file(name).map(|(offset, _)| offset)
}

fn remove(folder: &LogFolder, name: &str) -> std::io::Result<()> {
    folder.fs().remove_file(&folder.path().join(name))
}

fn classify(names: &[String]) -> FolderContent {
    let mut content = FolderContent::default();
    for (offset, ending) in names.iter().filter_map(|name| parse_segment_file(name)) {
        if ending == SegmentFile::Data.ending() {
            content.segments.push(offset);
        } else if ending == SegmentFile::Snapshot.ending() {
            content.snapshots.push(offset);
        }
    }
    content.segments.sort_unstable();
    content.snapshots.sort_unstable();
    content
}

/// Lets the complete output of a cleaning take the place of what it replaces.
fn finish_swap(folder: &LogFolder, names: &[String]) -> Result<(), StorageError> {
    let data_swap = format!("{}{SWAP_SUFFIX}", SegmentFile::Data.ending());
    let mut replaced: Option<(Offset, Offset)> = None;
    for name in names {
        if let Some((base, ending)) = parse_segment_file(name)
            && ending == data_swap
        {
            let end = end_of(folder, folder.path().join(name), base)?;
            let (low, high) = replaced.unwrap_or((base, end));
            replaced = Some((low.min(base), high.max(end)));
        }
    }
    if let Some((low, high)) = replaced {
        for base in classify(names)
            .segments
            .into_iter()
            .filter(|base| *base >= low && *base < high)
        {
            remove_segment(folder, base)?;
        }
    }
    for name in names.iter().filter(|name| name.ends_with(SWAP_SUFFIX)) {
        let from = folder.path().join(name);
        let to = folder.path().join(name.trim_end_matches(SWAP_SUFFIX));
        folder.check(&from, folder.fs().rename(&from, &to))?;
    }
    Ok(())
}

/// Offset after the last batch of a data file; `base` when it has none.
fn end_of(folder: &LogFolder, path: PathBuf, base: Offset) -> Result<Offset, StorageError> {
    let file = folder.check(&path, folder.fs().open(&path, OpenMode::Read))?;
    let size = folder.check(&path, file.size())?;
    let mut scanner = BatchScanner::new(file.as_ref(), 0, size, base);
    let mut end = base;
    loop {
        match folder.check(&path, scanner.step())? {
            Scanned::Batch { view, .. } => end = view.next_offset(),
            Scanned::End | Scanned::Damaged { .. } => return Ok(end),
        }
    }
}

/// Removes the files of the segment at `base`; data first, so that a crash leaves no data without indexes.
pub(crate) fn remove_segment(folder: &LogFolder, base: Offset) -> Result<(), StorageError> {
    for file in SEGMENT_FILES.into_iter().chain([SegmentFile::Snapshot]) {
        let path = segment_path(folder.path(), base, file);
        match folder.fs().remove_file(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            result => folder.check(&path, result)?,
        }
    }
    Ok(())
}
