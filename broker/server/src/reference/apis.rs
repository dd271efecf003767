//! Which of Kafka's APIs are served, out of the table of `dispatch`.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use broker_protocol::ApiKey;

use super::cell;
use crate::dispatch;
use crate::network::ListenerKind;

const OPENING: &str = "\
# APIs

Every API of Kafka 4.4 by its key, the versions that Kafka serves and those that are served here, to clients and through
the listeners of controllers. What is not served is not in the answer to ApiVersions either, so that clients know.
Produce names versions from 0 on and serves from 3 on, as Kafka does. Written by `cargo reference` out of the tables in
`broker/server/src/dispatch/tables.rs`.

";

/// The whole page.
pub(super) fn page() -> String {
    let mut page = OPENING.to_owned();
    page += "| Key | API | Kafka | Clients | Controllers | Why not |\n|---|---|---|---|---|---|\n";
    for api in ApiKey::ALL.iter().copied() {
        let shown = |kind| {
            served(kind, api)
                .map(|versions| range(&versions))
                .unwrap_or_default()
        };
        let (clients, controllers) = (shown(ListenerKind::Client), shown(ListenerKind::Controller));
        let is_missing = clients.is_empty() && controllers.is_empty();
        let reason = if is_missing { why_not(api) } else { "" };
        // Writing to a string does not fail.
        let _written = writeln!(
            page,
            "| {} | {} | {} | {clients} | {controllers} | {} |",
            api.code(),
            api.name(),
            range(&api.versions()),
            cell(reason)
        );
    }
    page
}

/// What is served, for the README.
pub(super) fn short_table() -> String {
    let served: Vec<String> = dispatch::table(ListenerKind::Client)
        .iter()
        .map(|row| format!("{} {}", row.api.name(), range(&row.advertised_versions())))
        .collect();
    let all = ApiKey::ALL.iter().filter(|api| api.is_on_broker()).count();
    let mut table = format!(
        "{} of the {all} APIs that a broker of Kafka 4.4 knows, with their versions; the others and why not:\n\
         [docs/reference/apis.md](docs/reference/apis.md).\n\n| | | |\n|---|---|---|\n",
        served.len()
    );
    for row in served.chunks(3) {
        let cells = (0..3).map(|at| row.get(at).map_or("", String::as_str));
        table += &format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    }
    table
}

fn served(kind: ListenerKind, api: ApiKey) -> Option<RangeInclusive<i16>> {
    let row = dispatch::table(kind).iter().find(|row| row.api == api)?;
    Some(row.advertised_versions())
}

fn range(versions: &RangeInclusive<i16>) -> String {
    match (versions.start(), versions.end()) {
        (start, end) if start > end => "none".to_owned(),
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start}-{end}"),
    }
}

fn why_not(api: ApiKey) -> &'static str {
    match api {
        ApiKey::AddPartitionsToTxn
        | ApiKey::AddOffsetsToTxn
        | ApiKey::EndTxn
        | ApiKey::WriteTxnMarkers
        | ApiKey::TxnOffsetCommit
        | ApiKey::DescribeTransactions
        | ApiKey::ListTransactions => "transactions",
        ApiKey::DescribeClientQuotas | ApiKey::AlterClientQuotas => "quotas",
        ApiKey::DescribeUserScramCredentials | ApiKey::AlterUserScramCredentials => "SASL",
        ApiKey::ConsumerGroupHeartbeat | ApiKey::ConsumerGroupDescribe => "consumer groups of KIP-848",
        ApiKey::GetTelemetrySubscriptions | ApiKey::PushTelemetry => "client metrics",
        other if other.name().contains("Share") => "share groups",
        other if other.name().starts_with("Streams") => "streams groups",
        _ => "between the nodes of a cluster",
    }
}
