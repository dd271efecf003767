//! How many requests of each API there were, and how long they took.

use std::time::Duration;

use broker_protocol::ApiKey;

use super::histogram::{Histogram, HistogramSnapshot};

/// One histogram for each API of Kafka, so that counting looks nothing up.
#[derive(Debug)]
pub struct RequestCounters {
    by_api: Box<[Histogram]>,
}

impl Default for RequestCounters {
    fn default() -> Self {
        Self {
            by_api: ApiKey::ALL.iter().map(|_| Histogram::default()).collect(),
        }
    }
}

impl RequestCounters {
    /// Counts one request that took so long.
    pub fn count(&self, api: ApiKey, took: Duration) {
        if let Some(histogram) = self.by_api.get(api as usize) {
            histogram.count(took);
        }
    }

    /// The APIs that were asked for, in order of their keys.
    pub(super) fn used(&self) -> Vec<(ApiKey, HistogramSnapshot)> {
        let all = ApiKey::ALL.iter().zip(&self.by_api);
        all.map(|(api, histogram)| (*api, histogram.snapshot()))
            .filter(|(_, snapshot)| snapshot.count > 0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_apis_that_were_asked_for_are_shown() {
        let counters = RequestCounters::default();
        counters.count(ApiKey::Fetch, Duration::from_millis(1));
        counters.count(ApiKey::Fetch, Duration::from_millis(2));
        let used = counters.used();
        assert_eq!(used.len(), 1);
        assert_eq!((used[0].0, used[0].1.count), (ApiKey::Fetch, 2));
    }
}
