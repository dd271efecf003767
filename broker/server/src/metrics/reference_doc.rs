//! The reference page of the metrics, made from their table.

use std::fmt::Write as _;

use super::definition::METRICS;

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
    page
}
