//! From a file to a cluster that follows it: read, start, apply, and again whenever the file was saved.
//!
//! Owns the loop and what was applied last. Invariant: a file that is refused leaves everything as it was, and is told
//! once.

mod resize;

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use broker_client::Client;
use tokio::time::{Instant, sleep};

use crate::cluster;
use crate::error::LaptopError;
use crate::node_process::last_words;
use crate::nodes::Nodes;
use crate::objects::{self, Objects};
use crate::places::{Place, Places};
use crate::steps::{self, Step};
use crate::told::{Output, Ready};
use crate::topics::Topics;
use crate::wanted::{self, Wanted};

/// How often is looked whether the file was saved or a node ended.
const LOOK: Duration = Duration::from_millis(250);
/// How often topics are compared with their objects, and how soon again while they differ.
const KEEP_EVERY: Duration = Duration::from_secs(5);
const KEEP_SOON: Duration = Duration::from_secs(1);
/// How long nodes may take until all of them serve, and a restarted one until it has caught up.
const READY_MAX: Duration = Duration::from_secs(90);

/// What to run, and where.
#[derive(Debug)]
pub struct LaptopSettings {
    /// The file with the objects.
    pub file: PathBuf,
    /// The folder for the nodes.
    pub data: PathBuf,
    /// That folder for people, and what becomes of it.
    pub data_told: String,
    /// Port of the first broker's first listener.
    pub port: Option<u16>,
    /// How it is told.
    pub output: Output,
    /// The binary of the nodes.
    pub program: PathBuf,
    /// Id of a new cluster, unless the object names one.
    pub cluster_id: String,
}

/// Runs the objects of a file until `stop` ends.
///
/// # Errors
/// The file cannot be run as it is at the beginning, or a node does not start or ends by itself. What is wrong with the
/// file later is told, and the cluster goes on as it was.
pub async fn run(
    settings: LaptopSettings,
    stop: impl Future<Output = io::Result<()>>,
) -> Result<(), LaptopError> {
    let mut laptop = Laptop::prepare(settings)?;
    let outcome = tokio::select! {
        outcome = laptop.serve() => outcome,
        outcome = stop => outcome.map_err(LaptopError::from),
    };
    laptop.nodes.stop_all().await?;
    outcome
}

#[derive(Debug)]
struct Laptop {
    settings: LaptopSettings,
    begun: Instant,
    text: String,
    applied: Wanted,
    places: Places,
    nodes: Nodes,
    topics: Topics,
}

fn read(text: &str, settings: &LaptopSettings) -> Result<(Objects, Wanted), LaptopError> {
    let wrong = |message| LaptopError::Objects {
        path: settings.file.clone(),
        message,
    };
    let objects = objects::read(text).map_err(wrong)?;
    let wanted = wanted::of(&objects.cluster).map_err(wrong)?;
    Ok((objects, wanted))
}

impl Laptop {
    fn prepare(settings: LaptopSettings) -> Result<Self, LaptopError> {
        let text = std::fs::read_to_string(&settings.file).map_err(|source| LaptopError::File {
            path: settings.file.clone(),
            source,
        })?;
        let (objects, wanted) = read(&text, &settings)?;
        let new_id = wanted
            .cluster_id
            .clone()
            .unwrap_or_else(|| settings.cluster_id.clone());
        let mut places = Places::open(&settings.data, &wanted, new_id)?;
        let has_more = places.all().find(|place| !wanted.nodes.contains_key(&place.id));
        if let Some(Place { id, .. }) = has_more {
            return Err(LaptopError::Objects {
                path: settings.file,
                message: format!(
                    "{} has a node {id}, which the file has not: nodes are taken away while they run, or give another --data",
                    settings.data_told
                ),
            });
        }
        places.complete(&wanted, settings.port)?;
        for left_out in &objects.left_out {
            settings.output.warn(
                left_out,
                "left out: only a KafkaCluster and its Topics are run here",
            )?;
        }
        let mut topics = Topics::default();
        topics.replace(objects.topics);
        Ok(Self {
            nodes: Nodes::new(settings.program.clone()),
            begun: Instant::now(),
            settings,
            text,
            applied: wanted,
            places,
            topics,
        })
    }

    async fn serve(&mut self) -> Result<(), LaptopError> {
        let mut client = match self.applied.is_hibernated {
            true => None,
            false => Some(self.start_all().await?),
        };
        self.tell_ready()?;
        let mut keep_at = Instant::now();
        loop {
            self.nodes.none_ended(&self.places)?;
            if let Some(text) = self.saved() {
                client = self.apply(text, client).await?;
                keep_at = Instant::now();
            }
            if let Some(client) = &client
                && keep_at <= Instant::now()
            {
                let all_done = self
                    .topics
                    .keep(client, &self.applied, self.settings.output)
                    .await?;
                let pause = match all_done {
                    true => KEEP_EVERY,
                    false => KEEP_SOON,
                };
                keep_at = Instant::now() + pause;
            }
            sleep(LOOK).await;
        }
    }

    fn tell_ready(&self) -> io::Result<()> {
        let places: Vec<&Place> = self.places.all().collect();
        self.settings.output.ready(Ready {
            after: self.begun.elapsed(),
            cluster: &self.applied.name,
            bootstrap: &self.places.bootstrap(),
            data: &self.settings.data_told,
            file: &self.settings.file.display().to_string(),
            places: &places,
        })
    }

