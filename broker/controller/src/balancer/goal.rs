//! Goals, in the order in which they count, and when each is met.
//!
//! All but the first are bands: a broker is well when its share is within a tolerance of the average. Inside the band
//! nothing moves, which is what keeps a balanced cluster still. Everything is whole numbers, so that equal facts give
//! equal plans on every machine.

use std::fmt;

use super::assignment::Totals;

/// What a plan strives for; earlier goals count more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// Brokers that are removed hold nothing.
    Drain,
    /// The replicas of a partition are in as many racks as possible.
    RackSpread,
    /// Brokers hold equally many replicas.
    ReplicaCount,
    /// Disks are equally full.
    DiskBytes,
    /// Brokers are the preferred leader of equally many partitions.
    LeaderCount,
    /// Brokers are written to equally.
    BytesIn,
    /// Brokers are read from equally.
    BytesOut,
}

impl Goal {
    /// The goals that are bands, in order.
    pub const BANDS: [Self; 5] = [
        Self::ReplicaCount,
        Self::DiskBytes,
        Self::LeaderCount,
        Self::BytesIn,
        Self::BytesOut,
    ];

    /// Its name in plans.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drain => "drain",
            Self::RackSpread => "rack spread",
            Self::ReplicaCount => "replica count",
            Self::DiskBytes => "disk bytes",
            Self::LeaderCount => "leader count",
            Self::BytesIn => "bytes in",
            Self::BytesOut => "bytes out",
        }
    }

    /// What it looks at on a broker.
    pub(super) const fn value(self, totals: &Totals) -> u64 {
        match self {
            Self::Drain | Self::RackSpread => 0,
            Self::ReplicaCount => totals.replicas,
            Self::DiskBytes => totals.bytes,
            Self::LeaderCount => totals.leaders,
            Self::BytesIn => totals.bytes_in,
            Self::BytesOut => totals.bytes_out,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How far from the average a broker may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoalSettings {
    /// Per cent of the average, for every band.
    pub tolerance_percent: u64,
    /// Bytes on disk that are not worth moving.
    pub disk_slack_bytes: u64,
    /// Bytes a second that are not worth moving.
    pub rate_slack_bytes: u64,
}

impl Default for GoalSettings {
    fn default() -> Self {
        Self {
            tolerance_percent: 10,
            disk_slack_bytes: 256 << 20,
            rate_slack_bytes: 1 << 20,
        }
    }
}

impl GoalSettings {
    const fn slack(&self, goal: Goal) -> u64 {
        match goal {
            Goal::DiskBytes => self.disk_slack_bytes,
            Goal::BytesIn | Goal::BytesOut => self.rate_slack_bytes,
            Goal::Drain | Goal::RackSpread | Goal::ReplicaCount | Goal::LeaderCount => 0,
        }
    }

    /// The band of a broker that should have `weight` parts of `weights` of the total.
    pub(super) fn band(&self, goal: Goal, total: u64, (weight, weights): (u64, u64)) -> Band {
        let share = u128::from(total) * u128::from(weight);
        let divisor = u128::from(weights.max(1)) * 100;
        let tolerance = u128::from(self.tolerance_percent.min(100));
        // The band never excludes the whole numbers next to the average: of 7 replicas on 2 brokers, 3 and 4 are well.
        let low = (share * (100 - tolerance))
            .div_ceil(divisor)
            .min(share * 100 / divisor);
        let high = (share * (100 + tolerance) / divisor).max((share * 100).div_ceil(divisor));
        let slack = self.slack(goal);
        Band {
            low: narrow(low).saturating_sub(slack),
            high: narrow(high).saturating_add(slack),
        }
    }
}

fn narrow(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

/// Where a broker should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Band {
    pub(super) low: u64,
    pub(super) high: u64,
}

impl Band {
    /// Everything is well: of a broker that is not balanced.
    pub(super) const ANY: Self = Self {
        low: 0,
        high: u64::MAX,
    };

    pub(super) const fn excess(self, value: u64) -> u64 {
        value.saturating_sub(self.high)
    }

    pub(super) const fn shortage(self, value: u64) -> u64 {
        self.low.saturating_sub(value)
    }

    /// How far the value is from the band.
    pub(super) const fn distance(self, value: u64) -> u64 {
        self.excess(value) + self.shortage(value)
    }
}
