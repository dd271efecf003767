//! Reading as a member of a group: what was shown is committed, and nothing else.
//!
//! Invariant: an offset is committed only for a partition that is ours in the generation in which it was shown, so
//! that a record is shown at least once and, without a crash, by one member only.

use std::collections::BTreeMap;
use std::time::Duration;

use broker_client::{Client, CommittedOffset, Membership, MembershipOptions, Standing};
use broker_model::{LeaderEpoch, Offset, TopicPartition};
use tokio::time::Instant;

use super::ConsumeArgs;
use super::reading::Reading;
use crate::error::CliError;
use crate::interrupt::interrupted;

/// How often is committed, as Kafka's consumer does.
const COMMIT_INTERVAL: Duration = Duration::from_secs(5);
/// How often the reasons to stop are looked at while nothing comes.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Reads until there is a reason to stop; then commits and leaves.
pub(crate) async fn read(
    client: Client,
    args: &ConsumeArgs,
    group: &str,
    reading: Reading,
) -> Result<(), CliError> {
    for topic in &args.topics {
        client.topic(topic).await?;
    }
    let options = MembershipOptions::new(group, &args.topics);
    let mut member = Member {
        membership: Membership::new(client.clone(), options),
        client,
        args,
        group,
        reading,
        standing: Standing::Lost,
    };
    let outcome = tokio::select! {
        outcome = member.until_stop() => outcome,
        () = interrupted() => Ok(()),
    };
    let committed = member.commit().await;
    // If the coordinator is gone, so are we.
    let left = member.membership.leave().await;
    outcome.and(committed).and(left.map_err(CliError::from))
}

struct Member<'a> {
    client: Client,
    args: &'a ConsumeArgs,
    group: &'a str,
    reading: Reading,
    membership: Membership,
    standing: Standing,
}

impl Member<'_> {
    async fn until_stop(&mut self) -> Result<(), CliError> {
        let beat_interval = self.membership.options().heartbeat_interval;
        let mut next_beat = Instant::now();
        let mut next_commit = Instant::now() + COMMIT_INTERVAL;
        loop {
            if self.standing != Standing::Member {
                self.join().await?;
                next_beat = Instant::now() + beat_interval;
            }
            if self.reading.is_over() {
                return Ok(());
            }
            let wake = next_beat.min(next_commit).min(Instant::now() + LOOK_AGAIN);
            self.reading.step(wake).await?;
            if Instant::now() >= next_commit {
                self.commit().await?;
                next_commit = Instant::now() + COMMIT_INTERVAL;
            }
            if Instant::now() >= next_beat && self.standing == Standing::Member {
                self.standing = self.membership.heartbeat().await?;
                next_beat = Instant::now() + beat_interval;
            }
        }
    }

    /// Commits while what we have is still ours, then takes what the group gives.
    async fn join(&mut self) -> Result<(), CliError> {
        if self.standing == Standing::Rebalancing {
            self.commit().await?;
        }
        self.reading.assign(BTreeMap::new(), None);
        let assigned = self.membership.join().await?;
        let begin = self.begin(&assigned).await?;
        let end = self.args.end(&self.client, &assigned).await?;
        self.reading.assign(begin, end);
        self.standing = Standing::Member;
        Ok(())
    }

    /// Where the group has come to; where it has no offset, what `--from` says.
    async fn begin(&self, assigned: &[TopicPartition]) -> Result<BTreeMap<TopicPartition, Offset>, CliError> {
        let committed = self.client.committed_offsets(self.group).await?;
        let mut begin: BTreeMap<TopicPartition, Offset> = committed
            .into_iter()
            .map(|committed| (committed.partition, committed.offset))
            .filter(|(key, _)| assigned.contains(key))
            .collect();
        let new: Vec<TopicPartition> = assigned
            .iter()
            .filter(|key| !begin.contains_key(*key))
            .cloned()
            .collect();
        begin.extend(self.args.from.resolve(&self.client, &new).await?);
        Ok(begin)
    }

    /// Commits what was shown; if the group has moved on without us, what was shown is somebody else's to commit.
    async fn commit(&mut self) -> Result<(), CliError> {
        let shown = self.reading.take_shown();
        if shown.is_empty() || self.standing == Standing::Lost {
            return Ok(());
        }
        let offset = |(partition, offset)| CommittedOffset {
            partition,
            offset,
            leader_epoch: LeaderEpoch::NONE,
            metadata: String::new(),
        };
        let offsets: Vec<CommittedOffset> = shown.into_iter().map(offset).collect();
        let committer = self.membership.committer();
        match self.client.commit_offsets(self.group, &committer, &offsets).await {
            Ok(()) => Ok(()),
            Err(error) => match Standing::of(&error) {
                Some(standing) => {
                    self.standing = standing;
                    Ok(())
                }
                None => Err(error.into()),
            },
        }
    }
}
