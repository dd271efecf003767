//! Events and actions in a few words, for the trace of a run.

use broker_metadata::MetadataImage;

use broker_raft::{RaftRequest, RaftResponse};

use crate::client::ClientEvent;
use crate::message::{ReplicaFetched, Request, Response};
use crate::process::{Action, Event};
use crate::store::{StoreAnswer, StoreRequest};
use broker_tiered::manifest::Manifest;
use broker_tiered::object_key::RemotePartition;

pub(crate) fn event(event: &Event) -> String {
    match event {
        Event::Request {
            token,
            request: asked,
        } => format!("request {token} {}", request(asked)),
        Event::Response { id, response: answer } => format!("response {id} {}", response(answer)),
        Event::Store { id, answer } => format!("store answers {id} {}", store_answer(answer)),
        other => format!("{other:?}"),
    }
}

pub(crate) fn store_request(request: &StoreRequest) -> String {
    match request {
        StoreRequest::Get { path, range } => format!("GET {path} {range:?}"),
        StoreRequest::Put {
            path,
            bytes,
            condition,
        } => format!(
            "PUT {path} {} bytes {condition:?}{}",
            bytes.len(),
            manifest_text(path, bytes)
        ),
        StoreRequest::Delete { path } => format!("DELETE {path}"),
        StoreRequest::List { folder } => format!("LIST {folder}"),
    }
}

/// A manifest in a few words.
fn manifest_text(path: &str, bytes: &[u8]) -> String {
    let partition = RemotePartition::of_manifest(path);
    let manifest = partition.and_then(|partition| Manifest::parse(bytes, &partition).ok());
    manifest.map_or_else(String::new, |manifest| {
        let spans = manifest
            .segments()
            .iter()
            .map(|segment| format!("{}..{}", segment.start_offset, segment.next_offset));
        let spans: Vec<String> = spans.collect();
        format!(
            " by {} in epoch {} from {} [{}] leaving {}",
            manifest.writer.broker,
            manifest.writer.epoch,
            manifest.log_start(),
            spans.join(" "),
            manifest.leaving().len()
        )
    })
}

fn store_answer(answer: &StoreAnswer) -> String {
    match answer {
        StoreAnswer::Got(bytes, etag) => format!("{} bytes {}", bytes.len(), etag.0),
        other => format!("{other:?}"),
    }
}

pub(crate) fn client_event(event: &ClientEvent) -> String {
    match event {
        ClientEvent::Response { id, response: answer } => format!("response {id} {}", response(answer)),
        other => format!("{other:?}"),
    }
}

pub(crate) fn action(action: &Action) -> String {
    match action {
        Action::Send {
            id,
            to,
            request: asked,
            ..
        } => format!("send {id} to n{to} {}", request(asked)),
        Action::Respond {
            token,
            response: answer,
        } => format!("respond {token} {}", response(answer)),
        Action::Store { id, request } => format!("store {id} {}", store_request(request)),
    }
}

pub(crate) fn request(request: &Request) -> String {
    match request {
        Request::Produce(produce) => {
            let header = broker_codec::batch::RecordBatchHeader::parse(&produce.records);
            let from = header.map_or(-1, |header| header.base_sequence.value());
            let size = produce.records.len();
            format!(
                "produce {size} bytes into {} acks {:?} from sequence {from}",
                produce.partition.1, produce.acks
            )
        }
        Request::ReplicaFetch(fetch) => {
            let wanted = fetch.session.partitions.iter().map(|wanted| {
                format!(
                    "{}@{:?}/{:?} from {}",
                    wanted.key.partition,
                    wanted.current_leader_epoch,
                    wanted.last_fetched_epoch,
                    wanted.fetch_offset
                )
            });
            let wanted: Vec<String> = wanted.collect();
            format!(
                "replica fetch of {} in {:?}.{} [{}]",
                fetch.follower,
                fetch.session.session_id,
                fetch.session.session_epoch,
                wanted.join(", ")
            )
        }
        Request::Raft(asked) => quorum_request(asked),
        other => format!("{other:?}"),
    }
}

