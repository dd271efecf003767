//! The configurations that Kafka does not have.

use broker_metadata::config_def::{
    Acts, ConfigDef, ConfigType, DefaultValue, Importance, UpdateMode, Validator, Visibility,
};

const fn own(name: &'static str, kind: ConfigType, default: &'static str, doc: &'static str) -> ConfigDef {
    ConfigDef {
        name,
        kind,
        default: DefaultValue::Value(default),
        validator: Validator::Any,
        importance: Importance::Medium,
        update_mode: UpdateMode::ReadOnly,
        visibility: Visibility::Public,
        acts: Acts::Yes,
        synonyms: &[],
        doc,
    }
}

/// Every configuration of our own, by name.
pub static OWN_CONFIGS: &[ConfigDef] = &[
    own(
        "eddyline.admin.allow.plaintext",
        ConfigType::Boolean,
        "false",
        "Whether the admin service may listen, unencrypted, where other machines reach it: say so for a network that you trust only.",
    ),
    own(
        "eddyline.admin.listener",
        ConfigType::String,
        "",
        "Address of the admin service (gRPC), such as 127.0.0.1:9645; empty for none.",
    ),
    ConfigDef {
        validator: Validator::AtLeast(1_048_576),
        ..own(
            "eddyline.group.memory.bytes",
            ConfigType::Long,
            "134217728",
            "Bytes that consumer groups and their offsets may hold in memory; beyond, no new ones are taken.",
        )
    },
    own(
        "eddyline.http.listener",
        ConfigType::String,
        "127.0.0.1:9644",
        "Address of the HTTP server for /metrics, /healthz and /readyz; empty for none.",
    ),
    ConfigDef {
        validator: Validator::OneOf(&["text", "json"]),
        ..own(
            "eddyline.log.format",
            ConfigType::String,
            "text",
            "Whether the lines of the log are text or JSON.",
        )
    },
    own(
        "eddyline.log.level",
        ConfigType::String,
        "info",
        "Which lines are logged: a level, or levels by module as in `info,broker_storage=debug`.",
    ),
    ConfigDef {
        validator: Validator::AtLeast(0),
        ..own(
            "eddyline.metrics.max.partitions",
            ConfigType::Int,
            "10000",
            "How many partitions get metrics of their own; those beyond are left out.",
        )
    },
    ConfigDef {
        validator: Validator::AtLeast(0),
        ..own(
            "eddyline.rebalance.interval.seconds",
            ConfigType::Long,
            "0",
            "How long nothing may have happened in the cluster before the controller balances it unasked; 0 for never.",
        )
    },
    ConfigDef {
        validator: Validator::Between(100, 10_000),
        ..own(
            "eddyline.remote.backup.interval.ms",
            ConfigType::Long,
            "3000",
            "How often a broker looks for news of metadata, log ends and committed offsets to leave in the remote store, for a restore.",
        )
    },
    ConfigDef {
        validator: Validator::AtLeast(0),
        ..own(
            "eddyline.remote.cache.bytes",
            ConfigType::Long,
            "33554432",
            "Bytes of remote segments and their indexes that are kept in memory for readers.",
        )
    },
    ConfigDef {
        validator: Validator::AtLeast(65_536),
        ..own(
            "eddyline.remote.chunk.bytes",
            ConfigType::Int,
            "1048576",
            "Bytes of a remote segment that are asked of the store at a time.",
        )
    },
    ConfigDef {
        update_mode: UpdateMode::ClusterWide,
        ..own(
            "eddyline.remote.copy.paused",
            ConfigType::Boolean,
            "false",
            "Whether nothing is copied to the remote tier for now (`eddyline tier pause`); what is there stays readable.",
        )
    },
    ConfigDef {
        validator: Validator::AtLeast(0),
        update_mode: UpdateMode::ClusterWide,
        ..own(
            "eddyline.remote.disk.bytes",
            ConfigType::Long,
            "0",
            "Bytes that tiered logs may hold on the disks of a broker; beyond, copied segments go before their time, then eddyline.remote.disk.full.policy acts. 0 for no such budget.",
        )
    },
    ConfigDef {
        validator: Validator::OneOf(&["block", "drop-oldest"]),
        update_mode: UpdateMode::ClusterWide,
        ..own(
            "eddyline.remote.disk.full.policy",
            ConfigType::String,
            "block",
            "When that budget is used up and the store takes nothing: `block` refuses records for tiered topics until there is room, `drop-oldest` deletes the oldest segments of them for good, with what the store holds before them.",
        )
    },
    ConfigDef {
        validator: Validator::AtLeast(0),
        ..own(
            "eddyline.remote.orphan.grace.ms",
            ConfigType::Long,
            "3600000",
            "How old an object of a partition that nothing names must be before it is deleted; longer than any upload takes. So long a deleted topic is remembered after nothing was found of it.",
        )
    },
    ConfigDef {
        validator: Validator::AtLeast(0),
        ..own(
            "eddyline.remote.reader.grace.ms",
            ConfigType::Long,
            "60000",
            "How long an object stays in the remote store after readers are sent there no more.",
        )
    },
    ConfigDef {
        default: DefaultValue::Null,
        ..own(
            "eddyline.remote.s3.access.key.id",
            ConfigType::String,
            "",
            "Access key of the remote store; without it AWS_ACCESS_KEY_ID or the role of the machine.",
        )
    },
    ConfigDef {
        default: DefaultValue::Null,
        ..own(
            "eddyline.remote.s3.endpoint",
            ConfigType::String,
            "",
            "URL of an S3 store that is not Amazon's; with http:// nothing is encrypted.",
        )
    },
    ConfigDef {
        default: DefaultValue::Null,
        ..own(
            "eddyline.remote.s3.region",
            ConfigType::String,
            "",
            "Region of the bucket; without it AWS_REGION, else us-east-1.",
        )
    },
    ConfigDef {
        default: DefaultValue::Null,
        ..own(
            "eddyline.remote.s3.secret.access.key",
            ConfigType::Password,
            "",
            "Secret key of the remote store; without it AWS_SECRET_ACCESS_KEY or the role of the machine.",
        )
    },
    own(
        "eddyline.remote.store",
        ConfigType::String,
        "",
        "Where the remote tier lies: s3://bucket/prefix, or file:///folder to try it out on one machine; in a program built with --features \
         gcs,azure also gs://bucket/prefix and az://container/prefix, with the credentials of the environment.",
    ),
    own(
        "eddyline.remote.topics",
        ConfigType::Boolean,
        "false",
        "Whether topics that do not say remote.storage.enable are tiered; compacted and internal ones are not. The same on every node; before it is turned off, topics whose remote part is to be read have to say remote.storage.enable=true.",
    ),
    ConfigDef {
        validator: Validator::AtLeast(1_048_576),
        ..own(
            "eddyline.request.memory.bytes",
            ConfigType::Long,
            "134217728",
            "Bytes of requests held at a time while `queued.max.request.bytes` is -1.",
        )
    },
    ConfigDef {
        validator: Validator::AtLeast(1_048_576),
        ..own(
            "eddyline.response.memory.bytes",
            ConfigType::Long,
            "134217728",
            "Bytes of answers held at a time.",
        )
    },
    ConfigDef {
        default: DefaultValue::Null,
        ..own(
            "eddyline.restore.from",
            ConfigType::String,
            "",
            "A bucket, the same as eddyline.remote.store, out of which a node with empty directories is restored when it starts; without effect on others.",
        )
    },
    ConfigDef {
        validator: Validator::AtLeast(0),
        ..own(
            "eddyline.tail.cache.bytes",
            ConfigType::Long,
            "16777216",
            "Bytes of recently appended batches that are kept in memory for consumers at the end of a log.",
        )
    },
];

/// The configuration of our own with that name.
pub fn own_config(name: &str) -> Option<&'static ConfigDef> {
    OWN_CONFIGS.iter().find(|def| def.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ours_in_order_and_defaults_are_valid() {
        assert!(OWN_CONFIGS.windows(2).all(|pair| pair[0].name < pair[1].name));
        for def in OWN_CONFIGS {
            assert!(def.name.starts_with("eddyline."));
            assert!(def.default_text().is_none_or(|text| def.validate(text).is_ok()));
        }
    }
}
