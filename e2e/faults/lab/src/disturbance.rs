//! Delay, jitter, reordering and loss on what a node sends, for kernels without netem: packets are queued to this process
//! (NFQUEUE), which lets each go when its time has come.
//!
//! Jitter reorders by itself: a packet with a short delay overtakes one with a long one. Invariant: dropping a
//! [`Disturbed`] ends its thread and with it the queue; packets pass by from then on (`--queue-bypass`).

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nfq::{Message, Queue, Verdict};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::error::LabError;
use crate::random::Random;

/// Number of the queue in the node's namespace.
pub const QUEUE: u16 = 1;
/// Packets that may wait; more are dropped by the kernel.
const WAITING_MAX: u32 = 65_536;

/// What happens to a packet.
#[derive(Clone, Copy, Debug)]
pub struct Disturbance {
    /// It is late by at least this, in milliseconds.
    pub delay_ms: u64,
    /// And by up to this more.
    pub jitter_ms: u64,
    /// So many in a thousand are lost.
    pub lost_per_mille: usize,
    /// What decides.
    pub seed: u64,
}

/// A disturbance that goes on.
#[derive(Debug)]
pub struct Disturbed {
    ends: Arc<AtomicBool>,
    packets: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Disturbed {
    /// Begins to take packets out of the queue in a network namespace.
    pub fn begin(namespace: File, disturbance: Disturbance) -> Result<Self, LabError> {
        let (ends, packets) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (told, seen) = (Arc::clone(&ends), Arc::clone(&packets));
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || match open(&namespace) {
            Ok(queue) => {
                ready.send(Ok(())).ok();
                pass(queue, disturbance, &told, &seen);
            }
            Err(error) => drop(ready.send(Err(error))),
        });
        let died = || LabError::Unusable("the thread that delays packets ended".to_owned());
        is_ready.recv().map_err(|_| died())??;
        Ok(Self {
            ends,
            packets,
            thread: Some(thread),
        })
    }

    /// Packets that were disturbed so far.
    pub fn packets(&self) -> u64 {
        self.packets.load(Ordering::Relaxed)
    }
}

impl Drop for Disturbed {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn open(namespace: &File) -> Result<Queue, LabError> {
    move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?;
    let missing = |error| LabError::Missing(format!("packets cannot be queued here: {error}"));
    let mut queue = Queue::open().map_err(missing)?;
    queue.bind(QUEUE).map_err(missing)?;
    queue.set_queue_max_len(QUEUE, WAITING_MAX).map_err(missing)?;
    queue.set_nonblocking(true);
    Ok(queue)
}

fn pass(mut queue: Queue, disturbance: Disturbance, ends: &AtomicBool, packets: &AtomicU64) {
    let mut random = Random::new(disturbance.seed, "disturbance");
    let mut waiting: BTreeMap<(Instant, u64), Message> = BTreeMap::new();
    let mut number = 0;
    while !ends.load(Ordering::Relaxed) {
        while let Ok(mut message) = queue.recv() {
            number += 1;
            packets.fetch_add(1, Ordering::Relaxed);
            if random.below(1000) < disturbance.lost_per_mille {
                message.set_verdict(Verdict::Drop);
                queue.verdict(message).ok();
                continue;
            }
            let jitter = random.below(usize::try_from(disturbance.jitter_ms).unwrap_or(0) + 1);
            let late = disturbance.delay_ms + u64::try_from(jitter).unwrap_or(0);
            waiting.insert((Instant::now() + Duration::from_millis(late), number), message);
        }
        while let Some(first) = waiting.first_entry() {
            if first.key().0 > Instant::now() {
                break;
            }
            let mut message = first.remove();
            message.set_verdict(Verdict::Accept);
            queue.verdict(message).ok();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    for (_, mut message) in waiting {
        message.set_verdict(Verdict::Accept);
        queue.verdict(message).ok();
    }
}
