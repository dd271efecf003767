//! Files that are not as they were left: a bit flipped, a tail torn off. The broker is stopped meanwhile, and a copy of
//! its directory is damaged for every try; eight partitions are damaged at once, each on its own.
//!
//! What comes of a damage is told apart by reading everything: the same records as before; fewer, where the torn part
//! is the end of a log that nobody had synced; a partition, or the broker, that says that it cannot serve; a checksum
//! that the reader finds wrong. Anything else is a failure: data that nobody wrote, or a silent loss (I24, I25).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use broker_client::NewTopic;

use crate::admin::Admin;
use crate::error::LabError;
use crate::load::{Filling, fill};
use crate::program::run;
use crate::world::World;

/// Small steps between index entries, so that indexes hold something.
pub(super) const SMALL: &[(&str, &str)] = &[("log.index.interval.bytes", "1024")];
const TOPIC: &str = "sweep";
const PARTITIONS: i32 = 8;
const NODE: i32 = 1;
/// Longest start of a broker.
const START: Duration = Duration::from_secs(20);
/// Longest read of a partition.
const READ: Duration = Duration::from_secs(3);
const STOP: Duration = Duration::from_secs(90);

/// Offsets with values, by partition.
type Content = BTreeMap<i32, Vec<(i64, String)>>;

/// What a partition is after a damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Same,
    Shorter,
    Refused,
    /// The log is kept under another name, as one of no topic, and the partition begins empty: what Kafka does, too, with a
    /// topic id that it does not know.
    Aside,
    Wrong,
}

/// A directory to be damaged, over and over.
struct Sweep {
    data: PathBuf,
    pristine: PathBuf,
    before: Content,
    fates: BTreeMap<(&'static str, Fate), u32>,
    wrong: Vec<String>,
}

/// A kind of file: which of those in a folder it is.
struct Kind {
    name: &'static str,
    ending: &'static str,
    pick: fn(&[PathBuf]) -> Option<&PathBuf>,
}

const fn kind(name: &'static str, ending: &'static str, pick: fn(&[PathBuf]) -> Option<&PathBuf>) -> Kind {
    Kind { name, ending, pick }
}

/// Kinds in the folder of a partition.
const KINDS: &[Kind] = &[
    kind("closed segment", ".log", <[PathBuf]>::first),
    kind("active segment", ".log", <[PathBuf]>::last),
    kind("index", ".index", <[PathBuf]>::first),
    kind("time index", ".timeindex", <[PathBuf]>::first),
    kind("producer snapshot", ".snapshot", <[PathBuf]>::last),
    kind("leader epochs", "leader-epoch-checkpoint", <[PathBuf]>::first),
    kind("partition.metadata", "partition.metadata", <[PathBuf]>::first),
];

/// Files of the directory, and of the metadata log.
const DIRECTORY_FILES: &[&str] = &[
    "meta.properties",
    ".kafka_cleanshutdown",
    "recovery-point-offset-checkpoint",
    "replication-offset-checkpoint",
    "log-start-offset-checkpoint",
    "__cluster_metadata-0/quorum-state",
    "__cluster_metadata-0/00000000000000000000.log",
];

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, LabError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

impl Sweep {
    /// Ends the load, fills a topic, and reads it.
    fn prepare(world: &mut World) -> Result<Self, LabError> {
        world.stop_load();
        world.cluster.admin.create(&NewTopic {
            name: TOPIC.to_owned(),
            partitions: Some(PARTITIONS),
            replicas: Some(1),
            configs: Vec::new(),
        })?;
        let filling = Filling {
            partitions: PARTITIONS,
            records: 1_500,
            value_size: 1_000,
            last_batches: 4,
        };
        fill(&world.cluster.bootstrap(), TOPIC, filling)?;
        let mut before = Content::new();
        for partition in 0..PARTITIONS {
            let records = world
                .cluster
                .admin
                .read_one(TOPIC, partition, Duration::from_secs(30))?;
            before.insert(partition, records);
        }
        let data = world.cluster.node(NODE)?.data();
        Ok(Self {
            pristine: data.with_extension("pristine"),
            data,
            before,
            fates: BTreeMap::new(),
            wrong: Vec::new(),
        })
    }

