//! The pods of a pool: an init container that formats an empty directory, and the node itself.
//!
//! Both find their configuration by the name of their pod. Security is that of the restricted profile unless the template
//! says otherwise. Liveness asks only whether the process lives, because a broker that reads its logs for an hour must not
//! be killed for it.

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use operator_api::labels;

use super::{RenderInput, config_map, label_selector, properties};
use crate::tiering::ValidatedTiering;
use crate::validate::{ADMIN_PORT, CONTROLLER_PORT, HTTP_PORT, REPLICATION_PORT, Storage, ValidatedPool};

/// Name of the volume with the logs, and the beginning of the names of its claims.
pub(super) const DATA_VOLUME: &str = "data";

const USER: i64 = 65_532;
const DATA_MOUNT: &str = "/var/lib/eddyline";
const CONFIG_MOUNT: &str = "/etc/eddyline";

pub(super) fn of_pool(input: &RenderInput<'_>, pool: &ValidatedPool) -> core::PodTemplateSpec {
    let template = &pool.template;
    let component = if pool.serves_clients {
        "broker"
    } else {
        "controller"
    };
    let mut pod_labels = template.labels.clone();
    pod_labels.extend(input.labels(component));
    pod_labels.insert(labels::POOL.to_owned(), pool.name.clone());
    if pool.serves_clients {
        pod_labels.insert(labels::SERVES_CLIENTS.to_owned(), "true".to_owned());
    }
    let mut annotations = template.annotations.clone();
    annotations.insert(
        "kafka.eddyline.dev/config".to_owned(),
        properties::restart_fingerprint(input, pool),
    );
    if let Some(time) = &input.cluster.rollout.restarted_at {
        annotations.insert(labels::RESTARTED_AT.to_owned(), time.clone());
    }
    let mut containers = vec![node(input, pool)];
    containers.extend(template.sidecars.clone());
    core::PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(pod_labels),
            annotations: Some(annotations),
            ..ObjectMeta::default()
        }),
        spec: Some(core::PodSpec {
            affinity: Some(template.affinity.clone().unwrap_or_else(|| apart(input))),
            automount_service_account_token: Some(false),
            containers,
            enable_service_links: Some(false),
            image_pull_secrets: template.pull_secrets.clone(),
            init_containers: Some(vec![format(input, pool)]),
            node_selector: template.node_selector.clone(),
            priority_class_name: template.priority_class.clone(),
            runtime_class_name: template.runtime_class.clone(),
            scheduler_name: template.scheduler.clone(),
            security_context: Some(template.pod_security.clone().unwrap_or_else(restricted_pod)),
            service_account_name: Some(input.cluster.name.clone()),
            termination_grace_period_seconds: Some(template.grace_seconds),
            tolerations: template.tolerations.clone(),
            topology_spread_constraints: Some(template.spread.clone().unwrap_or_else(|| zones(input, pool))),
            volumes: Some(volumes(input, pool)),
            ..core::PodSpec::default()
        }),
    }
}

fn restricted_pod() -> core::PodSecurityContext {
    core::PodSecurityContext {
        fs_group: Some(USER),
        fs_group_change_policy: Some("OnRootMismatch".to_owned()),
        run_as_group: Some(USER),
        run_as_non_root: Some(true),
        run_as_user: Some(USER),
        seccomp_profile: Some(core::SeccompProfile {
            type_: "RuntimeDefault".to_owned(),
            ..core::SeccompProfile::default()
        }),
        ..core::PodSecurityContext::default()
    }
}

fn restricted() -> core::SecurityContext {
    core::SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(core::Capabilities {
            drop: Some(vec!["ALL".to_owned()]),
            ..core::Capabilities::default()
        }),
        read_only_root_filesystem: Some(true),
        ..core::SecurityContext::default()
    }
}

/// Nodes of one cluster prefer different machines.
fn apart(input: &RenderInput<'_>) -> core::Affinity {
    core::Affinity {
        pod_anti_affinity: Some(core::PodAntiAffinity {
            preferred_during_scheduling_ignored_during_execution: Some(vec![core::WeightedPodAffinityTerm {
                weight: 100,
                pod_affinity_term: core::PodAffinityTerm {
                    label_selector: Some(label_selector(input.selector())),
                    topology_key: "kubernetes.io/hostname".to_owned(),
                    ..core::PodAffinityTerm::default()
                },
            }]),
            ..core::PodAntiAffinity::default()
        }),
        ..core::Affinity::default()
    }
}

/// A pool is spread over zones where that is possible.
fn zones(input: &RenderInput<'_>, pool: &ValidatedPool) -> Vec<core::TopologySpreadConstraint> {
    let mut selector = input.selector();
    selector.insert(labels::POOL.to_owned(), pool.name.clone());
    vec![core::TopologySpreadConstraint {
        label_selector: Some(label_selector(selector)),
        max_skew: 1,
        topology_key: "topology.kubernetes.io/zone".to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        ..core::TopologySpreadConstraint::default()
    }]
}

fn volumes(input: &RenderInput<'_>, pool: &ValidatedPool) -> Vec<core::Volume> {
    let mut volumes = vec![core::Volume {
        name: "config".to_owned(),
        config_map: Some(core::ConfigMapVolumeSource {
            name: config_map::name(input, pool),
            ..core::ConfigMapVolumeSource::default()
        }),
        ..core::Volume::default()
    }];
    if let Storage::Ephemeral { limit } = &pool.storage {
        volumes.push(core::Volume {
            name: DATA_VOLUME.to_owned(),
            empty_dir: Some(core::EmptyDirVolumeSource {
                size_limit: limit.clone().map(Quantity),
                ..core::EmptyDirVolumeSource::default()
            }),
            ..core::Volume::default()
        });
    }
    volumes.extend(pool.template.volumes.clone());
    volumes
}

