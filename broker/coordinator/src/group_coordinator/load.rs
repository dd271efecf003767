//! Replay: the records of the log, at load and live.
//!
//! Live, only offsets and the end of a group are replayed: a generation is in force before it is written, and what its
//! record means is the write's intent. At load the record is all there is, and its members have a session to show up.

use broker_codec::StringBytes;
use broker_model::{GenerationId, Now, ProducerId, Timestamp, Uuid};

use super::GroupCoordinator;
use crate::classic_group::{ClassicGroup, ClassicGroupState, Member, Seniority};
use crate::generated::group_key::GroupKey;
use crate::generated::group_metadata_value::MemberMetadata;
use crate::generated::group_value::GroupValue;
use crate::group_record::GroupRecord;
use crate::messages::{GroupMetadataValue, LegacyOffsetCommitValue};
use crate::offsets::{OffsetAndMetadata, OffsetPlace, PendingOffset};

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionResult {
    /// Its offsets count.
    Committed,
    /// They never were.
    Aborted,
}

impl GroupCoordinator {
    /// Takes over one record of the log. `producer` is known for records of transactions only. Records of kinds that
    /// are not kept here change nothing.
    pub fn load(&mut self, now: Now, producer: ProducerId, record: &GroupRecord) {
        match (&record.key, &record.value) {
            (GroupKey::GroupMetadata(key), Some(GroupValue::GroupMetadata(value))) => {
                self.drop_group(&key.group);
                self.load_group(key.group.detached(), value);
            }
            _ if producer.is_known() => self.replay_pending(now, producer, record),
            _ => self.replay(now, record),
        }
    }

    /// Takes over a transaction's marker.
    pub fn end_transaction(&mut self, now: Now, producer: ProducerId, result: TransactionResult) {
        for pending in self.offsets.take_pending(producer) {
            if result == TransactionResult::Committed {
                self.put_offset(now, &pending.place, pending.offset);
            }
        }
    }

    /// All records are taken over: sessions start, and groups that have become too large rebalance.
    pub fn finish_load(&mut self, now: Now) {
        let ids: Vec<StringBytes> = self.groups.keys().cloned().collect();
        let max_size = self.config.max_size;
        for id in ids {
            let Some(mut turn) = self.turn(&id, now) else {
                continue;
            };
            let members: Vec<StringBytes> = turn.group.members.keys().cloned().collect();
            for member in &members {
                turn.refresh_session(member);
            }
            if members.len() > max_size {
                turn.prepare_rebalance();
            }
        }
        self.schedule_expiry(now, self.config.offsets_retention_check_ms);
    }

    /// Takes over an appended record.
    pub(super) fn replay(&mut self, now: Now, record: &GroupRecord) {
        if let (GroupKey::GroupMetadata(key), None) = (&record.key, &record.value) {
            self.drop_group(&key.group);
        }
        if let Some((place, offset)) = offset_of(record) {
            self.offsets.supersede_pending(&place);
            self.put_offset(now, &place, offset);
        }
    }

    fn replay_pending(&mut self, now: Now, producer: ProducerId, record: &GroupRecord) {
        if let Some((place, offset)) = offset_of(record) {
            self.make_simple_group(now, &place.group);
            self.offsets
                .put_pending(producer, PendingOffset::new(place, offset));
        }
    }

    fn put_offset(&mut self, now: Now, place: &OffsetPlace, offset: Option<OffsetAndMetadata>) {
        match offset {
            Some(offset) => {
                self.make_simple_group(now, &place.group);
                self.offsets.put(place, offset);
            }
            None => self.offsets.remove(place),
        }
    }

    /// A group that only commits has no record of its own.
    fn make_simple_group(&mut self, now: Now, id: &StringBytes) {
        if !self.groups.contains_key(id) {
            self.make_group(now, id);
        }
    }

    pub(super) fn make_group(&mut self, now: Now, id: &StringBytes) {
        let group = ClassicGroup::new(id.detached(), Some(now.wall), &self.memory);
        self.groups.insert(group.id.clone(), Box::new(group));
    }

    fn load_group(&mut self, id: StringBytes, value: &GroupMetadataValue) {
        let changed_at =
            (value.current_state_timestamp >= 0).then(|| Timestamp::from_ms(value.current_state_timestamp));
        let mut group = ClassicGroup::new(id, changed_at, &self.memory);
        restore(&mut group, value);
        self.groups.insert(group.id.clone(), Box::new(group));
    }
}

/// What a record says of an offset, if it does.
fn offset_of(record: &GroupRecord) -> Option<(OffsetPlace, Option<OffsetAndMetadata>)> {
    let offset = match &record.value {
        None => None,
        Some(GroupValue::OffsetCommit(value)) => Some(OffsetAndMetadata::from_record(value)),
        Some(GroupValue::LegacyOffsetCommit(value)) => Some(of_legacy(value)),
        Some(_) => return None,
    };
    let (group, topic, partition) = match &record.key {
        GroupKey::OffsetCommit(key) => (&key.group, &key.topic, key.partition),
        GroupKey::LegacyOffsetCommit(key) => (&key.group, &key.topic, key.partition),
        _ => return None,
    };
    let place = OffsetPlace {
        group: group.clone(),
        topic: topic.clone(),
        partition,
    };
    Some((place, offset))
}

fn of_legacy(value: &LegacyOffsetCommitValue) -> OffsetAndMetadata {
    OffsetAndMetadata {
        offset: value.offset,
        leader_epoch: -1,
        metadata: value.metadata.detached(),
        committed_at: Timestamp::from_ms(value.commit_timestamp),
        expires_at: None,
        topic_id: Uuid::ZERO,
    }
}

fn restore(group: &mut ClassicGroup, value: &GroupMetadataValue) {
    group.generation = GenerationId::new(value.generation);
    for member in &value.members {
        group.add(loaded_member(member, value));
    }
    group.protocol_type = Some(value.protocol_type.detached()).filter(|kind| !kind.is_empty());
    group.protocol_name = value.protocol.as_ref().map(StringBytes::detached);
    // A leader that is not a member, which no Kafka writes, would lead nobody.
    if let Some(leader) = &value.leader
        && group.members.contains_key(leader)
    {
        group.leader = Some(leader.detached());
    }
    if !group.members.is_empty() {
        group.state = ClassicGroupState::Stable;
    }
    group.subscribed_topics = group.read_subscriptions();
}

fn loaded_member(member: &MemberMetadata, group: &GroupMetadataValue) -> Member {
    let protocol = group.protocol.clone().unwrap_or_default();
    Member {
        id: member.member_id.detached(),
        instance: member.group_instance_id.as_ref().map(StringBytes::detached),
        client_id: member.client_id.detached(),
        client_host: member.client_host.detached(),
        rebalance_timeout_ms: match member.rebalance_timeout {
            -1 => member.session_timeout,
            timeout => timeout,
        },
        session_timeout_ms: member.session_timeout,
        protocol_type: group.protocol_type.detached(),
        protocols: vec![(
            protocol.detached(),
            bytes::Bytes::copy_from_slice(&member.subscription),
        )],
        assignment: bytes::Bytes::copy_from_slice(&member.assignment),
        awaiting_join: None,
        awaiting_sync: None,
        seniority: Seniority::Established,
    }
}