    fn folder(&self, partition: i32) -> PathBuf {
        self.data.join(format!("{TOPIC}-{partition}"))
    }

    fn renew(&self) -> Result<(), LabError> {
        fs::remove_dir_all(&self.data).ok();
        run(&format!(
            "cp -a --reflink=auto {} {}",
            self.pristine.display(),
            self.data.display()
        ))
        .map(drop)
    }

    /// Damages the file of this kind in every partition; answers whether there was anything to damage.
    fn damage_each(&self, kind: &Kind, mut damage: impl FnMut(i32, &mut Vec<u8>)) -> Result<bool, LabError> {
        let mut damaged = false;
        for partition in 0..PARTITIONS {
            let found = files(&self.folder(partition), kind.ending)?;
            let Some(path) = (kind.pick)(&found) else { continue };
            let mut content = fs::read(path)?;
            if !content.is_empty() {
                damage(partition, &mut content);
                fs::write(path, content)?;
                damaged = true;
            }
        }
        Ok(damaged)
    }

    /// Starts the broker on what is there, looks what it serves, and kills it.
    fn look(
        &mut self,
        world: &mut World,
        name: &'static str,
        may_be_shorter: impl Fn(i32, usize) -> bool,
    ) -> Result<(), LabError> {
        world.cluster.node(NODE)?.start()?;
        let mut admin = Admin::hasty(&world.cluster.bootstrap())?;
        let began = Instant::now();
        let is_up = loop {
            if !world.cluster.node(NODE)?.is_running() {
                break false;
            }
            match admin.brokers() {
                Ok(brokers) if !brokers.is_empty() => break true,
                _ if began.elapsed() > START => break false,
                Ok(_) => {}
                Err(_) => admin.hang_up(),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        for partition in 0..PARTITIONS {
            let fate = match is_up {
                true => self.fate(&mut admin, partition, &may_be_shorter),
                false => Fate::Refused,
            };
            if fate == Fate::Wrong {
                self.wrong
                    .push(format!("{name}: partition {partition} serves something else"));
            }
            *self.fates.entry((name, fate)).or_default() += 1;
        }
        world.cluster.node(NODE)?.kill();
        Ok(())
    }

    fn fate(&self, admin: &mut Admin, partition: i32, may_be_shorter: impl Fn(i32, usize) -> bool) -> Fate {
        let before = &self.before[&partition];
        match admin.read_one(TOPIC, partition, READ) {
            Err(_) => {
                admin.hang_up();
                Fate::Refused
            }
            Ok(now) if now == *before => Fate::Same,
            Ok(now) if now.is_empty() && self.is_aside(partition) => Fate::Aside,
            Ok(now) if before.starts_with(&now) && may_be_shorter(partition, now.len()) => Fate::Shorter,
            Ok(_) => Fate::Wrong,
        }
    }

    fn is_aside(&self, partition: i32) -> bool {
        let begins = format!("{TOPIC}-{partition}.");
        let names = fs::read_dir(&self.data).into_iter().flatten().flatten();
        names
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .any(|name| name.starts_with(&begins) && name.ends_with("-stray"))
    }

    /// Puts back what there was, and says what came of all damages.
    fn end(self, world: &mut World) -> Result<(), LabError> {
        self.renew()?;
        world.cluster.node(NODE)?.start()?;
        world.cluster.admin.hang_up();
        world.cluster.wait_for_brokers(1)?;
        let mut by_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for ((name, fate), count) in &self.fates {
            by_kind
                .entry(name)
                .or_default()
                .push(format!("{count} {fate:?}").to_lowercase());
        }
        for (name, fates) in by_kind {
            world.note(format!("{name}: {}", fates.join(", ")));
        }
        let count = self.wrong.len();
        let first = self.wrong.first().cloned().unwrap_or_default();
        world.require(count == 0, || {
            format!("{count} damages were served as data; {first}")
        });
        fs::remove_dir_all(&self.pristine)?;
        Ok(())
    }
}

fn flip(random: &mut crate::random::Random, content: &mut [u8]) {
    let at = random.below(content.len());
    content[at] ^= 1 << random.below(8);
}

pub(super) fn flips(world: &mut World) -> Result<(), LabError> {
    let mut sweep = Sweep::prepare(world)?;
    world.cluster.node(NODE)?.stop(STOP)?;
    fs::rename(&sweep.data, &sweep.pristine)?;
    // 64 places of each kind: eight partitions, eight times.
    let rounds = world.pace.repeats * 8 / 10;
    for kind in KINDS {
        for _ in 0..rounds {
            sweep.renew()?;
            let random = &mut world.random;
            if sweep.damage_each(kind, |_, content| flip(random, content))? {
                sweep.look(world, kind.name, |_, _| false)?;
            }
        }
    }
    for name in DIRECTORY_FILES {
        for _ in 0..rounds {
            sweep.renew()?;
            let path = sweep.data.join(name);
            let mut content = fs::read(&path)?;
            if !content.is_empty() {
                flip(&mut world.random, &mut content);
                fs::write(&path, content)?;
                sweep.look(world, name, |_, _| false)?;
            }
        }
    }
    sweep.end(world)
}

/// Where each batch of a segment ends, and how many records the batches up to there hold.
fn batch_ends(content: &[u8]) -> Vec<(usize, usize)> {
    let number = |at: usize| {
        let bytes = content.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(i32::from_be_bytes)
            .and_then(|value| usize::try_from(value).ok())
    };
    let (mut ends, mut position, mut records) = (Vec::new(), 0, 0);
    while let (Some(size), Some(last_delta)) = (number(position + 8), number(position + 23)) {
        position += 12 + size;
        records += last_delta + 1;
        if size == 0 || position > content.len() {
            break;
        }
        ends.push((position, records));
    }
    ends
}

pub(super) fn torn(world: &mut World) -> Result<(), LabError> {
    let mut sweep = Sweep::prepare(world)?;
    world.cluster.node(NODE)?.kill();
    fs::rename(&sweep.data, &sweep.pristine)?;
    let step = if world.pace.repeats >= 10 { 1 } else { 4 };
    for kind in KINDS.iter().filter(|kind| kind.name != "closed segment") {
        // A kind is torn at each byte of its last part, eight places at a time.
        let span = tail_of(&sweep, kind)?;
        for first in (0..span).step_by(usize::try_from(PARTITIONS).unwrap_or(8) * step) {
            sweep.renew()?;
            let mut least = BTreeMap::new();
            let cut = |partition: i32, content: &mut Vec<u8>| {
                let back = first + usize::try_from(partition).unwrap_or(0) * step + 1;
                let keep = content.len().saturating_sub(back);
                let ends = batch_ends(content);
                let whole = ends
                    .iter()
                    .rev()
                    .find(|(end, _)| *end <= keep)
                    .map_or(0, |(_, records)| *records);
                let all = ends.last().map_or(0, |(_, records)| *records);
                least.insert(partition, all - whole);
                content.truncate(keep);
            };
            if !sweep.damage_each(kind, cut)? {
                break;
            }
            let is_log = kind.ending == ".log";
            let sizes: BTreeMap<i32, usize> = sweep.before.iter().map(|(id, all)| (*id, all.len())).collect();
            sweep.look(world, kind.name, |partition, records| {
                is_log && records + least[&partition] == sizes[&partition]
            })?;
        }
    }
    sweep.end(world)
}

/// How many bytes at the end of a kind of file are torn off one after another: the last two batches of a log, up to 64
/// bytes of anything else.
fn tail_of(sweep: &Sweep, kind: &Kind) -> Result<usize, LabError> {
    let found = files(&sweep.pristine.join(format!("{TOPIC}-0")), kind.ending)?;
    let Some(path) = (kind.pick)(&found) else {
        return Ok(0);
    };
    let content = fs::read(path)?;
    if kind.ending != ".log" {
        return Ok(content.len().min(64));
    }
    let ends = batch_ends(&content);
    let from = ends
        .len()
        .checked_sub(3)
        .and_then(|index| ends.get(index))
        .map_or(0, |(end, _)| *end);
    Ok(content.len() - from)
}
