//! Reads on and shows what comes until a reason to stop.
//!
//! State: the fetcher's positions, and for each partition the offset after the last record that was shown.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

use broker_client::{Client, FetchOptions, FetchedPartition, FetchedRecords, Fetcher, OffsetSpec};
use broker_model::{IsolationLevel, Offset, TopicPartition};
use broker_protocol::ErrorCode;
use tokio::time::Instant;

use super::render::Renderer;
use super::start::listed;
use crate::error::CliError;
use crate::output::write_out;
use crate::progress::Progress;

/// How often the reasons to stop are looked at while nothing comes.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Reasons to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    /// Records that are still shown.
    pub(crate) remaining: Option<u64>,
    /// How long nothing may come.
    pub(crate) idle: Option<Duration>,
    /// Where each partition ended at the start.
    pub(crate) end: Option<BTreeMap<TopicPartition, Offset>>,
}

/// Records on their way to the standard output.
#[derive(Debug)]
pub(crate) struct Reading {
    client: Client,
    fetcher: Fetcher,
    renderer: Renderer,
    stop: Stop,
    shown: BTreeMap<TopicPartition, Offset>,
    last_came: Instant,
    progress: Progress,
}

impl Reading {
    /// Reads nothing yet: see [`Self::assign`].
    pub(crate) fn new(client: Client, renderer: Renderer, isolation: IsolationLevel, stop: Stop) -> Self {
        let options = FetchOptions {
            isolation,
            ..FetchOptions::default()
        };
        // On a terminal the records themselves show how far we are.
        let progress = match std::io::stdout().is_terminal() {
            true => Progress::hidden(),
            false => Progress::new(stop.remaining, "records"),
        };
        Self {
            fetcher: Fetcher::new(client.clone(), options, BTreeMap::new()),
            progress,
            client,
            renderer,
            stop,
            shown: BTreeMap::new(),
            last_came: Instant::now(),
        }
    }

    /// Reads these partitions from now on, and no others; until these ends, if there are any.
    pub(crate) fn assign(
        &mut self,
        begin: BTreeMap<TopicPartition, Offset>,
        end: Option<BTreeMap<TopicPartition, Offset>>,
    ) {
        self.fetcher.assign(begin);
        self.shown.clear();
        self.stop.end = end;
        self.last_came = Instant::now();
    }

    /// Where each partition goes on after what was shown since this was last asked.
    pub(crate) fn take_shown(&mut self) -> BTreeMap<TopicPartition, Offset> {
        std::mem::take(&mut self.shown)
    }

    /// Shows what comes until there is a reason to stop.
    ///
    /// # Errors
    /// The cluster gives no more, or the output takes no more.
    pub(crate) async fn until_stop(&mut self) -> Result<(), CliError> {
        while !self.is_over() {
            self.step(Instant::now() + LOOK_AGAIN).await?;
        }
        Ok(())
    }

    /// Shows what comes next, at most until the given moment.
    ///
    /// # Errors
    /// As [`Self::until_stop`].
    pub(crate) async fn step(&mut self, until: Instant) -> Result<(), CliError> {
        for fetched in self.fetcher.next(until).await? {
            self.last_came = Instant::now();
            self.take_in(fetched).await?;
        }
        Ok(())
    }

    /// Whether there is a reason to stop.
    pub(crate) fn is_over(&self) -> bool {
        let enough = self.stop.remaining == Some(0);
        let idle = self
            .stop
            .idle
            .is_some_and(|idle| self.last_came.elapsed() >= idle);
        let at_end = self.stop.end.as_ref().is_some_and(|end| {
            let positions = self.fetcher.positions();
            end.iter()
                .all(|(key, end)| positions.get(key).is_none_or(|at| at >= end))
        });
        enough || idle || at_end
    }

    async fn take_in(&mut self, fetched: FetchedPartition) -> Result<(), CliError> {
        match fetched.outcome {
            Ok(records) => self.show(&fetched.partition, &records),
            Err(error) if error.code() == Some(ErrorCode::OffsetOutOfRange) => {
                self.go_where_the_log_is(&fetched.partition).await
            }
            Err(error) => Err(error.into()),
        }
    }

    fn show(&mut self, partition: &TopicPartition, records: &FetchedRecords) -> Result<(), CliError> {
        let (mut out, mut count) = (Vec::new(), 0);
        let mut next = records.next_offset()?;
        for record in records.records()? {
            if self.stop.remaining == Some(0) {
                next = record.offset;
                break;
            }
            self.renderer.render(partition, &record, &mut out)?;
            count += 1;
            if let Some(remaining) = &mut self.stop.remaining {
                *remaining -= 1;
            }
        }
        write_out(&out)?;
        self.progress.advance(count);
        self.shown.insert(partition.clone(), next);
        Ok(())
    }

    /// The log begins later or ends earlier than the position: says so and goes on at its nearer end.
    async fn go_where_the_log_is(&mut self, partition: &TopicPartition) -> Result<(), CliError> {
        let keys = [partition.clone()];
        let first = listed(&self.client, &keys, OffsetSpec::Earliest).await?;
        let last = listed(&self.client, &keys, OffsetSpec::Latest).await?;
        let (Some(first), Some(last)) = (first.get(partition), last.get(partition)) else {
            return Ok(());
        };
        let position = self.fetcher.positions().get(partition).copied();
        let position = position.unwrap_or(Offset::ZERO);
        let target = position.clamp(*first, *last);
        eprintln!("{partition} has no offset {position}: it holds {first} to {last}; going on at {target}");
        self.fetcher.seek(partition, target);
        self.shown.insert(partition.clone(), target);
        Ok(())
    }
}
