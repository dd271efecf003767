//! Decides whether a new connection is let in, and how long the next one must wait.
//!
//! Owns the counts of live connections: all, per listener, per address. Invariant: a count is the number of live
//! [`Admission`]s. As in Kafka, a peer over its address's bound is dropped, while a full listener stops accepting.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use broker_model::MonotonicMs;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::config::ConnectionBounds;
use super::identity::ListenerName;

/// Counts of live connections; clones share them.
#[derive(Clone, Debug)]
pub struct ConnectionQuotas(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    bounds: ArcSwap<ConnectionBounds>,
    counts: Mutex<Counts>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_listener: HashMap<ListenerName, usize>,
    by_ip: HashMap<IpAddr, usize>,
}

/// A place for one connection, given back when it is dropped.
#[derive(Debug)]
pub struct Admission {
    quotas: ConnectionQuotas,
    listener: ListenerName,
    ip: IpAddr,
}

/// The address has as many connections as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyOfOneAddress;

impl ConnectionQuotas {
    /// Bounds for connections to come.
    pub fn new(bounds: ConnectionBounds) -> Self {
        Self(Arc::new(Shared {
            bounds: ArcSwap::from_pointee(bounds),
            counts: Mutex::default(),
            freed: Notify::new(),
        }))
    }

    /// The bounds that act now.
    pub fn bounds(&self) -> Arc<ConnectionBounds> {
        self.0.bounds.load_full()
    }

    /// Other bounds from now on; connections beyond them live on.
    pub fn set_bounds(&self, bounds: ConnectionBounds) {
        self.0.bounds.store(Arc::new(bounds));
        self.0.freed.notify_waiters();
    }

    /// Live connections.
    pub fn count(&self) -> usize {
        self.0.counts.lock().all
    }

    /// Live connections of each listener that has some, by name.
    pub fn counts(&self) -> Vec<(ListenerName, usize)> {
        let counts = self.0.counts.lock();
        let mut of_listeners: Vec<_> = counts
            .by_listener
            .iter()
            .map(|(name, count)| (name.clone(), *count))
            .collect();
        of_listeners.sort();
        of_listeners
    }

    /// Waits until the listener may accept one more connection.
    pub async fn room(&self, listener: &ListenerName) {
        loop {
            let freed = self.0.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            if self.has_room(listener) {
                return;
            }
            freed.await;
        }
    }

    /// Waits until there is no connection.
    pub async fn none_left(&self) {
        loop {
            let freed = self.0.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            if self.count() == 0 {
                return;
            }
            freed.await;
        }
    }

    fn has_room(&self, listener: &ListenerName) -> bool {
        let bounds = self.0.bounds.load();
        let counts = self.0.counts.lock();
        let of_listener = counts.by_listener.get(listener).copied().unwrap_or(0);
        counts.all < bounds.max_connections && of_listener < bounds.of_listener(listener).max_connections
    }

    /// Counts a connection that was accepted.
    ///
    /// # Errors
    /// Its address has too many.
    pub fn admit(&self, listener: &ListenerName, ip: IpAddr) -> Result<Admission, TooManyOfOneAddress> {
        let ip = ip.to_canonical();
        let bounds = self.0.bounds.load();
        let max_of_ip = *bounds.max_per_ip_overrides.get(&ip).unwrap_or(&bounds.max_per_ip);
        let mut counts = self.0.counts.lock();
        if counts.by_ip.get(&ip).copied().unwrap_or(0) >= max_of_ip {
            return Err(TooManyOfOneAddress);
        }
        counts.all += 1;
        *counts.by_ip.entry(ip).or_default() += 1;
        *counts.by_listener.entry(listener.clone()).or_default() += 1;
        Ok(Admission {
            quotas: self.clone(),
            listener: listener.clone(),
            ip,
        })
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let shared = &self.quotas.0;
        let mut counts = shared.counts.lock();
        counts.all -= 1;
        decrement(&mut counts.by_ip, &self.ip);
        decrement(&mut counts.by_listener, &self.listener);
        drop(counts);
        shared.freed.notify_waiters();
    }
}

