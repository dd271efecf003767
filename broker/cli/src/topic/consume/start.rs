//! Where reading begins: what `--from` says, and which offsets that means.

use std::collections::BTreeMap;
use std::str::FromStr;

use broker_client::{Client, OffsetSpec};
use broker_model::{Offset, Timestamp, TopicPartition};

use crate::clock;
use crate::datetime::parse_datetime;
use crate::duration::parse_duration;
use crate::error::CliError;

/// Where reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// At the first record that the log still has.
    Beginning,
    /// After the last record: only what comes from now on.
    End,
    /// At this offset.
    At(Offset),
    /// So many records before the end of each partition.
    BeforeEnd(i64),
    /// At the first record that is not older.
    Time(Timestamp),
    /// At the first record that is not older than so many milliseconds.
    Ago(i64),
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            format!(
                "{text:?} is no place to begin: write beginning, end, an offset, -N for the last N records, \
                 a moment as 2026-01-31T18:00:00Z, @ and milliseconds since 1970, or a span as 10m for 10 minutes ago"
            )
        };
        match text {
            "beginning" | "earliest" | "start" => return Ok(Self::Beginning),
            "end" | "latest" => return Ok(Self::End),
            _ => {}
        }
        if let Some(ms) = text.strip_prefix('@') {
            let ms = ms.parse().map_err(|_| wrong())?;
            return Ok(Self::Time(Timestamp::from_ms(ms)));
        }
        if let Ok(number) = text.parse::<i64>() {
            return Ok(match number {
                0.. => Self::At(Offset::new(number)),
                _ => Self::BeforeEnd(number.saturating_neg()),
            });
        }
        if let Ok(moment) = parse_datetime(text) {
            return Ok(Self::Time(moment));
        }
        let span = parse_duration(text).map_err(|_| wrong())?;
        Ok(Self::Ago(i64::try_from(span.as_millis()).map_err(|_| wrong())?))
    }
}

impl Start {
    /// The offset to begin at in each of the partitions.
    ///
    /// # Errors
    /// The logs cannot be asked.
    pub(crate) async fn resolve(
        self,
        client: &Client,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, Offset>, CliError> {
        match self {
            Self::Beginning => listed(client, partitions, OffsetSpec::Earliest).await,
            Self::End => listed(client, partitions, OffsetSpec::Latest).await,
            Self::At(offset) => Ok(partitions.iter().map(|key| (key.clone(), offset)).collect()),
            Self::BeforeEnd(count) => {
                let earliest = listed(client, partitions, OffsetSpec::Earliest).await?;
                let latest = listed(client, partitions, OffsetSpec::Latest).await?;
                let begin = |(key, end): (TopicPartition, Offset)| {
                    let first = earliest.get(&key).copied().unwrap_or(Offset::ZERO);
                    (key, end.minus(count).max(first))
                };
                Ok(latest.into_iter().map(begin).collect())
            }
            Self::Time(moment) => at_time(client, partitions, moment).await,
            Self::Ago(ms) => at_time(client, partitions, clock::now().plus_ms(-ms)).await,
        }
    }
}

/// The first record at or after the moment, the end where there is none.
async fn at_time(
    client: &Client,
    partitions: &[TopicPartition],
    moment: Timestamp,
) -> Result<BTreeMap<TopicPartition, Offset>, CliError> {
    let mut found = listed(client, partitions, OffsetSpec::Latest).await?;
    found.extend(listed(client, partitions, OffsetSpec::AtTime(moment)).await?);
    Ok(found)
}

pub(crate) async fn listed(
    client: &Client,
    partitions: &[TopicPartition],
    spec: OffsetSpec,
) -> Result<BTreeMap<TopicPartition, Offset>, CliError> {
    let listed = client.list_same_offset(partitions, spec).await?;
    Ok(listed
        .into_iter()
        .filter_map(|(key, found)| Some((key, found.offset?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_word_an_offset_a_moment_or_a_span() {
        for (text, start) in [
            ("beginning", Start::Beginning),
            ("end", Start::End),
            ("0", Start::At(Offset::ZERO)),
            ("17", Start::At(Offset::new(17))),
            ("-5", Start::BeforeEnd(5)),
            (
                "@1700000000000",
                Start::Time(Timestamp::from_ms(1_700_000_000_000)),
            ),
            ("1970-01-02", Start::Time(Timestamp::from_ms(86_400_000))),
            ("10m", Start::Ago(600_000)),
            ("PT1H", Start::Ago(3_600_000)),
        ] {
            assert_eq!(text.parse(), Ok(start), "{text}");
        }
        assert!("soon".parse::<Start>().unwrap_err().contains("place to begin"));
    }
}
