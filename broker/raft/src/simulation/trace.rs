//! Events and effects in a few words, for the trace of a run.

use crate::{Effect, Event, RaftRequest, RaftResponse};

pub(super) fn event(event: &Event) -> String {
    match event {
        Event::Request(inbound) => format!("request {} {}", inbound.token.0, request(&inbound.request)),
        Event::Response { id, response: answer } => format!("response {} {}", id.0, response(answer)),
        other => format!("{other:?}"),
    }
}

pub(super) fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Send {
            id,
            to,
            request: asked,
        } => format!("send {} to {} {}", id.0, to.address.host, request(asked)),
        Effect::Respond {
            token,
            response: answer,
        } => format!("respond {} {}", token.0, response(answer)),
        Effect::RespondWithRecords(read) => format!("respond {} records from {}", read.token.0, read.from),
        Effect::RespondWithSnapshot(read) => {
            format!("respond {} {} from {}", read.token.0, read.id, read.position)
        }
        Effect::Append { write, records } => format!("append {} of {} bytes", write.0, records.len()),
        Effect::WriteSnapshot { id, position, bytes } => {
            format!("write {id} at {position} {} bytes", bytes.size())
        }
        Effect::PersistQuorumState(state) => format!("persist {}", state.to_text()),
        Effect::VotersChanged(voters) => {
            let keys: Vec<String> = voters.keys().map(|key| key.to_string()).collect();
            format!("voters {keys:?}")
        }
        other => format!("{other:?}"),
    }
}

fn request(request: &RaftRequest) -> String {
    match request {
        RaftRequest::Vote(vote) => {
            let asked = &vote.topics[0].partitions[0];
            let kind = if asked.pre_vote { "pre-vote" } else { "vote" };
            format!(
                "{kind} for {} epoch {} log {}@{}",
                asked.replica_id, asked.replica_epoch, asked.last_offset, asked.last_offset_epoch
            )
        }
        RaftRequest::Fetch(fetch) => {
            let asked = &fetch.topics[0].partitions[0];
            format!(
                "fetch of {} epoch {} at {}@{} hw {}",
                fetch.replica_state.replica_id,
                asked.current_leader_epoch,
                asked.fetch_offset,
                asked.last_fetched_epoch,
                asked.high_watermark
            )
        }
        RaftRequest::BeginQuorumEpoch(begin) => {
            let claim = &begin.topics[0].partitions[0];
            format!("{} leads epoch {}", claim.leader_id, claim.leader_epoch)
        }
        RaftRequest::EndQuorumEpoch(end) => {
            let farewell = &end.topics[0].partitions[0];
            format!("{} leaves epoch {}", farewell.leader_id, farewell.leader_epoch)
        }
        other => format!("{other:?}"),
    }
}

fn response(response: &RaftResponse) -> String {
    match response {
        RaftResponse::Vote(vote) => match vote.topics.first().map(|topic| &topic.partitions[0]) {
            Some(answer) => format!(
                "granted {} error {} leader {} epoch {}",
                answer.vote_granted, answer.error_code, answer.leader_id, answer.leader_epoch
            ),
            None => format!("vote error {}", vote.error_code),
        },
        RaftResponse::Fetch(fetch) => match fetch.responses.first().map(|topic| &topic.partitions[0]) {
            Some(answer) => format!(
                "fetched {} bytes error {} leader {} epoch {} hw {} diverging {}@{} snapshot {}",
                answer.records.as_ref().map_or(0, |records| records.size()),
                answer.error_code,
                answer.current_leader.leader_id,
                answer.current_leader.leader_epoch,
                answer.high_watermark,
                answer.diverging_epoch.end_offset,
                answer.diverging_epoch.epoch,
                answer.snapshot_id.end_offset
            ),
            None => format!("fetch error {}", fetch.error_code),
        },
        other => format!("{other:?}"),
    }
}
