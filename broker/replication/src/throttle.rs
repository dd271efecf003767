//! How fast replicas that catch up may be copied (KIP-73).
//!
//! Owns the byte budget of one side of a broker: one of these limits what its leaders send, another what its followers
//! fetch. Invariants: over any span the throttled bytes are at most rate × span plus one second's budget and the last
//! answer, which is never cut; a replica that is in sync is never held back, however it is listed, because producers
//! wait for it. Which replicas are listed is configuration of their topic; who is in sync is the partition's word.
//!
//! ```text
//! budget   +rate*1s ┐  ┌┐     spending 3 s' worth at once is allowed while anything is left,
//!            0 ─────┼──┼┼──── and then nothing is until the debt is paid
//!                   └──┘
//! ```

use std::collections::BTreeSet;

use broker_model::{BrokerId, MonotonicMs, PartitionIndex};
use thiserror::Error;

/// The budget is counted in thousandths of bytes, so that a rate per second fills it by the millisecond.
const MILLI: i128 = 1_000;

/// Whether throttled bytes may flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// They may.
    Open,
    /// Not before then.
    ClosedUntil(MonotonicMs),
    /// Not with this rate, which is 0.
    Closed,
}

/// The byte budget of one side of a broker.
#[derive(Clone, Debug)]
pub struct ReplicationThrottle {
    /// Bytes a second; `None` when there is no limit.
    rate: Option<u64>,
    budget: i128,
    filled_at: MonotonicMs,
}

impl ReplicationThrottle {
    /// Begins without a limit.
    pub const fn unlimited() -> Self {
        Self {
            rate: None,
            budget: 0,
            filled_at: MonotonicMs::from_ms(0),
        }
    }

    /// Takes over `leader.replication.throttled.rate` or `follower.replication.throttled.rate`: bytes a second,
    /// `i64::MAX` for no limit. A debt stays, and what was saved is cut to the new rate.
    pub fn set_rate(&mut self, bytes_per_second: i64, now: MonotonicMs) {
        let rate = u64::try_from(bytes_per_second).unwrap_or(0);
        let rate = (bytes_per_second != i64::MAX).then_some(rate);
        if rate == self.rate {
            return;
        }
        let was_unlimited = self.rate.is_none();
        self.fill(now);
        self.rate = rate;
        let full = rate.map_or(0, full_budget);
        self.budget = if was_unlimited {
            full
        } else {
            self.budget.min(full)
        };
    }

    /// Notes bytes that were sent or fetched for throttled replicas.
    pub fn spend(&mut self, bytes: u64, now: MonotonicMs) {
        if self.rate.is_some() {
            self.fill(now);
            self.budget -= i128::from(bytes) * MILLI;
        }
    }

    /// Whether throttled bytes may flow now.
    pub fn allowance(&self, now: MonotonicMs) -> Allowance {
        let Some(rate) = self.rate else {
            return Allowance::Open;
        };
        let budget = self.budget_at(now);
        if rate == 0 {
            return Allowance::Closed;
        }
        if budget > 0 {
            return Allowance::Open;
        }
        let wait = (-budget) / i128::from(rate) + 1;
        Allowance::ClosedUntil(now.plus_ms(u64::try_from(wait).unwrap_or(u64::MAX)))
    }

    fn fill(&mut self, now: MonotonicMs) {
        self.budget = self.budget_at(now);
        self.filled_at = self.filled_at.max(now);
    }

    fn budget_at(&self, now: MonotonicMs) -> i128 {
        let Some(rate) = self.rate else {
            return 0;
        };
        let passed = now.as_ms().saturating_sub(self.filled_at.as_ms());
        let filled = i128::from(rate).saturating_mul(i128::from(passed));
        self.budget.saturating_add(filled).min(full_budget(rate))
    }
}

/// One second's worth.
fn full_budget(rate: u64) -> i128 {
    i128::from(rate) * MILLI
}

/// `leader.replication.throttled.replicas` or `follower.replication.throttled.replicas` of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ThrottledReplicas {
    /// None of them.
    #[default]
    None,
    /// All of them.
    All,
    /// These.
    Listed(BTreeSet<(PartitionIndex, BrokerId)>),
}

/// A list of throttled replicas that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{element}' names no replica: throttled replicas are listed as partition:broker, or are * or none")]
pub struct ThrottledReplicasError {
    /// What cannot be understood.
    pub element: String,
}

impl ThrottledReplicas {
    /// Reads the configuration's value: `*`, `none`, nothing, or `partition:broker` separated by commas.
    ///
    /// # Errors
    /// An element is none of these.
    pub fn parse(value: &str) -> Result<Self, ThrottledReplicasError> {
        match value.trim() {
            "" | "none" => return Ok(Self::None),
            "*" => return Ok(Self::All),
            _ => {}
        }
        let elements = value.split(',').map(str::trim);
        elements.map(replica).collect::<Result<_, _>>().map(Self::Listed)
    }