fn mounts() -> Vec<core::VolumeMount> {
    [
        ("config", CONFIG_MOUNT, Some(true)),
        (DATA_VOLUME, DATA_MOUNT, None),
    ]
    .into_iter()
    .map(|(name, path, read_only)| core::VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        read_only,
        ..core::VolumeMount::default()
    })
    .collect()
}

fn pod_name() -> core::EnvVar {
    from_field("POD_NAME", "metadata.name")
}

fn from_field(name: &str, path: &str) -> core::EnvVar {
    core::EnvVar {
        name: name.to_owned(),
        value_from: Some(core::EnvVarSource {
            field_ref: Some(core::ObjectFieldSelector {
                field_path: path.to_owned(),
                ..core::ObjectFieldSelector::default()
            }),
            ..core::EnvVarSource::default()
        }),
        ..core::EnvVar::default()
    }
}

fn texts<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// Prepares the directory of a new node and leaves that of an old one as it is.
fn format(input: &RenderInput<'_>, pool: &ValidatedPool) -> core::Container {
    let mut args = texts([
        "format",
        "--config",
        "/etc/eddyline/$(POD_NAME).properties",
        "--ignore-formatted",
        // One word: an id may begin with a dash, and would be taken for another argument.
        &format!("--cluster-id={}", input.cluster.cluster_id),
    ]);
    let mut env = vec![pod_name()];
    // A restore reads the bucket before the node runs.
    env.extend(
        input
            .cluster
            .tiering
            .iter()
            .flat_map(ValidatedTiering::environment),
    );
    if pool.controllers > 0 {
        args.push("$(FORMAT_QUORUM)".to_owned());
        env.push(core::EnvVar {
            name: "FORMAT_QUORUM".to_owned(),
            value_from: Some(core::EnvVarSource {
                config_map_key_ref: Some(core::ConfigMapKeySelector {
                    name: config_map::name(input, pool),
                    key: config_map::FORMAT_QUORUM.to_owned(),
                    ..core::ConfigMapKeySelector::default()
                }),
                ..core::EnvVarSource::default()
            }),
            ..core::EnvVar::default()
        });
    }
    core::Container {
        name: "format".to_owned(),
        image: Some(input.cluster.image.clone()),
        args: Some(args),
        env: Some(env),
        security_context: Some(pool.template.security.clone().unwrap_or_else(restricted)),
        volume_mounts: Some(mounts()),
        ..core::Container::default()
    }
}

fn node(input: &RenderInput<'_>, pool: &ValidatedPool) -> core::Container {
    let template = &pool.template;
    let mut env = vec![pod_name()];
    if let (Some(key), true) = (&input.cluster.rack_key, pool.serves_clients) {
        env.push(from_field(
            "KAFKA_BROKER_RACK",
            &format!("metadata.labels['{key}']"),
        ));
    }
    env.extend(
        input
            .cluster
            .tiering
            .iter()
            .flat_map(ValidatedTiering::environment),
    );
    env.extend(template.env.clone());
    let mut mounts = mounts();
    mounts.extend(template.mounts.clone());
    core::Container {
        name: "eddyline".to_owned(),
        image: Some(input.cluster.image.clone()),
        args: Some(texts([
            "broker",
            "--config",
            "/etc/eddyline/$(POD_NAME).properties",
        ])),
        env: Some(env),
        ports: Some(ports(input, pool)),
        liveness_probe: Some(probe("/healthz", 10, 6)),
        readiness_probe: Some(probe("/readyz", 2, 3)),
        startup_probe: Some(probe("/healthz", 1, 60)),
        resources: resources(pool),
        security_context: Some(template.security.clone().unwrap_or_else(restricted)),
        volume_mounts: Some(mounts),
        ..core::Container::default()
    }
}

fn ports(input: &RenderInput<'_>, pool: &ValidatedPool) -> Vec<core::ContainerPort> {
    let mut ports = vec![("http".to_owned(), HTTP_PORT), ("admin".to_owned(), ADMIN_PORT)];
    if pool.controllers > 0 {
        ports.push(("controller".to_owned(), CONTROLLER_PORT));
    }
    if pool.serves_clients {
        ports.push(("replication".to_owned(), REPLICATION_PORT));
        let clients = input.cluster.listeners.iter();
        ports.extend(clients.map(|listener| (listener.name.clone(), listener.port)));
    }
    ports
        .into_iter()
        .map(|(name, port)| core::ContainerPort {
            name: Some(name),
            container_port: port,
            protocol: Some("TCP".to_owned()),
            ..core::ContainerPort::default()
        })
        .collect()
}

fn probe(path: &str, period: i32, failures: i32) -> core::Probe {
    core::Probe {
        http_get: Some(core::HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::Int(HTTP_PORT),
            ..core::HTTPGetAction::default()
        }),
        period_seconds: Some(period),
        failure_threshold: Some(failures),
        timeout_seconds: Some(5),
        ..core::Probe::default()
    }
}

fn resources(pool: &ValidatedPool) -> Option<core::ResourceRequirements> {
    let quantities = |map: &std::collections::BTreeMap<String, String>| {
        let quantity = |(key, value): (&String, &String)| (key.clone(), Quantity(value.clone()));
        (!map.is_empty()).then(|| map.iter().map(quantity).collect())
    };
    let resources = core::ResourceRequirements {
        requests: quantities(&pool.requests),
        limits: quantities(&pool.limits),
        ..core::ResourceRequirements::default()
    };
    (resources != core::ResourceRequirements::default()).then_some(resources)
}
