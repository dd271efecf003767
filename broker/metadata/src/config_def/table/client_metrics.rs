//! Configs of client-metrics subscriptions.
//!
//! Data only. A row reads: name, type = default, what is valid, importance, when it may change, visibility, whether
//! it acts here, the broker configs that it falls back to, and what it is for.

use super::prelude::*;

configs! {
    pub(in crate::config_def) static CLIENT_METRICS:
    "interval.ms": Int = Value("300000"), Any, Medium, OfResource, Public, No(TELEMETRY), [],
        "How often clients push their metrics.";
    "match": List = Value(""), Distinct, Medium, OfResource, Public, No(TELEMETRY), [],
        "Which clients the subscription is for, as attribute=pattern.";
    "metrics": List = Value(""), Distinct, Medium, OfResource, Public, No(TELEMETRY), [],
        "Prefixes of the metrics that are asked for; empty for none.";
}
