//! The reference page of the metrics, made from their table.

use std::fmt::Write as _;

use super::definition::METRICS;
use super::kafkas_remote_metrics::KAFKAS_REMOTE_METRICS;

const OPENING: &str = "\
# Metrics

`GET /metrics` on the HTTP listener (`eddyline.http.listener`) answers in Prometheus' text form. A family without
samples is not shown: series appear when the feature is used. A family has at most
`eddyline.metrics.max.partitions` samples; `eddyline_metrics_samples_left_out` counts those beyond. Counters begin at 0
with the process, those of a topic when the broker takes its partitions over.

`GET /healthz` answers 200 while the process lives; `GET /readyz` answers 200 while clients are served, else 503 with the
reason.

Written by `cargo reference` out of the table in `broker/server/src/metrics/definition.rs`.

| Metric | Kind | Labels | What it says |
|---|---|---|---|
";

const KAFKAS_OPENING: &str = "
## Kafka's metrics of the remote tier

Every metric of the remote tier that Kafka 4.4 has, as a bean there and as a metric here. A meter of Kafka's is a counter
here: `rate()` of it is Kafka's rate.

| Kafka's bean | Its name | Here | In what it differs |
|---|---|---|---|
";

/// The page as Markdown.
pub fn reference_page() -> String {
    let mut page = OPENING.to_owned();
    for def in METRICS {
        let labels: Vec<_> = def.labels.iter().map(|label| format!("`{label}`")).collect();
        // Writing to a string does not fail.
        let _written = writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            def.name,
            def.kind.as_str(),
            labels.join(", "),
            def.help
        );
    }
    page.push_str(KAFKAS_OPENING);
    for metric in KAFKAS_REMOTE_METRICS {
        let (ours, differs) = (metric.ours.name, metric.differs);
        let _written = writeln!(
            page,
            "| `{}` | `{}` | `{ours}` | {differs} |",
            metric.bean, metric.name
        );
    }
    page
}
