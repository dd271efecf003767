//! Produce (0): appends records to partitions that are led here (KIP-98, KIP-516, KIP-951).
//!
//! Decides per partition and answers each; one refused partition refuses no other. When a request names a partition
//! twice the last records count and one answer is given, as from Kafka. With acks=0 nothing is answered, and a
//! refusal closes the connection, the only sign that such a producer can see.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use broker_codec::{Records, StringBytes};
use broker_model::{Acks, Now, PartitionIndex, TopicId};
use broker_protocol::ErrorCode;
use broker_protocol::messages::{ProduceRequest, ProduceResponse};
use broker_protocol::produce_request::TopicProduceData;
use broker_protocol::produce_response::{
    BatchIndexAndErrorMessage, LeaderIdAndEpoch, NodeEndpoint, PartitionProduceResponse, TopicProduceResponse,
};
use broker_replication::{LeaderAppendError, ProduceProgress};
use broker_storage::{AppendError, AppendOrigin, LogAppendInfo, ValidationError};
use tokio::time::Instant;

use super::leader_hint;
use crate::broker::Broker;
use crate::dispatch::{Answer, CloseConnection, HandlerResult};
use crate::error_mapping::ToErrorCode;
use crate::network::RequestContext;
use crate::replica_manager::{
    Appended, AwaitingReplicas, LookupError, PartitionHandle, ProduceError, ProduceRecords,
};

/// First version that names topics by id.
const FIRST_BY_ID: i16 = 13;
/// First version that says who leads (KIP-951).
const FIRST_WITH_LEADER: i16 = 10;
/// The client id by which Kafka's own tools may write to internal topics.
const ADMIN_CLIENT: &str = "__admin_client";
const TRANSACTIONAL_BIT: u8 = 0x10;
const ATTRIBUTES_LOW_BYTE: usize = 22;

/// Answers one request.
///
/// # Errors
/// With acks=0, when a partition refuses its records.
pub async fn handle(
    broker: &Arc<Broker>,
    context: &RequestContext,
    request: ProduceRequest,
) -> HandlerResult<ProduceResponse> {
    let produce = Produce {
        broker,
        context,
        now: broker.clock.now(),
        acks: Acks::from_wire(request.acks),
    };
    let is_transactional = request.transactional_id.is_some();
    let mut responses = Vec::with_capacity(request.topic_data.len());
    let mut awaiting = Vec::new();
    for topic in merged(request.topic_data) {
        let place = responses.len();
        let mut note = |partition, records| awaiting.push((place, partition, records));
        responses.push(produce.topic(topic, is_transactional, &mut note));
    }
    if !awaiting.is_empty() {
        let wait = Duration::from_millis(u64::try_from(request.timeout_ms).unwrap_or(0));
        finish_all(&mut responses, awaiting, Instant::now() + wait).await;
        for topic in &mut responses {
            let id = TopicId::new(topic.topic_id);
            for answer in &mut topic.partition_responses {
                produce.name_leader(answer, &topic.name, id);
            }
        }
    }
    if produce.acks == Some(Acks::None) {
        return match responses
            .iter()
            .flat_map(|topic| &topic.partition_responses)
            .any(|answer| answer.error_code != 0)
        {
            true => Err(CloseConnection::Refused(
                "records of a producer with acks=0 were refused",
            )),
            false => Ok(Answer::NoResponse),
        };
    }
    Ok(Answer::Respond(ProduceResponse {
        node_endpoints: endpoints_of_leaders(&responses, broker, context),
        responses,
        ..ProduceResponse::default()
    }))
}

/// Where the leaders listen that the answers name.
fn endpoints_of_leaders(
    responses: &[TopicProduceResponse],
    broker: &Broker,
    context: &RequestContext,
) -> Vec<NodeEndpoint> {
    let answers = responses.iter().flat_map(|topic| &topic.partition_responses);
    let mut leaders = answers
        .map(|answer| answer.current_leader.leader_id)
        .filter(|leader| *leader >= 0)
        .peekable();
    if leaders.peek().is_none() {
        return Vec::new();
    }
    let endpoints = leader_hint::endpoints_of(broker, leaders, context.listener()).into_iter();
    let named = endpoints.map(|(id, (endpoint, rack))| NodeEndpoint {
        node_id: id.value(),
        host: endpoint.host.as_ref().into(),
        port: endpoint.port.into(),
        rack: rack.as_deref().map(StringBytes::from),
        ..NodeEndpoint::default()
    });
    named.collect()
}

/// Waits for the replicas, all records until the same moment, and answers what became of each.
async fn finish_all(
    responses: &mut [TopicProduceResponse],
    awaiting: Vec<(usize, usize, AwaitingReplicas)>,
    deadline: Instant,
) {
    for (topic, partition, records) in awaiting {
        let error = match records.until(deadline).await {
            Ok(ProduceProgress::Acknowledged) => continue,
            Ok(progress) => not_acknowledged(progress),
            Err(error) => error.error_code(),
        };
        let answer = &mut responses[topic].partition_responses[partition];
        *answer = refused(answer.index, error);
    }
}

