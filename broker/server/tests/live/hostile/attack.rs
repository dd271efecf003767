//! Runs an attack beside a bystander and judges what it did.
//!
//! Every attack has a broker of its own; one attack runs at a time, because memory is measured for the process as a
//! whole.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use broker_protocol::messages::MetadataRequest;

use crate::broker::LiveBroker;
use crate::topics;
use crate::wire::Wire;

/// Deadline of half-sent requests and unread answers in these tests.
pub(crate) const STALL: Duration = Duration::from_secs(2);
/// Most that the process may grow during an attack: the budgets of requests and answers, and some for the rest.
const GROWTH_MAX: u64 = 320 << 20;
/// Most that may be left when it is over; the allocator keeps some of what is free.
const LEFT_MAX: u64 = 96 << 20;
/// The largest answer of all that may be late. A build without optimisation spends a good part of that in its own code.
const LATE_MAX: Duration = Duration::from_secs(if cfg!(debug_assertions) { 4 } else { 1 });
const P99_MAX: Duration = Duration::from_millis(if cfg!(debug_assertions) { 400 } else { 100 });
/// Threads that a call waits for, each of which a busy machine may keep waiting.
const WAKES: u32 = 8;
const SAMPLE_PAUSE: Duration = Duration::from_millis(10);
/// Topic of the bystander.
const TOPIC: &str = "bystander";
const PAUSE: Duration = Duration::from_millis(2);

/// One test at a time: memory is that of the whole process.
static ALONE: Mutex<()> = Mutex::new(());

/// Waits until no other test runs.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets `attack` loose on a broker, and fails if anybody or anything suffers.
pub(crate) fn survive(attack: impl FnOnce(&LiveBroker)) {
    survive_with(&[], attack);
}

/// As [`survive`], on a broker with these configurations.
pub(crate) fn survive_with(configs: &[(&str, &str)], attack: impl FnOnce(&LiveBroker)) {
    let _alone = alone();
    let directory = tempfile::tempdir().unwrap();
    let live = LiveBroker::start(directory.path(), configs, |settings| {
        settings.network.deadlines.stalled_request = STALL;
        settings.network.deadlines.stalled_answer = STALL;
    });
    topics::create(&mut live.connect(), TOPIC, 1, &[]);
    survive_on(&live, attack);
}

fn survive_on(live: &LiveBroker, attack: impl FnOnce(&LiveBroker)) {
    let baseline = resident();
    let watch = Watch::default();
    thread::scope(|scope| {
        let bystander = scope.spawn(|| bystand(live.address(), &watch));
        let sampler = scope.spawn(|| watch.sample_memory());
        let attacked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| attack(live)));
        watch.over.store(true, Ordering::Release);
        let times = bystander.join().unwrap();
        let late = sampler.join().unwrap();
        if let Err(payload) = attacked {
            std::panic::resume_unwind(payload);
        }
        judge_times(times, late);
    });
    let peak = watch.peak.load(Ordering::Relaxed);
    let growth = peak.saturating_sub(baseline);
    println!("grew by {} MiB", growth >> 20);
    assert!(growth <= GROWTH_MAX, "the process grew by {} MiB", growth >> 20);
    let panics = live.broker().network.counters.panics.get();
    assert_eq!(panics, 0, "handlers panicked");
    wait_for("memory to come back", || resident() <= baseline + LEFT_MAX);
    wait_for("the budgets to be free", || {
        let network = &live.broker().network;
        network.requests.used() == 0 && network.responses.used() == 0
    });
}

#[derive(Default)]
struct Watch {
    over: AtomicBool,
    peak: AtomicU64,
}

impl Watch {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Samples memory; how late the machine let this thread sample, which is no fault of the broker.
    fn sample_memory(&self) -> Vec<Duration> {
        let mut late = vec![Duration::ZERO];
        while !self.is_over() {
            self.peak.fetch_max(resident(), Ordering::Relaxed);
            let begin = Instant::now();
            thread::sleep(SAMPLE_PAUSE);
            late.push(begin.elapsed().saturating_sub(SAMPLE_PAUSE));
        }
        late
    }
}

/// Produces, fetches what it produced and asks for metadata until the attack is over; how long each took.
fn bystand(address: SocketAddr, watch: &Watch) -> Vec<Duration> {
    let mut wire = Wire::connect(address).named("bystander");
    let mut times = Vec::new();
    let mut number = 0_u64;
    // At least one round, however short the attack is.
    while !watch.is_over() || times.is_empty() {
        number += 1;
        let value = format!("record {number}");
        let begin = Instant::now();
        let appended = topics::produce(&mut wire, TOPIC, 0, topics::batch(&[value.as_bytes()]));
        times.push(begin.elapsed());
        assert_eq!(appended.error_code, 0, "{appended:?}");
        let begin = Instant::now();
        let request = topics::fetch_request(TOPIC, 0, appended.base_offset);
        let fetched = wire.call(topics::BY_NAME, &request);
        times.push(begin.elapsed());
        let records = fetched.responses[0].partitions[0]
            .records
            .clone()
            .unwrap()
            .to_bytes();
        let is_there = records
            .windows(value.len())
            .any(|bytes| bytes == value.as_bytes());
        assert!(is_there, "an acknowledged record is gone: {value}");
        let begin = Instant::now();
        wire.call(
            9,
            &MetadataRequest {
                topics: Some(Vec::new()),
                ..Default::default()
            },
        );
        times.push(begin.elapsed());
        thread::sleep(PAUSE);
    }
    times
}

/// The 99th percentile and the largest.
fn tail_of(times: &mut [Duration]) -> (Duration, Duration) {
    times.sort_unstable();
    (times[(times.len() - 1) * 99 / 100], times[times.len() - 1])
}

fn judge_times(mut times: Vec<Duration>, mut late: Vec<Duration>) {
    let (p99, worst) = tail_of(&mut times);
    let (late_p99, late_worst) = tail_of(&mut late);
    println!("{} calls beside, p99 {p99:?}, worst {worst:?}", times.len());
    println!("the machine was late by {late_p99:?}, at worst {late_worst:?}");
    // Of a few calls only, the 99th percentile is the worst one.
    if times.len() >= 100 {
        assert!(
            p99 <= P99_MAX + WAKES * late_p99,
            "p99 of the bystander was {p99:?}"
        );
    }
    assert!(
        worst <= LATE_MAX + WAKES * late_worst,
        "the bystander waited {worst:?}"
    );
}

/// Resident bytes of this process.
pub(crate) fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split_ascii_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// Waits until `holds`, for a while.
pub(crate) fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(
            begin.elapsed() < Duration::from_secs(60),
            "waited in vain for {what}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}