fn response(response: &Response) -> String {
    match response {
        Response::ReplicaFetch(answer) => {
            let told = answer.partitions.iter().map(|((_, index), answer)| match answer {
                ReplicaFetched::Records {
                    records,
                    high_watermark,
                    ..
                } => format!("{index}: {} bytes hw {high_watermark}", records.len()),
                other => format!("{index}: {other:?}"),
            });
            let told: Vec<String> = told.collect();
            format!("replica fetched in {:?} [{}]", answer.session, told.join(", "))
        }
        Response::Fetched(Ok(fetched)) => {
            format!(
                "fetched {} bytes hw {}",
                fetched.records.len(),
                fetched.high_watermark
            )
        }
        Response::Raft(answer) => quorum_response(answer),
        Response::Metadata(_) => "metadata".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Partitions and brokers as they are registered, by name.
pub(crate) fn registrations(image: &MetadataImage) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for topic in image.topics.sorted_by_name() {
        for (index, found) in topic.indexed_partitions() {
            let ids = |ids: &[broker_model::BrokerId]| {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                ids.join(",")
            };
            let line = format!(
                "leader {} epoch {}.{} isr [{}] of [{}] elr [{}] last known [{}] adding [{}] removing [{}] {:?}",
                found.leader,
                found.leader_epoch,
                found.partition_epoch,
                ids(&found.isr),
                ids(&found.replicas),
                ids(&found.elr),
                ids(&found.last_known_elr),
                ids(&found.adding_replicas),
                ids(&found.removing_replicas),
                found.leader_recovery_state,
            );
            lines.push((format!("{}-{index}", topic.name), line));
        }
    }
    for broker in image.cluster.brokers.values() {
        let fenced = if broker.fenced { " fenced" } else { "" };
        let stops = if broker.in_controlled_shutdown {
            " stopping"
        } else {
            ""
        };
        lines.push((
            format!("broker {}", broker.id),
            format!("epoch {}{fenced}{stops}", broker.epoch),
        ));
    }
    lines
}

fn quorum_request(request: &RaftRequest) -> String {
    match request {
        RaftRequest::Vote(vote) => match vote.topics.first().and_then(|topic| topic.partitions.first()) {
            Some(asked) => format!(
                "{} for {} epoch {} log {}@{}",
                if asked.pre_vote { "pre-vote" } else { "vote" },
                asked.replica_id,
                asked.replica_epoch,
                asked.last_offset,
                asked.last_offset_epoch
            ),
            None => "vote for nobody".to_owned(),
        },
        RaftRequest::Fetch(fetch) => match fetch.topics.first().and_then(|topic| topic.partitions.first()) {
            Some(asked) => format!(
                "quorum fetch of {} epoch {} at {}@{}",
                fetch.replica_state.replica_id,
                asked.current_leader_epoch,
                asked.fetch_offset,
                asked.last_fetched_epoch
            ),
            None => "quorum fetch of nothing".to_owned(),
        },
        other => format!("{other:?}"),
    }
}

fn quorum_response(response: &RaftResponse) -> String {
    match response {
        RaftResponse::Vote(vote) => match vote.topics.first().and_then(|topic| topic.partitions.first()) {
            Some(answer) => format!(
                "granted {} error {} leader {} epoch {}",
                answer.vote_granted, answer.error_code, answer.leader_id, answer.leader_epoch
            ),
            None => format!("vote error {}", vote.error_code),
        },
        RaftResponse::Fetch(fetch) => {
            match fetch.responses.first().and_then(|topic| topic.partitions.first()) {
                Some(answer) => format!(
                    "quorum fetched {} bytes error {} leader {} epoch {} hw {} diverging {}@{}",
                    answer.records.as_ref().map_or(0, |records| records.size()),
                    answer.error_code,
                    answer.current_leader.leader_id,
                    answer.current_leader.leader_epoch,
                    answer.high_watermark,
                    answer.diverging_epoch.end_offset,
                    answer.diverging_epoch.epoch
                ),
                None => format!("quorum fetch error {}", fetch.error_code),
            }
        }
        other => format!("{other:?}"),
    }
}
