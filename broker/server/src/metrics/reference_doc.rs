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

This page is made from the table in `broker/server/src/metrics/definition.rs`; a test compares them. To write it anew:
`EDDYLINE_WRITE_REFERENCE=1 cargo test -p broker-server the_page_of_metrics_is_fresh`.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_metrics_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/metrics.md");
        if std::env::var_os("EDDYLINE_WRITE_REFERENCE").is_some() {
            std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
            std::fs::write(path, reference_page()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == reference_page(),
            "docs/reference/metrics.md is stale; see there how to write it anew"
        );
    }
}
