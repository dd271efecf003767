//! Which protocol a group uses, and what its members' subscriptions say.

use std::collections::{BTreeMap, BTreeSet};

use broker_codec::{Decoder, Message, StringBytes};
use broker_protocol::join_group_request::JoinGroupRequestProtocol;
use broker_protocol::messages::ConsumerProtocolSubscription;
use bytes::Bytes;

use super::{CONSUMER_PROTOCOL_TYPE, ClassicGroup, ClassicGroupState, Protocols};

impl ClassicGroup {
    /// Whether somebody with these protocols can be a member beside those that are here.
    pub(crate) fn supports(&self, protocol_type: &str, protocols: &[JoinGroupRequestProtocol]) -> bool {
        if self.is(ClassicGroupState::Empty) {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        let everybodys = |name: &str| self.supported.get(name) == Some(&self.members.len());
        self.protocol_type.as_deref() == Some(protocol_type)
            && protocols.iter().any(|protocol| everybodys(&protocol.name))
    }

    pub(super) fn count_in(&mut self, protocols: &Protocols) {
        for name in distinct_names(protocols) {
            *self.supported.entry(name.clone()).or_default() += 1;
        }
    }

    pub(super) fn count_out(&mut self, protocols: &Protocols) {
        for name in distinct_names(protocols) {
            if let Some(count) = self.supported.get_mut(name) {
                *count -= 1;
                if *count == 0 {
                    self.supported.remove(name);
                }
            }
        }
    }

    /// Each member votes for its first protocol that all support; the most votes win, then the first by name.
    pub(crate) fn select_protocol(&self) -> Option<StringBytes> {
        let is_candidate = |name: &StringBytes| self.supported.get(name) == Some(&self.members.len());
        let mut votes: BTreeMap<&StringBytes, usize> = BTreeMap::new();
        for member in self.members.values() {
            let choice = member
                .protocols
                .iter()
                .map(|(name, _)| name)
                .find(|name| is_candidate(name));
            if let Some(choice) = choice {
                *votes.entry(choice).or_default() += 1;
            }
        }
        let most = votes.values().copied().max()?;
        let winner = votes.into_iter().find(|(_, count)| *count == most);
        winner.map(|(name, _)| name.clone())
    }

    pub(crate) fn uses_consumer_protocol(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER_PROTOCOL_TYPE)
    }

    /// Whether offsets of the topic are in use; when subscriptions cannot be read, all are.
    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        match &self.subscribed_topics {
            Some(topics) => topics.contains(topic),
            None => self.uses_consumer_protocol(),
        }
    }

    /// Topics of all members' subscriptions; none for other protocol types, or when one cannot be read.
    pub(crate) fn read_subscriptions(&self) -> Option<BTreeSet<StringBytes>> {
        if !self.uses_consumer_protocol() {
            return None;
        }
        if self.members.is_empty() {
            return Some(BTreeSet::new());
        }
        let protocol = self.protocol_name.as_ref()?;
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            topics.extend(subscribed_topics(member.metadata_for(protocol))?);
        }
        Some(topics)
    }
}

fn distinct_names(protocols: &Protocols) -> BTreeSet<&StringBytes> {
    protocols.iter().map(|(name, _)| name).collect()
}

/// Topics of a subscription. They stand first in every version, so that, as in Kafka, all are read as the oldest.
fn subscribed_topics(subscription: Bytes) -> Option<Vec<StringBytes>> {
    let mut body = Decoder::new(subscription);
    let oldest = *ConsumerProtocolSubscription::VERSIONS.start();
    if body.get_i16().ok()? < oldest {
        return None;
    }
    let parsed = ConsumerProtocolSubscription::decode(&mut body, oldest).ok()?;
    Some(parsed.topics.iter().map(StringBytes::detached).collect())
}
