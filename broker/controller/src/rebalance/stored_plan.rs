//! The plan in the metadata log: configurations of a resource that no client can name.
//!
//! They stand under the topic `eddyline/rebalance`, which cannot exist because of its slash; so they are in every
//! snapshot and on every controller, Kafka's tools print them, no request reaches them, and no record type is ours
//! (ADR 11 says what else was weighed). `state` says what was agreed on, `plan.0000` and so on hold the
//! movements, cut into values that Kafka's strings can hold, and `spread` names the brokers that replicas were spread
//! to, which outlives the plan. The text carries a version; what cannot be read is an
//! error and never guessed at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use broker_metadata::messages::ConfigRecord;
use broker_metadata::{ConfigResource, ConfigResourceType, MetadataImage, MetadataRecord};
use broker_model::{BrokerId, PartitionIndex, Timestamp, TopicId, Uuid};
use thiserror::Error;

use super::{MOVEMENTS_MAX, Rebalance, RebalanceLimits};
use crate::balancer::Movement;

const RESOURCE: &str = "eddyline/rebalance";
const STATE: &str = "state";
const SPREAD: &str = "spread";
const VERSION: &str = "v1";
/// Kafka's strings end at 32,767 bytes.
const CHUNK_BYTES: usize = 30_000;

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RebalanceStatus {
    /// It is being executed.
    Running,
    /// Nothing is left to do.
    Finished,
    /// It was ended before.
    Cancelled,
}

impl RebalanceStatus {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Running, "running"),
        (Self::Finished, "finished"),
        (Self::Cancelled, "cancelled"),
    ];

    /// Its name in the log and for humans.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(status, _)| *status == self)
            .map_or("", |(_, name)| name)
    }
}

/// One partition of a plan that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMovement {
    /// Its topic.
    pub topic: TopicId,
    /// Its number.
    pub partition: PartitionIndex,
    /// Its replicas when the plan was made.
    pub from: Vec<BrokerId>,
    /// Its replicas afterwards.
    pub to: Vec<BrokerId>,
    /// Bytes that are copied.
    pub bytes: u64,
}

/// What stands in the log is no plan.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the plan in the metadata log cannot be read: {name} has '{text}'")]
pub struct StoredPlanError {
    /// The configuration.
    pub name: String,
    /// The part that cannot be read.
    pub text: String,
}

impl StoredMovement {
    pub(super) fn of(movement: &Movement) -> Self {
        Self {
            topic: movement.topic_id,
            partition: movement.partition,
            from: movement.from.clone(),
            to: movement.to.clone(),
            bytes: movement.bytes,
        }
    }

    fn text(&self) -> String {
        let Self {
            topic,
            partition,
            bytes,
            ..
        } = self;
        let (from, to) = (joined(&self.from), joined(&self.to));
        format!("{} {partition} {from} {to} {bytes}", topic.uuid())
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let movement = Self {
            topic: TopicId::new(parts.next()?.parse::<Uuid>().ok()?),
            partition: PartitionIndex::new(parts.next()?.parse().ok().filter(|index| *index >= 0)?),
            from: split(parts.next()?)?,
            to: split(parts.next()?)?,
            bytes: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(movement)
    }
}

fn joined(ids: &[BrokerId]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| id.value().to_string()).collect();
    ids.join(",")
}

fn split(text: &str) -> Option<Vec<BrokerId>> {
    let id = |part: &str| Some(BrokerId::new(part.parse().ok().filter(|id| *id >= 0)?));
    text.split(',').map(id).collect()
}

pub(super) fn resource() -> ConfigResource {
    ConfigResource::topic(RESOURCE)
}

fn record(name: &str, value: Option<&str>) -> MetadataRecord {
    let record = ConfigRecord {
        resource_type: ConfigResourceType::Topic.code(),
        resource_name: RESOURCE.into(),
        name: name.into(),
        value: value.map(Into::into),
        unknown_tagged_fields: Vec::new(),
    };
    record.into()
}

/// What was agreed on.
pub(super) fn state_record(rebalance: &Rebalance) -> MetadataRecord {
    let rate = rebalance.limits.bytes_per_second;
    let rate = rate.map_or_else(|| "none".to_owned(), |rate| rate.to_string());
    let text = format!(
        "{VERSION} {} {} {} {rate} {} {} {}",
        rebalance.id,
        rebalance.status.name(),
        rebalance.limits.replicas_per_broker,
        rebalance.started.as_ms(),
        rebalance.planned,
        rebalance.planned_bytes,
    );
    record(STATE, Some(&text))
}

