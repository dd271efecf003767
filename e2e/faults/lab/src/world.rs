//! One test's world: a cluster under load, its history, and what the test has to say.
//!
//! A test injects faults; everything else is the same for all of them: the load warms up before, has time to heal
//! after, and what it saw is judged by the checker.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use broker_client::NewTopic;
use history_checker::{Anomaly, Limits, Phase, Report, check};

use crate::cases::{Case, Tier};
use crate::cluster::Cluster;
use crate::error::LabError;
use crate::history::History;
use crate::load::{DURABLE, FAST, Load, LoadPlan, read_all, read_committed_offsets};
use crate::random::Random;
use crate::store::{Programs, Store};
use crate::witness::Witness;

/// Longest wait until replicas are in sync again, and for whatever else must come in the end. What a machine is slow in
/// is no fault of the cluster; what is slow in a cluster stands in the figures.
pub const SYNC: Duration = Duration::from_secs(120);

/// What is the same for every test of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The broker.
    pub binary: PathBuf,
    /// Where data is meanwhile.
    pub scratch: PathBuf,
    /// Where logs and histories of failed tests are kept.
    pub keep: PathBuf,
    /// Whether those of tests that pass are kept, too.
    pub keep_all: bool,
    /// What decides every choice.
    pub seed: u64,
    /// How long phases last.
    pub pace: Pace,
    /// Records each producer sends in a second.
    pub rate: u64,
    /// Where the programs of an object store are.
    pub programs: Programs,
}

/// How long phases of a test last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Before the fault.
    pub warm: Duration,
    /// With the fault.
    pub hold: Duration,
    /// After the fault.
    pub heal: Duration,
    /// How often what is repeated is repeated, out of ten.
    pub repeats: u32,
}

impl Pace {
    /// As long as the tests are meant to be.
    pub const WHOLE: Self = Self {
        warm: Duration::from_secs(10),
        hold: Duration::from_secs(30),
        heal: Duration::from_secs(30),
        repeats: 10,
    };
    /// As short as they make sense.
    pub const SHORT: Self = Self {
        warm: Duration::from_secs(4),
        hold: Duration::from_secs(8),
        heal: Duration::from_secs(8),
        repeats: 2,
    };
}

/// The world of one test.
pub struct World {
    /// The nodes.
    pub cluster: Cluster,
    /// Choices.
    pub random: Random,
    /// How long phases last.
    pub pace: Pace,
    history: Arc<History>,
    load: Option<Load>,
    /// Of what disks held, where some of it leaves them.
    witness: Option<Witness>,
    binary: PathBuf,
    plan: LoadPlan,
    wrong: Vec<String>,
    notes: Vec<String>,
    forgiven: Vec<Anomaly>,
}

/// What came out of a test.
#[derive(Debug)]
pub struct Outcome {
    /// What was wrong besides anomalies; empty if nothing was.
    pub wrong: Vec<String>,
    /// Figures of the test itself.
    pub notes: Vec<String>,
    /// The checker's verdict.
    pub report: Report,
}

impl World {
    /// Builds it and runs the test in it.
    pub fn run(case: &Case, settings: &Settings) -> Result<Outcome, LabError> {
        let folder = settings.scratch.join(case.id);
        std::fs::remove_dir_all(&folder).ok();
        std::fs::create_dir_all(&folder)?;
        let cluster = Cluster::start(case, &folder, &settings.binary, &settings.programs)?;
        let mut world = Self {
            cluster,
            random: Random::new(settings.seed, case.id),
            pace: settings.pace,
            history: Arc::new(History::begin(&folder.join("history.jsonl"))?),
            load: None,
            witness: None,
            binary: settings.binary.clone(),
            plan: LoadPlan {
                rate: settings.rate,
                ..LoadPlan::default()
            },
            wrong: Vec::new(),
            notes: Vec::new(),
            forgiven: Vec::new(),
        };
        let outcome = world.play(case);
        let good = matches!(&outcome, Ok(outcome) if outcome.wrong.is_empty() && outcome.report.is_good());
        world.cluster.end();
        if !good || settings.keep_all {
            let keep = settings.keep.join(format!("{}-{}", case.id, settings.seed));
            world.cluster.keep_logs(&keep)?;
            std::fs::copy(folder.join("history.jsonl"), keep.join("history.jsonl")).ok();
        }
        drop(world);
        std::fs::remove_dir_all(&folder).ok();
        outcome
    }

    fn play(&mut self, case: &Case) -> Result<Outcome, LabError> {
        let copies = i16::try_from(case.nodes.min(3)).unwrap_or(1);
        for (name, partitions) in [(DURABLE, self.plan.partitions), (FAST, 3)] {
            self.cluster.admin.create(&NewTopic {
                name: name.to_owned(),
                partitions: Some(partitions),
                replicas: Some(copies),
                configs: case.tier.topic_configs(),
            })?;
        }
        self.cluster.leader(DURABLE, 0)?;
        if case.tier == Tier::Remote {
            let nodes = &self.cluster.nodes;
            let data = nodes.iter().map(|node| (node.id, node.data())).collect();
            self.witness = Some(Witness::begin(Arc::clone(&self.history), data));
        }
        self.load = Some(Load::start(&self.cluster, &self.history, self.plan)?);
        self.sleep(self.pace.warm);
        (case.run)(self)?;
        self.cluster.network.heal();
        self.sleep(self.pace.heal);
        self.judge()
    }

