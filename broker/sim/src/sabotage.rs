//! Planted bugs, each of which breaks a rule: so that every checker is known to see one.

/// A bug of a driver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// Nothing is planted.
    #[default]
    None,
    /// A leader answers producers with acks=all when its own log has their records.
    EarlyAcknowledgement,
    /// A follower is believed to have what it is about to be sent.
    InflatedFollower,
    /// A follower does not cut what parted from its leader.
    IgnoredDivergence,
    /// A consumer reads to the log end.
    UnboundedRead,
    /// The epoch of fetching followers is not compared with their registration.
    AnyoneInSync,
}

impl Sabotage {
    /// The bug of that name, for the command line.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [
            Self::EarlyAcknowledgement,
            Self::InflatedFollower,
            Self::IgnoredDivergence,
            Self::UnboundedRead,
            Self::AnyoneInSync,
        ];
        all.into_iter()
            .find(|bug| format!("{bug:?}").eq_ignore_ascii_case(name))
    }
}
