//! Fewer nodes, and who votes: what [`crate::leaving`] decides, carried out.
//!
//! Owns nothing. Invariant: what a node keeps is removed only when the node was drained and has no vote.

use broker_client::{Client, ClientError};
use broker_model::BrokerId;
use tokio::time::{Instant, sleep};

use super::{LOOK, Laptop, READY_MAX};
use crate::admin::Admin;
use crate::error::LaptopError;
use crate::leaving::{self, Leaving, Voters};
use crate::steps::Step;

impl Laptop {
    /// Why the nodes that these steps take away cannot go, if they cannot.
    pub(super) async fn obstacle(&self, steps: &[Step]) -> Option<String> {
        let brokers = steps.iter().find_map(|step| match step {
            Step::Drain(brokers) => Some(brokers),
            _ => None,
        })?;
        match Admin::of(&self.places).standing().await {
            Ok(standing) => leaving::obstacle(&standing, brokers),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Until exactly those vote who should.
    pub(super) async fn align_voters(&mut self) -> Result<(), LaptopError> {
        let wanted = self.applied.voters.clone();
        let directories = self.places.directories(&wanted)?;
        let admin = Admin::of(&self.places);
        let output = self.settings.output;
        let mut waiting = Waiting::new("the controllers that should vote do not");
        loop {
            let next = match admin.quorum().await {
                Ok(quorum) => leaving::voters(&quorum, &wanted, &directories),
                Err(error) => {
                    waiting.failed(&error);
                    Voters::Wait
                }
            };
            match next {
                Voters::AsWanted => return Ok(()),
                Voters::Wait => {}
                Voters::Add { id, directory } => {
                    let port = self.places.of(id).and_then(|place| place.controller);
                    let added = admin.add_voter(id, &directory, port.unwrap_or_default()).await;
                    if waiting.succeeded(added) {
                        output.say(&format!("node {id}"), "votes")?;
                    }
                }
                Voters::Remove { id, directory } => {
                    if waiting.succeeded(admin.remove_voter(id, &directory).await) {
                        output.say(&format!("node {id}"), "votes no more")?;
                    }
                }
            }
            self.look_again(&waiting).await?;
        }
    }

    /// Until these brokers hold nothing, however long it takes as long as something moves.
    pub(super) async fn drain(&mut self, brokers: &[i32]) -> Result<(), LaptopError> {
        let admin = Admin::of(&self.places);
        let output = self.settings.output;
        let mut waiting = Waiting::new("the brokers that are to go still hold replicas");
        let mut fewest = u64::MAX;
        loop {
            let left = match admin
                .standing()
                .await
                .map(|standing| leaving::next(&standing, brokers))
            {
                Ok(Leaving::Empty) => return Ok(()),
                Ok(Leaving::Drain(left)) => {
                    let drained = admin.drain(brokers, self.applied.of_topics.throttle).await;
                    waiting.succeeded(drained);
                    left
                }
                Ok(Leaving::Wait(left)) => {
                    waiting.until = Instant::now() + READY_MAX;
                    left
                }
                Err(error) => {
                    waiting.failed(&error);
                    fewest
                }
            };
            if left < fewest {
                fewest = left;
                output.say(&format!("brokers {brokers:?}"), &format!("{left} replicas left"))?;
            }
            self.look_again(&waiting).await?;
        }
    }

    /// Stops a node that was drained and has no vote, and removes its folder.
    pub(super) async fn take_away(&mut self, id: i32, client: Option<Client>) -> Result<Client, LaptopError> {
        if let Some(client) = &client {
            self.all_whole(client).await?;
        }
        self.settings
            .output
            .say(&format!("node {id}"), "taken away, and its folder removed")?;
        self.nodes.stop(id).await?;
        let was_broker = self
            .places
            .of(id)
            .is_some_and(|place| place.replication.is_some());
        self.places.remove(id)?;
        let client = self.all_serve().await?;
        if was_broker {
            let gone = BrokerId::new(id);
            self.until("its registration stays", async || {
                client.unregister_broker(gone).await
            })
            .await?;
        }
        Ok(client)
    }

    async fn until(
        &mut self,
        what: &'static str,
        ask: impl AsyncFn() -> Result<(), ClientError>,
    ) -> Result<(), LaptopError> {
        let mut waiting = Waiting::new(what);
        while !waiting.succeeded(ask().await.map_err(LaptopError::from)) {
            self.look_again(&waiting).await?;
        }
        Ok(())
    }

    async fn look_again(&mut self, waiting: &Waiting) -> Result<(), LaptopError> {
        self.nodes.none_ended(&self.places)?;
        self.in_time(waiting.until, &format!("{}{}", waiting.what, waiting.told))?;
        sleep(LOOK).await;
        Ok(())
    }
}

/// For something that is asked until it is so.
struct Waiting {
    what: &'static str,
    told: String,
    until: Instant,
}

impl Waiting {
    fn new(what: &'static str) -> Self {
        Self {
            what,
            told: String::new(),
            until: Instant::now() + READY_MAX,
        }
    }

    fn failed(&mut self, error: &LaptopError) {
        self.told = format!(" ({error})");
    }

    /// Whether it did; what was told else is kept for the end.
    fn succeeded(&mut self, outcome: Result<(), LaptopError>) -> bool {
        match outcome {
            Ok(()) => true,
            Err(error) => {
                self.failed(&error);
                false
            }
        }
    }
}
