//! Through which connection each broker is heard. The end of that one says that the broker is gone; the end of one that it
//! has left for another says nothing.
//!
//! Invariant: a path belongs to the newest registration that was heard, so that a process which was replaced takes
//! nobody's.

use std::collections::HashMap;

use broker_model::{BrokerEpoch, BrokerId};
use parking_lot::Mutex;

use super::identity::ConnectionId;

/// What the end of a connection says of the broker whose heartbeats it carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEnd {
    /// It was heard through this one last.
    Gone,
    /// It has taken another one.
    Elsewhere,
}

/// The paths of all brokers.
#[derive(Debug, Default)]
pub struct HeartbeatPaths(Mutex<HashMap<BrokerId, (BrokerEpoch, ConnectionId)>>);

impl HeartbeatPaths {
    /// A heartbeat came; told before it is decided upon, so that the end of an earlier path is never taken for news.
    pub fn came(&self, (broker, epoch): (BrokerId, BrokerEpoch), through: ConnectionId) {
        let mut paths = self.0.lock();
        if paths.get(&broker).is_none_or(|(known, _)| *known <= epoch) {
            paths.insert(broker, (epoch, through));
        }
    }

    /// A connection ended through which that broker had been heard.
    pub(super) fn ended(&self, (broker, epoch): (BrokerId, BrokerEpoch), through: ConnectionId) -> PathEnd {
        let mut paths = self.0.lock();
        if paths.get(&broker) != Some(&(epoch, through)) {
            return PathEnd::Elsewhere;
        }
        paths.remove(&broker);
        PathEnd::Gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: ConnectionId = ConnectionId(1);
    const SECOND: ConnectionId = ConnectionId(2);

    fn sender(epoch: i64) -> (BrokerId, BrokerEpoch) {
        (BrokerId::new(7), BrokerEpoch::new(epoch))
    }

    #[test]
    fn the_end_of_the_last_path_says_that_the_broker_is_gone() {
        let paths = HeartbeatPaths::default();
        paths.came(sender(10), FIRST);
        assert_eq!(paths.ended(sender(10), FIRST), PathEnd::Gone);
        assert_eq!(paths.ended(sender(10), FIRST), PathEnd::Elsewhere);
    }

    #[test]
    fn the_end_of_a_path_that_was_left_says_nothing() {
        let paths = HeartbeatPaths::default();
        paths.came(sender(10), FIRST);
        paths.came(sender(10), SECOND);
        assert_eq!(paths.ended(sender(10), FIRST), PathEnd::Elsewhere);
        assert_eq!(paths.ended(sender(10), SECOND), PathEnd::Gone);
    }

    #[test]
    fn a_process_that_was_replaced_takes_no_path() {
        let paths = HeartbeatPaths::default();
        paths.came(sender(11), FIRST);
        paths.came(sender(10), SECOND);
        assert_eq!(paths.ended(sender(10), SECOND), PathEnd::Elsewhere);
        assert_eq!(paths.ended(sender(11), FIRST), PathEnd::Gone);
    }
}
