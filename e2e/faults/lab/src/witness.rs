//! Looks at the log files of all nodes while they are written, and notes each batch in the history: what is read later,
//! from whatever tier, must have these bytes (I19).
//!
//! One thread finds files and opens them; another reads what is open, however long that takes. A segment that leaves the disk
//! while the machine is busy is read to its end nevertheless: an open file keeps its content.
//!
//! Invariant: a batch is noted only if it is whole and its checksum holds. A file that was cut, or went on otherwise
//! behind a cut, is read again from its beginning.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use broker_codec::batch::{RecordBatch, batches};
use bytes::Bytes;
use history_checker::Event;

use crate::admin::digest_of;
use crate::history::History;
use crate::load::{DURABLE, FAST};

/// How often it looks: much sooner than a segment leaves a disk.
const EVERY: Duration = Duration::from_millis(250);

/// Files that were found and not taken over by the reader yet.
const FOUND_FILES_MAX: usize = 1024;

/// A log file that is open, and how far it is read.
#[derive(Debug)]
struct OpenLog {
    node: i32,
    topic: String,
    partition: i32,
    file: File,
    /// Where the last batch begins that was noted, and what it was.
    last: Option<(u64, String)>,
}

/// Whether a file can still get more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    InItsFolder,
    /// Nobody writes it any more, and all of it is read.
    Gone,
}

/// Whether the last batch that was noted still stands where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Kept,
    /// The file was cut: it is read from its beginning, the next time.
    Lost,
}

/// A witness that goes on looking until it is dropped.
#[derive(Debug)]
pub struct Witness {
    ends: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Witness {
    /// Begins to look into the data directories of nodes.
    pub fn begin(history: Arc<History>, nodes: Vec<(i32, PathBuf)>) -> Self {
        let ends = Arc::<AtomicBool>::default();
        let told = Arc::clone(&ends);
        let (found, files) = sync_channel(FOUND_FILES_MAX);
        let finder = std::thread::spawn(move || find(&nodes, &told, &found));
        let reader = std::thread::spawn(move || read(&history, &files));
        Self {
            ends,
            threads: vec![finder, reader],
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

/// Opens each log file soon after it appears. What is there when it is told to end is found once more.
fn find(nodes: &[(i32, PathBuf)], told: &AtomicBool, found: &SyncSender<OpenLog>) {
    let mut known = HashSet::new();
    loop {
        let is_last = told.load(Ordering::Relaxed);
        let mut listed = HashSet::new();
        for (node, data) in nodes {
            for folder in fs::read_dir(data).into_iter().flatten().flatten() {
                list(*node, &folder.path(), &known, &mut listed, found);
            }
        }
        if is_last {
            return;
        }
        known = listed;
        std::thread::sleep(EVERY);
    }
}

/// A file by its path and number: another one may get either of them later, but not both.
type FileName = (PathBuf, u64);

fn list(
    node: i32,
    folder: &Path,
    known: &HashSet<FileName>,
    listed: &mut HashSet<FileName>,
    found: &SyncSender<OpenLog>,
) {
    let Some((topic, partition)) = partition_of(folder) else {
        return;
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "log") {
            continue;
        }
        let name = (path, entry.ino());
        if !known.contains(&name) {
            // One that is gone already was never seen, and is missed if it held what nobody else did.
            let Ok(file) = File::open(&name.0) else {
                continue;
            };
            let log = OpenLog {
                node,
                topic: topic.clone(),
                partition,
                file,
                last: None,
            };
            if found.send(log).is_err() {
                return;
            }
        }
        listed.insert(name);
    }
}

/// The topic and partition of a folder, if the load writes it.
fn partition_of(folder: &Path) -> Option<(String, i32)> {
    let (topic, partition) = folder.file_name()?.to_str()?.rsplit_once('-')?;
    let is_ours = topic == DURABLE || topic == FAST;
    is_ours.then_some((topic.to_owned(), partition.parse().ok()?))
}

/// Reads what grew, until nothing is found any more.
fn read(history: &History, files: &Receiver<OpenLog>) {
    let mut open = Vec::new();
    loop {
        let is_last = loop {
            match files.try_recv() {
                Ok(file) => open.push(file),
                Err(TryRecvError::Empty) => break false,
                Err(TryRecvError::Disconnected) => break true,
            }
        };
        open.retain_mut(|log| match note(history, log) {
            Ok(life) => life == Life::InItsFolder,
            Err(error) => {
                eprintln!("witness: {log:?} cannot be read any further: {error}");
                false
            }
        });
        if is_last {
            return;
        }
        std::thread::sleep(EVERY);
    }
}

/// Notes the batches that a file has got since it was looked at.
fn note(history: &History, log: &mut OpenLog) -> std::io::Result<Life> {
    let life = match log.file.metadata()?.nlink() {
        0 => Life::Gone,
        _ => Life::InItsFolder,
    };
    let mut batches = Vec::new();
    if read_on(log, &mut batches)? == Place::Lost {
        read_on(log, &mut batches)?;
    }
    if !batches.is_empty() {
        history.write(&Event::OnDisk {
            node: log.node,
            topic: log.topic.clone(),
            partition: log.partition,
            batches,
        });
    }
    Ok(life)
}

/// Reads on from the last batch that was noted.
fn read_on(log: &mut OpenLog, found: &mut Vec<(i64, String)>) -> std::io::Result<Place> {
    let known = log.last.take();
    let mut at = known.as_ref().map_or(0, |(at, _)| *at);
    let mut expected = known.map(|(_, digest)| digest);
    for batch in whole_batches(&read_from(&mut log.file, at)?) {
        let (offset, digest) = digest_of(&batch);
        match expected.take() {
            None => found.push((offset, digest.clone())),
            Some(expected) if expected == digest => {}
            Some(_) => return Ok(Place::Lost),
        }
        log.last = Some((at, digest));
        at += batch.bytes().len() as u64;
    }
    Ok(match expected {
        None => Place::Kept,
        Some(_) => Place::Lost,
    })
}

fn read_from(file: &mut File, from: u64) -> std::io::Result<Bytes> {
    file.seek(SeekFrom::Start(from))?;
    let mut content = Vec::new();
    file.read_to_end(&mut content)?;
    Ok(content.into())
}

/// Batches up to the first that is not whole yet.
fn whole_batches(content: &Bytes) -> impl Iterator<Item = RecordBatch> {
    let whole = batches(content).map_while(Result::ok);
    whole.take_while(|batch| batch.verify_crc().is_ok())
}