    /// Whether the replica is listed; held back it is only while it catches up.
    pub fn lists(&self, partition: PartitionIndex, broker: BrokerId) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Listed(replicas) => replicas.contains(&(partition, broker)),
        }
    }
}

fn replica(element: &str) -> Result<(PartitionIndex, BrokerId), ThrottledReplicasError> {
    let parsed = || {
        let (partition, broker) = element.split_once(':')?;
        let partition: u32 = partition.parse().ok()?;
        let broker: u32 = broker.parse().ok()?;
        Some((
            PartitionIndex::new(i32::try_from(partition).ok()?),
            BrokerId::new(i32::try_from(broker).ok()?),
        ))
    };
    parsed().ok_or_else(|| ThrottledReplicasError {
        element: element.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> MonotonicMs {
        MonotonicMs::from_ms(ms)
    }

    fn limited(rate: i64) -> ReplicationThrottle {
        let mut throttle = ReplicationThrottle::unlimited();
        throttle.set_rate(rate, at(0));
        throttle
    }

    #[test]
    fn without_a_limit_everything_flows() {
        let mut throttle = ReplicationThrottle::unlimited();
        throttle.spend(u64::MAX, at(0));
        assert_eq!(throttle.allowance(at(0)), Allowance::Open);
        let mut throttle = limited(i64::MAX);
        throttle.spend(u64::MAX, at(0));
        assert_eq!(throttle.allowance(at(0)), Allowance::Open);
    }

    #[test]
    fn a_debt_closes_it_until_it_is_paid() {
        let mut throttle = limited(1_000);
        throttle.spend(3_000, at(0));
        assert_eq!(throttle.allowance(at(0)), Allowance::ClosedUntil(at(2_001)));
        assert!(matches!(throttle.allowance(at(2_000)), Allowance::ClosedUntil(_)));
        assert_eq!(throttle.allowance(at(2_001)), Allowance::Open);
    }

    #[test]
    fn what_is_not_used_is_saved_for_one_second_only() {
        let mut throttle = limited(1_000);
        throttle.spend(1, at(0));
        throttle.spend(1_500, at(60_000));
        assert_eq!(throttle.allowance(at(60_000)), Allowance::ClosedUntil(at(60_501)));
    }

    #[test]
    fn over_any_time_the_rate_holds() {
        let mut throttle = limited(10_000);
        let mut sent = 0;
        for ms in 0..20_000 {
            if throttle.allowance(at(ms)) == Allowance::Open {
                throttle.spend(700, at(ms));
                sent += 700;
            }
        }
        assert!((190_000..=210_700).contains(&sent), "{sent} in 20 s");
    }

    #[test]
    fn a_rate_of_nothing_lets_nothing_flow_until_it_is_raised() {
        let mut throttle = limited(0);
        assert_eq!(throttle.allowance(at(5)), Allowance::Closed);
        throttle.set_rate(1_000, at(5));
        assert_eq!(throttle.allowance(at(6)), Allowance::Open);
    }

    #[test]
    fn a_lower_rate_cuts_what_was_saved_and_a_debt_stays() {
        let mut throttle = limited(1_000_000);
        throttle.set_rate(1_000, at(0));
        throttle.spend(1_001, at(0));
        assert!(matches!(throttle.allowance(at(0)), Allowance::ClosedUntil(_)));
        throttle.set_rate(2_000, at(0));
        assert!(matches!(throttle.allowance(at(0)), Allowance::ClosedUntil(_)));
    }

    #[test]
    fn time_that_stands_still_or_hostile_sizes_do_no_harm() {
        let mut throttle = limited(i64::MAX - 1);
        throttle.spend(u64::MAX, at(u64::MAX));
        throttle.spend(u64::MAX, at(0));
        assert!(matches!(throttle.allowance(at(0)), Allowance::ClosedUntil(_)));
    }

    fn listed(list: &str, partition: i32, broker: i32) -> bool {
        let list = ThrottledReplicas::parse(list).unwrap();
        list.lists(PartitionIndex::new(partition), BrokerId::new(broker))
    }

    #[test]
    fn replicas_are_listed_as_kafkas_tools_write_them() {
        assert!(listed("*", 3, 9));
        assert!(!listed("", 0, 1) && !listed("none", 0, 1));
        assert!(listed("0:1, 3:9", 3, 9) && !listed("0:1,3:9", 9, 3));
        for damaged in ["0", "0:", ":1", "0:1,", "a:b", "0:1:2", "-1:1", "99999999999:1"] {
            assert!(ThrottledReplicas::parse(damaged).is_err(), "{damaged}");
        }
    }
}
