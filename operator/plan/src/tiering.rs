//! What tiering comes to in Kafka's configuration, of a cluster and of a topic, and in the environment of its nodes.
//!
//! Invariant: no secret is in a configuration file; keys reach a node as variables that Kubernetes reads from the Secret,
//! which the operator itself may not read.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use operator_api::tiering::{LocalRetention, Tiering, TopicTiering};

use crate::validate::bytes;

/// Keys of the store: variables of a node and keys of the Secret alike.
const CREDENTIALS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// Where the older records of a cluster lie, with its defaults.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ValidatedTiering {
    /// `s3://bucket/prefix`.
    pub store: String,
    /// Region of the bucket.
    pub region: Option<String>,
    /// URL of the store.
    pub endpoint: Option<String>,
    /// Secret with its keys.
    pub secret: Option<String>,
}

impl ValidatedTiering {
    /// Of a cluster with this name in this namespace.
    #[must_use]
    pub fn of(tiering: &Tiering, namespace: &str, name: &str) -> Self {
        let own = || format!("{namespace}/{name}");
        let prefix = tiering.prefix.clone().unwrap_or_else(own);
        Self {
            store: format!("s3://{}/{prefix}", tiering.bucket),
            region: tiering.region.clone(),
            endpoint: tiering.endpoint.clone(),
            secret: tiering
                .credentials_secret_ref
                .as_ref()
                .map(|secret| secret.name.clone()),
        }
    }

    /// What every node is configured with.
    #[must_use]
    pub fn config(&self) -> BTreeMap<String, String> {
        let some = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut config = BTreeMap::from([
            some("eddyline.remote.store", &self.store),
            some("remote.log.storage.system.enable", "true"),
        ]);
        if let Some(region) = &self.region {
            config.extend([some("eddyline.remote.s3.region", region)]);
        }
        if let Some(endpoint) = &self.endpoint {
            config.extend([some("eddyline.remote.s3.endpoint", endpoint)]);
        }
        config
    }

    /// Variables of a node that come from the Secret.
    #[must_use]
    pub fn environment(&self) -> Vec<core::EnvVar> {
        let Some(secret) = &self.secret else {
            return Vec::new();
        };
        let variable = |key: &str| core::EnvVar {
            name: key.to_owned(),
            value_from: Some(core::EnvVarSource {
                secret_key_ref: Some(core::SecretKeySelector {
                    name: secret.clone(),
                    key: key.to_owned(),
                    ..core::SecretKeySelector::default()
                }),
                ..core::EnvVarSource::default()
            }),
            ..core::EnvVar::default()
        };
        CREDENTIALS.map(variable).to_vec()
    }
}

/// What a cluster's tiered topics keep on local disks, set while brokers run.
#[must_use]
pub fn of_all_topics(tiering: &Tiering) -> BTreeMap<String, String> {
    let names = ["log.local.retention.ms", "log.local.retention.bytes"];
    limits(tiering.local_retention.as_ref(), names)
}

/// The configuration of a tiered topic.
#[must_use]
pub fn of_topic(tiering: &TopicTiering) -> BTreeMap<String, String> {
    let names = ["local.retention.ms", "local.retention.bytes"];
    let mut config = limits(tiering.local_retention.as_ref(), names);
    config.insert("remote.storage.enable".to_owned(), "true".to_owned());
    config
}

/// What is no time and no size is left to the broker, which names it when it refuses.
fn limits(retention: Option<&LocalRetention>, [time, size]: [&str; 2]) -> BTreeMap<String, String> {
    let number =
        |text: &str, value: Option<i64>| value.map_or_else(|| text.to_owned(), |value| value.to_string());
    let mut limits = BTreeMap::new();
    if let Some(retention) = retention {
        if let Some(text) = &retention.time {
            limits.insert(time.to_owned(), number(text, milliseconds(text)));
        }
        if let Some(text) = &retention.size {
            limits.insert(size.to_owned(), number(text, bytes(text)));
        }
    }
    limits
}

/// Milliseconds of a time such as 12h; `None` if it is none or does not fit.
fn milliseconds(time: &str) -> Option<i64> {
    let digits = time.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor: i64 = match &time[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retention(time: &str, size: &str) -> LocalRetention {
        LocalRetention {
            time: Some(time.to_owned()),
            size: Some(size.to_owned()),
        }
    }

    #[test]
    fn times_and_sizes_become_kafkas_numbers() {
        let topic = of_topic(&TopicTiering {
            local_retention: Some(retention("12h", "2Gi")),
        });
        assert_eq!(topic["local.retention.ms"], "43200000");
        assert_eq!(topic["local.retention.bytes"], "2147483648");
        assert_eq!(topic["remote.storage.enable"], "true");
        let cluster = of_all_topics(&Tiering {
            local_retention: Some(retention("9999999999d", "999999Ti")),
            ..Tiering::default()
        });
        assert_eq!(cluster["log.local.retention.ms"], "863999999913600000");
        assert_eq!(cluster["log.local.retention.bytes"], "1099510528264372224");
    }

    #[test]
    fn what_is_neither_reaches_the_broker_as_it_is() {
        let topic = of_topic(&TopicTiering {
            local_retention: Some(retention("soon", "much")),
        });
        assert_eq!(topic["local.retention.ms"], "soon");
        assert_eq!(topic["local.retention.bytes"], "much");
    }

    #[test]
    fn a_topic_without_limits_of_its_own_says_only_that_it_is_tiered() {
        let config = of_topic(&TopicTiering::default());
        assert_eq!(config.keys().collect::<Vec<_>>(), ["remote.storage.enable"]);
    }
}