    /// Ends the load before the test does: what follows is done to files, not to clients.
    pub fn stop_load(&mut self) {
        if let Some(mut load) = self.load.take() {
            load.stop();
        }
        self.witness = None;
    }

    /// Reads everything of both topics, with both clients.
    pub fn read_everything(&mut self) {
        let bootstrap = self.cluster.bootstrap();
        self.cluster.admin.hang_up();
        for (topic, partitions) in [(DURABLE, self.plan.partitions), (FAST, 3)] {
            let read = read_all(
                &mut self.cluster.admin,
                &bootstrap,
                &self.history,
                topic,
                partitions,
            );
            if let Err(error) = read {
                self.wrong
                    .push(format!("{topic} cannot be read completely: {error}"));
            }
        }
    }

    /// The object store of the test.
    pub fn store(&self) -> Result<&Store, LabError> {
        let none = || LabError::Unusable("the test has no object store".to_owned());
        self.cluster.store.as_ref().ok_or_else(none)
    }

    fn judge(&mut self) -> Result<Outcome, LabError> {
        self.stop_load();
        self.read_everything();
        if let Some(store) = &self.cluster.store
            && let Err(error) = store.verify(&self.binary)
        {
            self.wrong.push(error.to_string());
        }
        let bootstrap = self.cluster.bootstrap();
        if let Err(error) = read_committed_offsets(&bootstrap, &self.history, DURABLE, self.plan.partitions) {
            self.wrong
                .push(format!("the group's offsets cannot be read: {error}"));
        }
        let mut report = check(&self.history.end()?, Limits::default())?;
        let (forgiven, found): (Vec<_>, Vec<_>) = std::mem::take(&mut report.found)
            .into_iter()
            .partition(|found| self.forgiven.contains(&found.anomaly));
        report.found = found;
        for found in forgiven {
            self.notes.push(format!(
                "{} × {}, as it may be",
                found.count,
                found.anomaly.name()
            ));
        }
        for outage in report.figures.outages.iter().filter(|outage| !outage.healed) {
            self.wrong.push(format!(
                "after {} of {} not every partition took records again",
                outage.fault, outage.target
            ));
        }
        if self.cluster.store.is_some() {
            let compared = report.figures.batches_compared;
            self.notes
                .push(format!("{compared} batches compared with what disks held"));
            if compared == 0 {
                self.wrong.push("no batch was compared".to_owned());
            }
        }
        if report.figures.acknowledged == 0 {
            self.wrong.push("nothing was ever acknowledged".to_owned());
        }
        if let Some(dead) = self.cluster.dead() {
            self.wrong.push(dead);
        }
        let cries: Vec<String> = self.cluster.nodes.iter().flat_map(|node| node.cries()).collect();
        self.wrong.extend(cries);
        Ok(Outcome {
            wrong: std::mem::take(&mut self.wrong),
            notes: std::mem::take(&mut self.notes),
            report,
        })
    }

    /// Waits.
    pub fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }

    /// A fault begins.
    pub fn begin(&self, name: &str, target: &str) {
        self.history.fault(name, target, Phase::Begin);
    }

    /// A fault ends.
    pub fn end(&self, name: &str, target: &str) {
        self.history.fault(name, target, Phase::End);
    }

    /// Something that the table shows.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Something that must be so.
    pub fn require(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(what());
        }
    }

    /// Anomalies that what is done here explains; they are counted and not held against the cluster.
    pub fn forgive(&mut self, anomalies: &[Anomaly]) {
        self.forgiven.extend_from_slice(anomalies);
    }

    /// The history, to write what a test itself does and sees.
    pub fn history(&self) -> Arc<History> {
        Arc::clone(&self.history)
    }

    /// The leader of a partition of the topic that matters, chosen by the seed.
    pub fn some_leader(&mut self) -> Result<i32, LabError> {
        let partition = self
            .random
            .below(usize::try_from(self.plan.partitions).unwrap_or(1));
        self.cluster.leader(DURABLE, partition)
    }

    /// Waits until every replica of the topic that matters is in sync again; a test fails if it takes too long.
    pub fn wait_in_sync(&mut self, within: Duration) {
        let copies = usize::try_from(self.cluster.size().min(3)).unwrap_or(1);
        match self.cluster.wait_in_sync(DURABLE, copies, within) {
            Ok(time) => self
                .notes
                .push(format!("in sync after {:.1} s", time.as_secs_f64())),
            Err(error) => self.wrong.push(error.to_string()),
        }
    }

    /// Tries until it works or the time is over; answers how long it took.
    pub fn eventually<T>(
        &mut self,
        what: &str,
        within: Duration,
        mut attempt: impl FnMut(&mut Cluster) -> Result<T, LabError>,
    ) -> Result<(T, Duration), LabError> {
        let began = Instant::now();
        loop {
            match attempt(&mut self.cluster) {
                Ok(done) => return Ok((done, began.elapsed())),
                Err(LabError::Missing(why)) => return Err(LabError::Missing(why)),
                Err(error) if began.elapsed() > within => {
                    return Err(LabError::Unusable(format!(
                        "{what} not within {} s: {error}",
                        within.as_secs()
                    )));
                }
                Err(_) => self.cluster.admin.hang_up(),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
