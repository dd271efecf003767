//! What the broker tells monitoring about itself, in Prometheus' text form.
//!
//! [`definition`] names every metric once; the exposition and `docs/reference/metrics.md` come from that table. Names
//! are those that Kafka's dashboards ask for (JMX names as the usual exporter rules write them, `kafka_exporter`'s for
//! topics and groups), and `eddyline_*` for what Kafka does not have. Owns the counters of requests; those of the
//! network and of partitions lie with their owners. Invariants: counting is one relaxed addition, without lock or
//! allocation; every family has a bound of samples, and what is left out is counted; a family without samples is
//! not shown.

mod collect;
mod consumer_lag;
mod counter;
mod definition;
mod exposition;
mod histogram;
mod kafkas_remote_metrics;
mod process;
mod recent_times;
mod reference_doc;
mod remote_tier;
mod remote_topics;
mod requests;

pub(crate) use collect::render_without_broker;
pub use collect::{Stage, render};
pub use counter::{Counter, PartitionCounters, RemoteCounters, StoreRequests};
pub use definition::{METRICS, MetricDef, MetricKind};
pub use histogram::Histogram;
pub use recent_times::{RecentFigures, RecentTimes};
pub use reference_doc::reference_page;
pub use remote_topics::{RemoteTopicCounters, RemoteTopics};
pub use requests::RequestCounters;