/// The records that replace what stands in the log by this.
pub(super) fn plan_records(image: &MetadataImage, rebalance: &Rebalance) -> Vec<MetadataRecord> {
    let mut chunks: Vec<String> = Vec::new();
    for movement in &rebalance.movements {
        let text = movement.text();
        match chunks.last_mut() {
            Some(last) if last.len() + text.len() < CHUNK_BYTES => {
                last.push(';');
                last.push_str(&text);
            }
            _ => chunks.push(text),
        }
    }
    let mut records = vec![state_record(rebalance)];
    let named: BTreeMap<_, _> = (0..).map(chunk_name).zip(chunks).collect();
    records.extend(named.iter().map(|(name, text)| record(name, Some(text))));
    let old = image
        .configs
        .of(&resource())
        .into_iter()
        .flat_map(|old| old.keys());
    let obsolete = old.filter(|name| !is_lasting(name) && !named.contains_key(&***name));
    records.extend(obsolete.map(|name| record(name, None)));
    records
}

/// Whether a configuration stays when a plan is replaced.
fn is_lasting(name: &str) -> bool {
    name == STATE || name == SPREAD
}

/// Brokers for which somebody asked that replicas be spread to them, whether some moved or not, until they are
/// unregistered. A value that cannot be read counts as nobody: the worst is that a spread is asked for once more.
pub fn spread_brokers(image: &MetadataImage) -> BTreeSet<BrokerId> {
    let stored = image.configs.value(&resource(), SPREAD);
    let ids = stored.and_then(|text| split(text)).unwrap_or_default();
    ids.into_iter().collect()
}

/// The record that says to which brokers replicas were spread.
pub(super) fn spread_record(brokers: &BTreeSet<BrokerId>) -> MetadataRecord {
    let ids: Vec<_> = brokers.iter().copied().collect();
    let text = (!ids.is_empty()).then(|| joined(&ids));
    record(SPREAD, text.as_deref())
}

fn chunk_name(number: usize) -> String {
    format!("plan.{number:04}")
}

/// The plan that stands in the log, without its movements.
pub(super) fn outline(image: &MetadataImage) -> Result<Option<Rebalance>, StoredPlanError> {
    let Some(configs) = image.configs.of(&resource()) else {
        return Ok(None);
    };
    if configs.keys().all(|name| &**name == SPREAD) {
        return Ok(None);
    }
    let state = configs.get(STATE).map_or("", |text| text);
    parse_state(state)
        .map(Some)
        .ok_or_else(|| unreadable(STATE, state))
}

/// The plan that stands in the log.
pub(super) fn stored(image: &MetadataImage) -> Result<Option<Rebalance>, StoredPlanError> {
    let (Some(mut rebalance), Some(configs)) = (outline(image)?, image.configs.of(&resource())) else {
        return Ok(None);
    };
    for (name, text) in configs.iter().filter(|(name, _)| !is_lasting(name)) {
        add_movements(&mut rebalance.movements, name, text)?;
    }
    let is_whole = match rebalance.status {
        RebalanceStatus::Running => rebalance.movements.len() == rebalance.planned,
        RebalanceStatus::Finished | RebalanceStatus::Cancelled => rebalance.movements.is_empty(),
    };
    match is_whole {
        true => Ok(Some(rebalance)),
        false => Err(unreadable(STATE, configs.get(STATE).map_or("", |text| text))),
    }
}

fn add_movements(
    movements: &mut Vec<StoredMovement>,
    name: &Arc<str>,
    text: &str,
) -> Result<(), StoredPlanError> {
    for part in text.split(';') {
        let movement = StoredMovement::parse(part).filter(|_| movements.len() < MOVEMENTS_MAX);
        movements.push(movement.ok_or_else(|| unreadable(name, part))?);
    }
    Ok(())
}

/// The throttle of a plan that runs.
pub(super) fn throttle(image: &MetadataImage) -> Option<u64> {
    let state = image.configs.value(&resource(), STATE)?;
    let rebalance = parse_state(state)?;
    rebalance
        .limits
        .bytes_per_second
        .filter(|_| rebalance.is_running())
}

fn parse_state(text: &str) -> Option<Rebalance> {
    let mut parts = text.split(' ');
    let _version = parts.next().filter(|version| *version == VERSION)?;
    let id = parts.next()?.parse().ok()?;
    let status = parts.next()?;
    let (status, _) = RebalanceStatus::ALL.iter().find(|(_, name)| *name == status)?;
    let replicas_per_broker = parts.next()?.parse().ok()?;
    let bytes_per_second = match parts.next()? {
        "none" => None,
        rate => Some(rate.parse().ok()?),
    };
    let rebalance = Rebalance {
        id,
        status: *status,
        limits: RebalanceLimits {
            replicas_per_broker,
            bytes_per_second,
        },
        started: Timestamp::from_ms(parts.next()?.parse().ok()?),
        planned: parts.next()?.parse().ok()?,
        planned_bytes: parts.next()?.parse().ok()?,
        movements: Vec::new(),
    };
    parts.next().is_none().then_some(rebalance)
}

fn unreadable(name: &str, text: &str) -> StoredPlanError {
    StoredPlanError {
        name: name.to_owned(),
        text: text.chars().take(100).collect(),
    }
}
