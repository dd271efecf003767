//! Every configuration: type, default, what is valid, when it may change, whether it acts here, what it is for.

use std::fmt::Write as _;

use broker_metadata::config_def::{self, Acts, ConfigDef, DefaultValue, UpdateMode, Validator, Visibility};

use super::cell;
use crate::config::OWN_CONFIGS;

const OPENING: &str = "\
# Configurations

All configurations of Kafka 4.4, and our own. A broker reads a properties file (`eddyline broker --config FILE`), then
`KAFKA_*` variables of the environment (`KAFKA_LOG_DIRS` is `log.dirs`; `__` is an underscore, `___` a dash), then
`EDDYLINE_*` variables likewise, then `--override NAME=VALUE`; the later wins. What is read and changes nothing is named in
the log at the start.

*Changes*: `start` needs a restart, `broker` can be changed for one broker while it runs, `cluster` for all as well,
`any time` belongs to a topic, group or subscription. *Acts*: `yes`, or why it is checked, kept and shown, and changes
nothing. Internal configurations are left out. Written by `cargo reference` out of the tables in
`broker/metadata/src/config_def`.
";

/// The whole page.
pub(super) fn page() -> String {
    let mut page = OPENING.to_owned();
    let own: Vec<&ConfigDef> = OWN_CONFIGS.iter().collect();
    section(&mut page, "Our own", &own);
    section(&mut page, "Brokers", config_def::broker_configs());
    section(&mut page, "Topics", config_def::topic_configs());
    section(&mut page, "Groups", config_def::group_configs());
    section(&mut page, "Client metrics", config_def::client_metrics_configs());
    page
}

fn section(page: &mut String, title: &str, rows: &[&ConfigDef]) {
    let shown: Vec<&ConfigDef> = rows
        .iter()
        .copied()
        .filter(|def| def.visibility != Visibility::Internal)
        .collect();
    let acting = shown.iter().filter(|def| def.acts == Acts::Yes).count();
    // Writing to a string does not fail.
    let _written = write!(
        page,
        "\n## {title}\n\n{acting} of {} act.\n\n\
         | Config | Type | Default | Valid | Changes | Acts | What it is for |\n|---|---|---|---|---|---|---|\n",
        shown.len()
    );
    for def in shown {
        let acts = match def.acts {
            Acts::Yes => "yes",
            Acts::No(reason) => reason,
        };
        let _written = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            def.name,
            def.kind.to_string().to_lowercase(),
            default(def),
            cell(&valid(def.validator)),
            changes(def.update_mode),
            cell(acts),
            cell(def.doc)
        );
    }
}

fn default(def: &ConfigDef) -> String {
    match def.default {
        DefaultValue::Required => "must be set".to_owned(),
        DefaultValue::Null => "none".to_owned(),
        DefaultValue::Value("") => "empty".to_owned(),
        DefaultValue::Value(text) => format!("`{}`", cell(text)),
    }
}

fn changes(mode: UpdateMode) -> &'static str {
    match mode {
        UpdateMode::ReadOnly => "start",
        UpdateMode::PerBroker => "broker",
        UpdateMode::ClusterWide => "cluster",
        UpdateMode::OfResource => "any time",
    }
}

fn valid(validator: Validator) -> String {
    match validator {
        Validator::Any => String::new(),
        Validator::AtLeast(min) => format!("from {min}"),
        Validator::Between(min, max) => format!("{min} to {max}"),
        Validator::BetweenFractions(min, max) => format!("{min} to {max}"),
        Validator::OneOf(words) => words.join(", "),
        Validator::OneOfIgnoringCase(words) => format!("{} in any case", words.join(", ")),
        Validator::EachOneOf(words) => format!("each of {}", words.join(", ")),
        Validator::Distinct => "nothing twice".to_owned(),
        Validator::NonEmptyDistinct => "not empty, nothing twice".to_owned(),
        Validator::NonEmpty => "not empty".to_owned(),
        Validator::NonNull => "given".to_owned(),
        Validator::GzipLevel => "1 to 9, or -1".to_owned(),
        Validator::ThrottledReplicas => "`*` or partition:broker pairs".to_owned(),
        Validator::OffsetReset => "earliest, latest or by_duration:PnDTnHnMn.nS".to_owned(),
    }
}
