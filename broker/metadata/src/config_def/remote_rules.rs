//! Whether a topic may be tiered with the rest of its configurations, by Kafka's rules (KIP-405, KIP-950) but for one:
//! compacted topics may, too; what the cleaner has gone over is copied, and tombstones stay.

use super::ConfigValue;
use crate::ConfigError;

/// What decides about tiering beside the topic's own configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteContext {
    /// Whether the cluster has a remote tier.
    pub system: RemoteSystem,
    /// Whether the topic was tiered before.
    pub before: TieredBefore,
    /// Who reads the topic.
    pub readers: TopicReaders,
}

/// Who reads a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicReaders {
    /// Consumers.
    Clients,
    /// The brokers themselves, which read what is local alone.
    Brokers,
}

/// `remote.log.storage.system.enable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteSystem {
    /// There is a remote tier.
    Enabled,
    /// There is none.
    Disabled,
}

/// Whether a topic has something to lose in the remote tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieredBefore {
    /// It was tiered.
    Yes,
    /// It was not, or is new.
    No,
}

/// Meaning "as the whole log" of `local.retention.*`.
const AS_WHOLE: i64 = -2;
const NO_LIMIT: i64 = -1;

/// Whether these may stand together; `effective` answers what acts.
pub(super) fn check(
    effective: &dyn Fn(&str) -> Option<ConfigValue>,
    context: RemoteContext,
) -> Result<(), ConfigError> {
    let flag = |name: &str| effective(name) == Some(ConfigValue::Boolean(true));
    if !flag("remote.storage.enable") {
        let forgets = context.before == TieredBefore::Yes && !flag("remote.log.delete.on.disable");
        return match forgets && context.system == RemoteSystem::Enabled {
            true => refused(
                "It is invalid to disable remote storage without deleting remote data. If you want to keep the remote \
                 data and turn to read only, please set `remote.storage.enable=true,remote.log.copy.disable=true`. If \
                 you want to disable remote storage and delete all remote data, please set \
                 `remote.storage.enable=false,remote.log.delete.on.disable=true`.",
            ),
            false => Ok(()),
        };
    }
    if context.system == RemoteSystem::Disabled {
        return refused(
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log \
             storage.",
        );
    }
    if context.readers == TopicReaders::Brokers {
        return refused("Remote log storage is not supported for internal topics.");
    }
    let limits = ["bytes", "ms"].map(|kind| Limits::of(effective, kind));
    limits.iter().try_for_each(Limits::check_local)?;
    limits.iter().try_for_each(Limits::check_lag)?;
    match flag("remote.log.copy.disable") {
        true => limits.iter().try_for_each(Limits::check_without_copies),
        false => Ok(()),
    }
}

/// What the topic keeps, by time or by size.
struct Limits {
    kind: &'static str,
    whole: i64,
    local: i64,
    lag: i64,
}

impl Limits {
    fn of(effective: &dyn Fn(&str) -> Option<ConfigValue>, kind: &'static str) -> Self {
        let number = |name: &str| match effective(&format!("{name}.{kind}")) {
            Some(ConfigValue::Number(number)) => number,
            _ => NO_LIMIT,
        };
        Self {
            kind,
            whole: number("retention"),
            local: number("local.retention"),
            lag: number("remote.copy.lag"),
        }
    }

    /// The local part is kept no longer than the whole.
    fn check_local(&self) -> Result<(), ConfigError> {
        let Self {
            kind, whole, local, ..
        } = self;
        let invalid =
            format!("Invalid value {local} for configuration local.retention.{kind}: Value must not be");
        match *local {
            AS_WHOLE => Ok(()),
            _ if *whole == NO_LIMIT => Ok(()),
            NO_LIMIT => refused(format!(
                "{invalid} -1 as retention.{kind} value is set as {whole}."
            )),
            local if local > *whole => refused(format!(
                "{invalid} more than retention.{kind} property value: {whole}"
            )),
            _ => Ok(()),
        }
    }

    /// Nothing waits for its copy longer than it is to stay local (KIP-1241).
    fn check_lag(&self) -> Result<(), ConfigError> {
        let Self { kind, lag, .. } = self;
        let kept = match self.local {
            AS_WHOLE => self.whole,
            local => local,
        };
        match kept >= 0 && *lag > kept {
            false => Ok(()),
            true => refused(format!(
                "Invalid value {lag} for configuration remote.copy.lag.{kind}: Value must not exceed \
                 local.retention.{kind} (effective value: {kept})"
            )),
        }
    }

    fn check_without_copies(&self) -> Result<(), ConfigError> {
        let kind = self.kind;
        match self.local == AS_WHOLE || self.local == self.whole {
            true => Ok(()),
            false => refused(format!(
                "When `remote.log.copy.disable` is set to true, the `local.retention.{kind}` and `retention.{kind}` must \
                 be set to the identical value because there will be no more logs copied to the remote storage."
            )),
        }
    }
}

