//! Looks at the log files of all nodes while they are written, and notes each batch in the history: what is read later,
//! from whatever tier, must have these bytes (I19).
//!
//! Invariant: a batch is noted only if it is whole and its checksum holds. A file that was cut, or went on otherwise
//! behind a cut, is read again from its beginning.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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

/// How far a file is read.
#[derive(Clone, Debug, Default)]
struct Place {
    /// Where the last batch begins that was noted, and what it was.
    last: Option<(u64, String)>,
}

/// A witness that goes on looking until it is dropped.
#[derive(Debug)]
pub struct Witness {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Witness {
    /// Begins to look into the data directories of nodes.
    pub fn begin(history: Arc<History>, nodes: Vec<(i32, PathBuf)>) -> Self {
        let ends = Arc::<AtomicBool>::default();
        let told = Arc::clone(&ends);
        let thread = std::thread::spawn(move || {
            let mut places = HashMap::new();
            loop {
                // What is written until it is told to end is looked at once more.
                let is_last = told.load(Ordering::Relaxed);
                for (node, data) in &nodes {
                    look(&history, *node, data, &mut places);
                }
                if is_last {
                    return;
                }
                std::thread::sleep(EVERY);
            }
        });
        Self {
            ends,
            thread: Some(thread),
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// The topic and partition of a folder, if the load writes it.
fn partition_of(folder: &Path) -> Option<(String, i32)> {
    let (topic, partition) = folder.file_name()?.to_str()?.rsplit_once('-')?;
    let is_ours = topic == DURABLE || topic == FAST;
    is_ours.then_some((topic.to_owned(), partition.parse().ok()?))
}

fn look(history: &History, node: i32, data: &Path, places: &mut HashMap<PathBuf, Place>) {
    for folder in fs::read_dir(data).into_iter().flatten().flatten() {
        let Some((topic, partition)) = partition_of(&folder.path()) else {
            continue;
        };
        let mut found = Vec::new();
        for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            let path = file.path();
            if path.extension().is_some_and(|extension| extension == "log") {
                // A file that goes meanwhile was read before.
                read_on(&path, places.entry(path.clone()).or_default(), &mut found).ok();
            }
        }
        if !found.is_empty() {
            history.write(&Event::OnDisk {
                node,
                topic,
                partition,
                batches: found,
            });
        }
    }
}

fn read_on(path: &Path, place: &mut Place, found: &mut Vec<(i64, String)>) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    let known = place.last.take();
    let mut at = known.as_ref().map_or(0, |(at, _)| *at);
    let mut expected = known.map(|(_, digest)| digest);
    for batch in whole_batches(&read_from(&mut file, at)?) {
        let (offset, digest) = digest_of(&batch);
        match expected.take() {
            None => found.push((offset, digest.clone())),
            Some(expected) if expected == digest => {}
            // Cut and written anew: from the beginning, the next time.
            Some(_) => return Ok(()),
        }
        place.last = Some((at, digest));
        at += batch.bytes().len() as u64;
    }
    Ok(())
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