/// What a producer is told of records that are appended and not on enough replicas.
fn not_acknowledged(progress: ProduceProgress) -> ErrorCode {
    match progress {
        ProduceProgress::Acknowledged => ErrorCode::None,
        ProduceProgress::TooFewInSync => ErrorCode::NotEnoughReplicasAfterAppend,
        ProduceProgress::Waiting => ErrorCode::RequestTimedOut,
    }
}

/// The request's topics, each once, and in each topic every partition once with its last records.
fn merged(topics: Vec<TopicProduceData>) -> Vec<TopicProduceData> {
    let is_plain = |topics: &[TopicProduceData]| {
        topics.len() <= 1 && topics.iter().all(|topic| topic.partition_data.len() <= 1)
    };
    if is_plain(&topics) {
        return topics;
    }
    let mut merged: Vec<TopicProduceData> = Vec::with_capacity(topics.len());
    let mut places: HashMap<(StringBytes, broker_model::Uuid), (usize, HashMap<i32, usize>)> = HashMap::new();
    for mut topic in topics {
        let partitions = std::mem::take(&mut topic.partition_data);
        let key = (topic.name.clone(), topic.topic_id);
        let (place, seen) = places.entry(key).or_insert_with(|| {
            merged.push(topic);
            (merged.len() - 1, HashMap::new())
        });
        let into = &mut merged[*place].partition_data;
        for data in partitions {
            match seen.get(&data.index) {
                Some(at) => into[*at] = data,
                None => {
                    seen.insert(data.index, into.len());
                    into.push(data);
                }
            }
        }
    }
    merged
}

struct Produce<'a> {
    broker: &'a Broker,
    context: &'a RequestContext,
    now: Now,
    acks: Option<Acks>,
}

impl Produce<'_> {
    fn topic(
        &self,
        topic: TopicProduceData,
        is_transactional: bool,
        note: &mut impl FnMut(usize, AwaitingReplicas),
    ) -> TopicProduceResponse {
        let id = TopicId::new(topic.topic_id);
        let is_refused = self.is_refused_internal(&topic.name, id);
        let mut answer = |place: usize, index: i32, records: Option<Records>| {
            if is_refused {
                return refused(index, ErrorCode::InvalidTopicException);
            }
            let handle = self.find(&topic.name, id, index);
            let mut answer = match &handle {
                Err(error) => refused(index, error.error_code()),
                Ok(handle) => {
                    self.partition(handle, records, is_transactional, |records| note(place, records))
                }
            };
            self.name_leader(&mut answer, &topic.name, id);
            answer
        };
        let partitions = topic.partition_data.into_iter().enumerate();
        let partition_responses = partitions
            .map(|(place, data)| answer(place, data.index, data.records))
            .collect();
        TopicProduceResponse {
            name: topic.name,
            topic_id: topic.topic_id,
            partition_responses,
            ..Default::default()
        }
    }

    /// Says who leads, if another broker does.
    fn name_leader(&self, answer: &mut PartitionProduceResponse, name: &StringBytes, id: TopicId) {
        let is_led_elsewhere = answer.error_code == ErrorCode::NotLeaderOrFollower.code();
        if !is_led_elsewhere || self.context.api_version < FIRST_WITH_LEADER {
            return;
        }
        let handle = self.find(name, id, answer.index);
        let image = self.broker.image.load();
        let topic = match self.context.api_version >= FIRST_BY_ID {
            true => image.topics.by_id(id),
            false => image.topics.by_name(name),
        };
        let index = PartitionIndex::new(answer.index);
        let leader = leader_hint::leader_of(self.broker, handle.as_deref(), topic.map(Arc::as_ref), index);
        if let Some((leader, epoch)) = leader {
            answer.current_leader = LeaderIdAndEpoch {
                leader_id: leader.value(),
                leader_epoch: epoch.value(),
                ..LeaderIdAndEpoch::default()
            };
        }
    }

    fn find(&self, name: &StringBytes, id: TopicId, index: i32) -> Result<Arc<PartitionHandle>, LookupError> {
        match self.context.api_version >= FIRST_BY_ID {
            true => self.broker.partition_by_id(id, index),
            false => self.broker.partition_by_name(name, index),
        }
    }

    /// Internal topics take records from their coordinators and from administration alone.
    fn is_refused_internal(&self, name: &StringBytes, id: TopicId) -> bool {
        let by_id = if id.is_zero() {
            None
        } else {
            self.broker.replica_manager.topic_name(id)
        };
        let name = by_id.as_deref().unwrap_or(name);
        broker_metadata::is_internal_topic(name)
            && self.context.client_id.as_deref() != Some(ADMIN_CLIENT)
            && self.broker.image.load().topics.by_name(name).is_some()
    }

    fn partition(
        &self,
        handle: &Arc<PartitionHandle>,
        records: Option<Records>,
        is_transactional: bool,
        note: impl FnOnce(AwaitingReplicas),
    ) -> PartitionProduceResponse {
        let index = handle.id().partition.value();
        let Some(acks) = self.acks else {
            return refused(index, ErrorCode::InvalidRequiredAcks);
        };
        // Kafka leaves a null record set unanswered; an answer is kinder.
        let records = records.unwrap_or_default().to_bytes();
        if records
            .get(ATTRIBUTES_LOW_BYTE)
            .is_some_and(|bits| bits & TRANSACTIONAL_BIT != 0)
        {
            let error = match is_transactional {
                true => ErrorCode::InvalidTxnState,
                false => ErrorCode::TransactionalIdAuthorizationFailed,
            };
            return refused(index, error);
        }
        let request_version = Some(self.context.api_version);
        let produce = ProduceRecords {
            records: &records,
            acks,
            origin: AppendOrigin::Client,
            request_version,
        };
        match self.broker.replica_manager.append(handle, &produce, self.now) {
            Ok(Appended {
                info,
                progress,
                leading_since,
            }) => match progress {
                ProduceProgress::Acknowledged => appended(index, &info),
                ProduceProgress::TooFewInSync => refused(index, not_acknowledged(progress)),
                ProduceProgress::Waiting => {
                    let required = info.last_offset.plus(1);
                    note(AwaitingReplicas::park(handle.clone(), required, leading_since));
                    appended(index, &info)
                }
            },
            Err(error) => {
                tracing::debug!(partition = %handle.id(), %error, "records refused");
                explained(index, handle, &error)
            }
        }
    }
}