fn refused(message: impl Into<String>) -> Result<(), ConfigError> {
    Err(ConfigError::Refused(message.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config_def::{ConfigDef, validate_topic_configs};

    const SERVED: RemoteContext = RemoteContext {
        system: RemoteSystem::Enabled,
        before: TieredBefore::No,
        readers: TopicReaders::Clients,
    };

    fn refusal(configs: &[(&str, &str)], context: RemoteContext) -> Option<String> {
        let inherited = |def: &ConfigDef| def.default_text().map(str::to_owned);
        let checked = validate_topic_configs(configs.iter().copied(), inherited, context);
        checked.err().map(|error| error.to_string())
    }

    fn tiered(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
        let mut configs = vec![("remote.storage.enable", "true")];
        configs.extend(more);
        configs
    }

    #[test]
    fn a_topic_is_tiered_only_where_the_cluster_is() {
        let none = RemoteContext {
            system: RemoteSystem::Disabled,
            ..SERVED
        };
        assert_eq!(refusal(&tiered(&[]), SERVED), None);
        assert!(
            refusal(&tiered(&[]), none)
                .unwrap()
                .contains("is disabled in the broker")
        );
        assert_eq!(refusal(&[("remote.log.copy.disable", "true")], none), None);
    }

    #[test]
    fn compacted_topics_may_be_tiered_and_internal_ones_may_not() {
        let internal = RemoteContext {
            readers: TopicReaders::Brokers,
            ..SERVED
        };
        for policy in ["compact", "compact,delete", "delete"] {
            let configs = tiered(&[("cleanup.policy", policy)]);
            assert_eq!(refusal(&configs, SERVED), None);
            assert!(refusal(&configs, internal).is_some());
        }
    }

    #[test]
    fn the_local_part_is_not_kept_longer_than_the_whole() {
        let local = |whole, local| {
            refusal(
                &tiered(&[("retention.ms", whole), ("local.retention.ms", local)]),
                SERVED,
            )
        };
        assert_eq!(local("1000", "1000"), None);
        assert_eq!(local("1000", "-2"), None);
        assert_eq!(local("-1", "1000"), None);
        assert_eq!(local("-1", "-1"), None);
        assert!(local("1000", "1001").unwrap().contains("must not be more than"));
        assert!(local("1000", "-1").unwrap().contains("must not be -1"));
        let bytes = tiered(&[("retention.bytes", "5"), ("local.retention.bytes", "6")]);
        assert!(refusal(&bytes, SERVED).unwrap().contains("local.retention.bytes"));
    }

    #[test]
    fn no_copy_waits_longer_than_its_segment_is_to_stay_local() {
        let lag = |whole, local, lag| {
            let more = [
                ("retention.ms", whole),
                ("local.retention.ms", local),
                ("remote.copy.lag.ms", lag),
            ];
            refusal(&tiered(&more), SERVED)
        };
        for (whole, local) in [("9000", "1000"), ("-1", "1000"), ("1000", "-2")] {
            assert_eq!(lag(whole, local, "1000"), None);
            assert_eq!(lag(whole, local, "-1"), None);
            assert!(
                lag(whole, local, "1001")
                    .unwrap()
                    .contains("must not exceed local.retention.ms (effective value: 1000)")
            );
        }
        assert_eq!(lag("-1", "-2", "1001"), None);
        assert_eq!(lag("-1", "-1", "1001"), None);
        let bytes = [("local.retention.bytes", "5"), ("remote.copy.lag.bytes", "6")];
        assert!(
            refusal(&tiered(&bytes), SERVED)
                .unwrap()
                .contains("remote.copy.lag.bytes")
        );
    }

    #[test]
    fn where_nothing_more_is_copied_the_local_part_is_kept_as_long_as_the_whole() {
        let stopped = |local| {
            let more = [
                ("remote.log.copy.disable", "true"),
                ("retention.ms", "1000"),
                ("local.retention.ms", local),
            ];
            refusal(&tiered(&more), SERVED)
        };
        assert!(stopped("500").unwrap().contains("identical value"));
        assert_eq!(stopped("1000"), None);
        assert_eq!(stopped("-2"), None);
    }

    #[test]
    fn tiering_ends_only_with_the_remote_data() {
        let before = RemoteContext {
            before: TieredBefore::Yes,
            ..SERVED
        };
        let off = [("remote.storage.enable", "false")];
        assert!(
            refusal(&off, before)
                .unwrap()
                .contains("without deleting remote data")
        );
        assert!(refusal(&[], before).is_some());
        let with_data = [off[0], ("remote.log.delete.on.disable", "true")];
        assert_eq!(refusal(&with_data, before), None);
        assert_eq!(refusal(&off, SERVED), None);
    }
}
