//! The standard load: idempotent producers with `acks=all`, producers with `acks=1` on a topic of their own, readers of
//! assigned partitions, a group that commits. All of it librdkafka's, which knows nothing of us.
//!
//! Every client is a thread that writes the history and ends when it is told.

mod fill;
mod final_read;
mod group;
mod probe;
mod producer;
mod reader;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use history_checker::Event;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};

use crate::cluster::Cluster;
use crate::error::LabError;
use crate::history::History;

pub use fill::{Filling, fill};
pub use final_read::{read_all, read_committed_offsets};
pub use group::storm;
pub use producer::{Kind, send_some};

/// The topic whose acknowledgements are promises.
pub const DURABLE: &str = "durable";
/// The topic whose acknowledgements are the leader's alone.
pub const FAST: &str = "fast";
/// The group that commits.
pub const GROUP: &str = "readers";

/// How much load.
#[derive(Clone, Copy, Debug)]
pub struct LoadPlan {
    /// Partitions of the topic [`DURABLE`].
    pub partitions: i32,
    /// Records each producer sends in a second.
    pub rate: u64,
    /// Producers with `acks=all`.
    pub producers: u32,
    /// Producers with `acks=1`.
    pub fast_producers: u32,
    /// Members of the group.
    pub members: u32,
}

impl Default for LoadPlan {
    fn default() -> Self {
        Self {
            partitions: 6,
            rate: 500,
            producers: 4,
            fast_producers: 2,
            members: 3,
        }
    }
}

/// What all clients share.
#[derive(Clone, Debug)]
pub struct Shared {
    bootstrap: String,
    history: Arc<History>,
    plan: LoadPlan,
    producing: Arc<AtomicBool>,
    reading: Arc<AtomicBool>,
}

/// A load that runs.
#[derive(Debug)]
pub struct Load {
    shared: Shared,
    producers: Vec<JoinHandle<()>>,
    readers: Vec<JoinHandle<()>>,
}

impl Shared {
    fn config(&self, client: &str) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.bootstrap)
            .set("client.id", client)
            .set("broker.address.family", "v4")
            .set("reconnect.backoff.ms", "50")
            .set("reconnect.backoff.max.ms", "500")
            .set("topic.metadata.refresh.interval.ms", "10000")
            .set_log_level(RDKafkaLogLevel::Emerg);
        config
    }

    fn is_producing(&self) -> bool {
        self.producing.load(Ordering::Relaxed)
    }

    fn is_reading(&self) -> bool {
        self.reading.load(Ordering::Relaxed)
    }
}

/// What stands before the padding of a record's value.
pub fn value_of(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == b'|').unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

impl Load {
    /// Starts every client.
    pub fn start(cluster: &Cluster, history: &Arc<History>, plan: LoadPlan) -> Result<Self, LabError> {
        let shared = Shared {
            bootstrap: cluster.bootstrap(),
            history: Arc::clone(history),
            plan,
            producing: Arc::new(AtomicBool::new(true)),
            reading: Arc::new(AtomicBool::new(true)),
        };
        let mut load = Self {
            shared: shared.clone(),
            producers: Vec::new(),
            readers: Vec::new(),
        };
        for number in 0..plan.producers {
            // Half of them wait for an answer as long as producers do by default, half give up after two seconds.
            let kind = if number % 2 == 0 {
                Kind::Patient
            } else {
                Kind::Brisk
            };
            load.producers.push(producer::start(&shared, kind, number)?);
        }
        for number in 0..plan.fast_producers {
            load.producers
                .push(producer::start(&shared, Kind::LeaderOnly, number)?);
        }
        load.readers.push(reader::start(&shared, reader::Sees::All)?);
        load.readers
            .push(reader::start(&shared, reader::Sees::Committed)?);
        for number in 0..plan.members {
            load.readers.push(group::start(&shared, number)?);
        }
        load.readers.push(probe::start(&shared, cluster)?);
        Ok(load)
    }

    /// Ends the producers, when what they sent is answered or given up; then the readers.
    pub fn stop(&mut self) {
        self.shared.producing.store(false, Ordering::Relaxed);
        let at = self.shared.history.now();
        for producer in self.producers.drain(..) {
            producer.join().expect("a producer's thread does not panic");
        }
        self.shared.history.write(&Event::LoadEnds { at });
        self.shared.reading.store(false, Ordering::Relaxed);
        for reader in self.readers.drain(..) {
            reader.join().expect("a reader's thread does not panic");
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.shared.producing.store(false, Ordering::Relaxed);
        self.shared.reading.store(false, Ordering::Relaxed);
    }
}
