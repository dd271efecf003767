//! What `tier cost` shows: a month of requests and bytes, if it went on as since the nodes started.
//!
//! No prices: they differ by store and region and change. Deletes are free with most stores.

use broker_admin::v1::TierStatusResponse;
use serde::Serialize;

use crate::output::Shown;
use crate::size::short;
use crate::table::Table;

const MONTH_MS: f64 = 30.0 * 24.0 * 3_600_000.0;
/// Less says little about a month.
const TELLING_MS: u64 = 3_600_000;

/// A month.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Month {
    /// How long the node counted that counted the shortest.
    counted_ms: u64,
    put_requests: f64,
    get_requests: f64,
    list_requests: f64,
    delete_requests: f64,
    copied_bytes: f64,
    read_bytes: f64,
    /// What lies there now; it is paid for by time.
    stored_bytes: u64,
    put_requests_per_gib_copied: Option<f64>,
}

impl Month {
    pub(super) fn of(nodes: &[TierStatusResponse]) -> Self {
        let a_month = |count: fn(&TierStatusResponse) -> u64| {
            let of_node = |node: &TierStatusResponse| match node.counted_ms {
                0 => 0.0,
                counted => count(node) as f64 * MONTH_MS / counted as f64,
            };
            nodes.iter().map(of_node).sum::<f64>()
        };
        let topics = nodes.iter().flat_map(|node| &node.topics);
        let copied = nodes.iter().map(|node| node.copied_bytes).sum::<u64>() as f64 / f64::from(1 << 30);
        let puts = nodes.iter().map(|node| node.put_requests).sum::<u64>() as f64;
        Self {
            counted_ms: nodes.iter().map(|node| node.counted_ms).min().unwrap_or(0),
            put_requests: a_month(|node| node.put_requests),
            get_requests: a_month(|node| node.get_requests),
            list_requests: a_month(|node| node.list_requests),
            delete_requests: a_month(|node| node.delete_requests),
            copied_bytes: a_month(|node| node.copied_bytes),
            read_bytes: a_month(|node| node.read_bytes),
            stored_bytes: topics.map(|topic| topic.remote_bytes).sum(),
            put_requests_per_gib_copied: (copied > 0.0).then(|| puts / copied),
        }
    }
}

impl Shown for Month {
    fn text(&self) -> String {
        let mut table = Table::new(&["A MONTH", "ESTIMATE"]);
        for (what, count) in [
            ("PUT requests", self.put_requests),
            ("GET requests", self.get_requests),
            ("LIST requests", self.list_requests),
            ("DELETE requests", self.delete_requests),
        ] {
            table.row([what.to_owned(), format!("{count:.0}")]);
        }
        table.row(["copied".to_owned(), short(self.copied_bytes)]);
        table.row(["read".to_owned(), short(self.read_bytes)]);
        table.row(["stored now".to_owned(), short(self.stored_bytes as f64)]);
        if let Some(puts) = self.put_requests_per_gib_copied {
            table.row(["PUT requests per GiB copied".to_owned(), format!("{puts:.1}")]);
        }
        let minutes = self.counted_ms / 60_000;
        match self.counted_ms < TELLING_MS {
            true => {
                format!("{table}counted for {minutes} minutes only: the start of a node weighs too much\n")
            }
            false => table.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use broker_admin::v1::TierTopic;

    use super::*;

    #[test]
    fn a_month_is_what_each_node_counted_at_its_own_rate() {
        let node = |counted_ms, put_requests| TierStatusResponse {
            counted_ms,
            put_requests,
            copied_bytes: 1 << 29,
            topics: vec![TierTopic {
                remote_bytes: 7,
                ..TierTopic::default()
            }],
            ..TierStatusResponse::default()
        };
        let day = 24 * 3_600_000;
        let month = Month::of(&[node(day, 10), node(day / 2, 10)]);
        assert_eq!(month.put_requests, 900.0);
        assert_eq!((month.stored_bytes, month.counted_ms), (14, day / 2));
        assert_eq!(month.put_requests_per_gib_copied, Some(20.0));
        assert_eq!(Month::of(&[]).put_requests, 0.0);
    }
}