    /// The file's text, if it is another than the one that was looked at last. An editor may be about to write it.
    fn saved(&mut self) -> Option<String> {
        let text = std::fs::read_to_string(&self.settings.file).ok()?;
        if text == self.text || text.trim().is_empty() {
            return None;
        }
        self.text.clone_from(&text);
        Some(text)
    }

    async fn start_all(&mut self) -> Result<Client, LaptopError> {
        let ids: Vec<i32> = self.applied.nodes.keys().copied().collect();
        for id in ids {
            self.nodes.start(&self.places, &self.applied, id)?;
        }
        let client = self.all_serve().await?;
        self.align_voters().await?;
        cluster::configure(&client, &self.applied).await?;
        Ok(client)
    }

    /// Applies a file that was saved; one that is refused is told, and nothing changes.
    async fn apply(&mut self, text: String, client: Option<Client>) -> Result<Option<Client>, LaptopError> {
        let output = self.settings.output;
        let file = self.settings.file.display().to_string();
        let read = read(&text, &self.settings);
        let planned = read.and_then(|(objects, wanted)| {
            let steps = steps::between(&self.applied, &wanted).map_err(|message| LaptopError::Objects {
                path: self.settings.file.clone(),
                message,
            })?;
            Ok((objects, wanted, steps))
        });
        let (objects, wanted, steps) = match planned {
            Ok(planned) => planned,
            Err(error) => {
                output.warn("refused", &error.to_string())?;
                return Ok(client);
            }
        };
        if let Some(obstacle) = self.obstacle(&steps).await {
            output.warn("refused", &obstacle)?;
            return Ok(client);
        }
        self.topics.replace(objects.topics);
        if wanted.is_paused {
            output.say(&file, "the cluster is paused: its nodes stay as they are")?;
            return Ok(client);
        }
        self.places.complete(&wanted, None)?;
        self.applied = wanted;
        let mut client = client;
        for step in steps {
            client = self.carry_out(step, client).await?;
        }
        if let Some(client) = &client {
            match cluster::configure(client, &self.applied).await {
                Ok(0) => {}
                Ok(changed) => {
                    output.say(&self.applied.name, &format!("{changed} configurations changed"))?
                }
                Err(error) => output.warn(&self.applied.name, &error.to_string())?,
            }
        }
        output.say(&file, "applied")?;
        Ok(client)
    }

    async fn carry_out(&mut self, step: Step, client: Option<Client>) -> Result<Option<Client>, LaptopError> {
        let output = self.settings.output;
        match step {
            Step::Add(id) => {
                output.say(&format!("node {id}"), "added")?;
                self.nodes.start(&self.places, &self.applied, id)?;
                self.all_serve().await.map(Some)
            }
            Step::Restart(id) => {
                if let Some(client) = &client {
                    self.all_whole(client).await?;
                }
                output.say(&format!("node {id}"), "restarted for another configuration")?;
                self.nodes.stop(id).await?;
                self.nodes.start(&self.places, &self.applied, id)?;
                self.all_serve().await.map(Some)
            }
            Step::AlignVoters => {
                self.align_voters().await?;
                Ok(client)
            }
            Step::Drain(brokers) => {
                self.drain(&brokers).await?;
                Ok(client)
            }
            Step::TakeAway(id) => self.take_away(id, client).await.map(Some),
            Step::Hibernate => {
                output.say(
                    &self.applied.name,
                    "sleeps: every node is stopped, its folder stays",
                )?;
                self.nodes.stop_all().await?;
                Ok(None)
            }
            Step::Resume => {
                output.say(&self.applied.name, "wakes")?;
                self.start_all().await.map(Some)
            }
        }
    }

    /// Waits until every broker that was started is let in; a client of theirs.
    async fn all_serve(&mut self) -> Result<Client, LaptopError> {
        let deadline = Instant::now() + READY_MAX;
        let started = self
            .applied
            .nodes
            .iter()
            .filter(|(id, _)| self.nodes.is_started(**id));
        let brokers: Vec<i32> = started
            .filter(|(_, node)| node.is_broker())
            .map(|(id, _)| *id)
            .collect();
        loop {
            self.nodes.none_ended(&self.places)?;
            if let Ok(client) = cluster::connect(&self.places.bootstrap()).await
                && cluster::serve(&client, &brokers).await.unwrap_or(false)
            {
                return Ok(client);
            }
            self.in_time(deadline, "the brokers are not all in service")?;
            sleep(LOOK / 10).await;
        }
    }

    /// Waits until no partition waits for a replica.
    async fn all_whole(&mut self, client: &Client) -> Result<(), LaptopError> {
        let deadline = Instant::now() + READY_MAX;
        while !cluster::is_whole(client).await.unwrap_or(false) {
            self.nodes.none_ended(&self.places)?;
            self.in_time(
                deadline,
                "partitions wait for their replicas, so that no node is restarted",
            )?;
            sleep(LOOK / 10).await;
        }
        Ok(())
    }

    fn in_time(&self, deadline: Instant, what: &str) -> Result<(), LaptopError> {
        if Instant::now() <= deadline {
            return Ok(());
        }
        let id = self.applied.nodes.keys().next().copied().unwrap_or_default();
        let message = format!(
            "{what} after {} s; {}",
            READY_MAX.as_secs(),
            last_words(&self.places.output_file(id))
        );
        Err(LaptopError::Node { id, message })
    }
}