/// Counts one less, and forgets a key that has none: addresses come and go without end.
fn decrement<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// Spaces new connections so that there are at most so many a second, a second's worth of them at once.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CreationRate {
    /// When the connections let in so far would have been due at an even pace, in microseconds.
    due_us: u64,
}

impl CreationRate {
    /// Counts one connection and says how long to wait before the next is accepted, at most `per_second` a second.
    pub(super) fn count_one(&mut self, per_second: Option<u32>, now: MonotonicMs) -> Duration {
        let Some(per_second) = per_second else {
            return Duration::ZERO;
        };
        let now_us = now.as_ms().saturating_mul(1000);
        let burst_began = now_us.saturating_sub(1_000_000);
        self.due_us = self.due_us.max(burst_began) + 1_000_000 / u64::from(per_second.max(1));
        Duration::from_micros(self.due_us.saturating_sub(now_us))
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::ListenerBounds;
    use super::*;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn an_address_has_its_own_bound_and_an_override_beats_it() {
        let quotas = ConnectionQuotas::new(ConnectionBounds {
            max_per_ip: 1,
            max_per_ip_overrides: HashMap::from([(ip(2), 2)]),
            ..ConnectionBounds::default()
        });
        let name = ListenerName::new("A");
        let first = quotas.admit(&name, ip(1)).unwrap();
        assert_eq!(quotas.admit(&name, ip(1)).unwrap_err(), TooManyOfOneAddress);
        let mapped = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(quotas.admit(&name, mapped).unwrap_err(), TooManyOfOneAddress);
        let _others = [
            quotas.admit(&name, ip(2)).unwrap(),
            quotas.admit(&name, ip(2)).unwrap(),
        ];
        assert_eq!(quotas.admit(&name, ip(2)).unwrap_err(), TooManyOfOneAddress);
        drop(first);
        assert!(quotas.admit(&name, ip(1)).is_ok());
    }

    #[test]
    fn a_full_listener_waits_while_others_go_on() {
        let (full, other) = (ListenerName::new("A"), ListenerName::new("B"));
        let one = ListenerBounds {
            max_connections: 1,
            max_creation_rate: None,
        };
        let bounds = ConnectionBounds {
            by_listener: HashMap::from([(full.clone(), one), (other.clone(), one)]),
            ..ConnectionBounds::default()
        };
        let quotas = ConnectionQuotas::new(bounds);
        let admission = quotas.admit(&full, ip(1)).unwrap();
        assert!(!quotas.has_room(&full));
        assert!(quotas.has_room(&other));
        drop(admission);
        assert!(quotas.has_room(&full));
        assert_eq!(quotas.count(), 0);
    }

    #[tokio::test]
    async fn a_bound_that_is_raised_lets_waiting_listeners_go_on() {
        let name = ListenerName::new("A");
        let quotas = ConnectionQuotas::new(ConnectionBounds {
            max_connections: 0,
            ..ConnectionBounds::default()
        });
        let waiting = quotas.room(&name);
        tokio::pin!(waiting);
        tokio::select! {
            biased;
            () = &mut waiting => panic!("there was room"),
            () = std::future::ready(()) => {}
        }
        quotas.set_bounds(ConnectionBounds::default());
        waiting.await;
    }

    #[test]
    fn new_connections_are_spaced_after_a_second_s_worth() {
        let mut rate = CreationRate::default();
        let at = |ms| MonotonicMs::from_ms(ms);
        let delays: Vec<_> = (0..12)
            .map(|_| rate.count_one(Some(10), at(5000)).as_millis())
            .collect();
        assert_eq!(delays[..10], [0; 10]);
        assert_eq!(delays[10..], [100, 200]);
        assert_eq!(rate.count_one(Some(10), at(60_000)), Duration::ZERO);
    }
}