fn appended(index: i32, info: &LogAppendInfo) -> PartitionProduceResponse {
    PartitionProduceResponse {
        index,
        base_offset: info.first_offset.value(),
        log_append_time_ms: info.log_append_time.as_ms(),
        log_start_offset: info.log_start.value(),
        ..PartitionProduceResponse::default()
    }
}

fn refused(index: i32, error: ErrorCode) -> PartitionProduceResponse {
    PartitionProduceResponse {
        index,
        error_code: error.code(),
        base_offset: -1,
        log_start_offset: -1,
        ..PartitionProduceResponse::default()
    }
}

/// A refusal with what Kafka tells beside the code: the log start if the log was asked, and the records at fault.
fn explained(index: i32, handle: &PartitionHandle, error: &ProduceError) -> PartitionProduceResponse {
    let mut answer = refused(index, error.error_code());
    if tells_log_start(error) {
        answer.log_start_offset = handle
            .with(|partition| partition.log().log_start().value())
            .unwrap_or(-1);
    }
    if let ProduceError::DiskBudget = error {
        answer.error_message = Some(error.to_string().into());
    }
    if let ProduceError::Append(LeaderAppendError::Append(AppendError::Invalid(refusal))) = error {
        (answer.record_errors, answer.error_message) = record_errors(refusal);
    }
    answer
}

/// Kafka names the log start beside every refusal of a log but those that it expects of clients.
fn tells_log_start(error: &ProduceError) -> bool {
    use ValidationError::{NotOneBatch, UnsupportedCompression};
    let was_asked = !matches!(
        error,
        ProduceError::Append(LeaderAppendError::Append(AppendError::Invalid(
            NotOneBatch(_) | UnsupportedCompression
        )))
    );
    let is_expected = matches!(
        error.error_code(),
        ErrorCode::UnknownTopicOrPartition
            | ErrorCode::NotLeaderOrFollower
            | ErrorCode::MessageTooLarge
            | ErrorCode::RecordListTooLarge
            | ErrorCode::CorruptMessage
            | ErrorCode::KafkaStorageError
    );
    was_asked && !is_expected
}

fn record_errors(refusal: &ValidationError) -> (Vec<BatchIndexAndErrorMessage>, Option<StringBytes>) {
    let named = |batch_index: i32, message: String| BatchIndexAndErrorMessage {
        batch_index,
        batch_index_error_message: Some(message.into()),
        ..BatchIndexAndErrorMessage::default()
    };
    match refusal {
        ValidationError::InvalidTimestamp {
            records,
            earliest,
            latest,
        } => {
            let row = |(index, timestamp): &(i32, _)| {
                named(
                    *index,
                    format!("timestamp {timestamp} is outside of {earliest} to {latest}"),
                )
            };
            (
                records.iter().map(row).collect(),
                Some("timestamps are out of bounds".into()),
            )
        }
        ValidationError::MissingKeys { records } => {
            let row = |index: &i32| {
                named(
                    *index,
                    "a compacted topic takes no record without a key".to_owned(),
                )
            };
            (
                records.iter().map(row).collect(),
                Some("records without a key".into()),
            )
        }
        other => (Vec::new(), Some(other.to_string().into())),
    }
}
