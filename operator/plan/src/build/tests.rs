//! Golden text of every object of several clusters. `GOLDEN=write cargo test -p operator-plan goldens` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::*;
use crate::validate::validate;
use crate::world::settings;
use operator_api::KafkaCluster;

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn samples() -> Vec<(String, KafkaCluster)> {
    let mut samples: Vec<(String, KafkaCluster)> = std::fs::read_dir(testdata().join("clusters"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let mut cluster: KafkaCluster = serde_yaml::from_str(&text).unwrap();
            cluster.metadata.uid = Some("0b1e6e58-5c1c-4a6e-9a8e-2f0a4d1b7c33".to_owned());
            cluster
                .metadata
                .namespace
                .get_or_insert_with(|| "kafka".to_owned());
            (path.file_stem().unwrap().to_string_lossy().into_owned(), cluster)
        })
        .collect();
    samples.sort_by(|left, right| left.0.cmp(&right.0));
    samples
}

/// Addresses as load balancers and Kubernetes nodes would give them.
fn addresses(cluster: &ValidatedCluster) -> BTreeMap<(String, AddressOf), HostPort> {
    let mut addresses = BTreeMap::new();
    for listener in cluster
        .listeners
        .iter()
        .filter(|listener| listener.has_services())
    {
        for node in cluster.desired_nodes() {
            let address = HostPort {
                host: format!("192.0.2.{}", node % 250 + 1),
                port: listener.port,
            };
            addresses.insert((listener.name.clone(), AddressOf::Node(node)), address);
        }
    }
    addresses
}

fn rendered(cluster: &KafkaCluster) -> Vec<Child> {
    let settings = settings();
    let valid = validate(cluster, &settings).unwrap();
    let addresses = addresses(&valid);
    let replicas = valid
        .pools
        .iter()
        .map(|pool| (pool.name.clone(), pool.replicas))
        .collect();
    let input = RenderInput {
        cluster: &valid,
        settings: &settings,
        replicas: &replicas,
        addresses: &addresses,
    };
    children(&input).unwrap()
}

fn text(children: &[Child]) -> String {
    let one = |child: &Child| format!("---\n{}", serde_yaml::to_string(&child.object).unwrap());
    children.iter().map(one).collect()
}

#[test]
fn goldens_of_every_rendered_object_are_as_committed() {
    let folder = testdata().join("golden");
    let write = std::env::var("GOLDEN").is_ok_and(|value| value == "write");
    let mut stale = Vec::new();
    for (name, cluster) in samples() {
        let path = folder.join(format!("{name}.yaml"));
        let wanted = text(&rendered(&cluster));
        if write {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, wanted).unwrap();
        } else if std::fs::read_to_string(&path).unwrap_or_default() != wanted {
            stale.push(name);
        }
    }
    assert_eq!(stale, [""; 0], "read the difference, then GOLDEN=write");
}

#[test]
fn there_are_enough_samples() {
    assert!(samples().len() >= 8);
}

fn each(visit: impl Fn(&str, &Child)) {
    for (name, cluster) in samples() {
        for child in rendered(&cluster) {
            visit(&name, &child);
        }
    }
}

#[test]
fn keys_of_the_store_come_from_the_secret_and_stand_in_no_file() {
    let (_, cluster) = samples().into_iter().find(|(name, _)| name == "tiered").unwrap();
    let text = text(&rendered(&cluster));
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    for key in keys {
        // The variable and the key of the Secret, in both containers of both pools.
        assert_eq!(text.matches(&format!(" {key}\n")).count(), 8, "{key}");
    }
    assert!(!text.contains("remote.s3.secret") && !text.contains("remote.s3.access"));
    assert_eq!(text.matches("log.local.retention.ms=86400000").count(), 6);
}

#[test]
fn empty_volumes_are_filled_from_the_bucket_until_the_cluster_was_well_once() {
    let (_, mut cluster) = samples().into_iter().find(|(name, _)| name == "tiered").unwrap();
    let told = |cluster: &KafkaCluster| {
        let text = text(&rendered(cluster));
        text.matches("eddyline.restore.from=s3://plumbr-logs/kafka/tiered")
            .count()
    };
    assert_eq!(told(&cluster), 0);
    cluster.spec.bootstrap = Some(operator_api::kafka_cluster::Bootstrap {
        cluster_id: "MkU3OEVBNTcwNTJENDM2Qg".to_owned(),
        restore: Some(true),
    });
    assert_eq!(told(&cluster), 6);
    let templates = |cluster: &KafkaCluster| {
        let sets = rendered(cluster)
            .into_iter()
            .filter(|child| child.key.kind == "StatefulSet");
        sets.map(|child| child.object["spec"]["template"].clone())
            .collect::<Vec<_>>()
    };
    let before = templates(&cluster);
    cluster.status.get_or_insert_default().restored = Some(true);
    assert_eq!(told(&cluster), 0);
    assert_eq!(templates(&cluster), before, "nothing restarts for it");
}

#[test]
fn selectors_hold_our_own_labels_only() {
    each(|name, child| {
        let selector = match child.key.kind.as_str() {
            "StatefulSet" => &child.object["spec"]["selector"]["matchLabels"],
            "Service" => &child.object["spec"]["selector"],
            _ => return,
        };
        for label in selector.as_object().unwrap().keys() {
            let ours = label.starts_with("kafka.eddyline.dev/") || label == labels::POD_NAME;
            assert!(ours, "{name}: {} selects by {label}", child.key.name);
        }
    });
}

#[test]
fn nothing_is_inherited_from_the_labels_and_annotations_of_the_object() {
    each(|name, child| {
        let text = child.object.to_string();
        assert!(
            !text.contains("argocd") && !text.contains("last-applied"),
            "{name}: {:?}",
            child.key
        );
    });
}

#[test]
fn claims_have_no_owner_and_everything_else_has_the_cluster() {
    each(|name, child| {
        let owner = &child.object["metadata"]["ownerReferences"][0];
        assert_eq!(owner["kind"], "KafkaCluster", "{name}: {:?}", child.key);
        assert!(child.object["spec"]["volumeClaimTemplates"][0]["metadata"]["ownerReferences"].is_null());
    });
}

#[test]
fn lists_have_no_two_items_of_one_name() {
    each(|name, child| {
        let spec = &child.object["spec"]["template"]["spec"];
        for list in ["containers", "initContainers", "volumes"] {
            let items = spec[list].as_array().into_iter().flatten();
            let names: Vec<&str> = items.filter_map(|item| item["name"].as_str()).collect();
            assert_eq!(
                names.len(),
                names.iter().collect::<BTreeSet<_>>().len(),
                "{name}: {list}"
            );
        }
    });
}

#[test]
fn names_fit_into_dns_labels() {
    each(|name, child| assert!(child.key.name.len() <= 63, "{name}: {}", child.key.name));
}

#[test]
fn nobody_gets_a_token_and_pods_are_restricted() {
    each(|name, child| {
        if child.key.kind == "StatefulSet" {
            let spec = &child.object["spec"]["template"]["spec"];
            assert_eq!(spec["automountServiceAccountToken"], false, "{name}");
            assert_eq!(spec["securityContext"]["runAsNonRoot"], true, "{name}");
            assert_eq!(
                spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"], true,
                "{name}"
            );
        }
    });
}

fn prints(spec: &str) -> BTreeMap<String, String> {
    let settings = settings();
    let valid = validate(&crate::world::cluster(spec), &settings).unwrap();
    let addresses = addresses(&valid);
    let replicas = BTreeMap::new();
    let input = RenderInput {
        cluster: &valid,
        settings: &settings,
        replicas: &replicas,
        addresses: &addresses,
    };
    let print = |pool: &ValidatedPool| (pool.name.clone(), template_fingerprint(&input, pool));
    valid.pools.iter().map(print).collect()
}

#[test]
fn templates_change_only_with_what_needs_a_restart() {
    let base = |extra: &str| {
        prints(&format!(
            "{{{extra} controllers: {{replicas: 3, storage: {{size: 1Gi}}}}, brokers: {{replicas: 3, storage: {{size: \
             1Gi}}}}}}"
        ))
    };
    let before = base("");
    for same in [
        "config: {log.retention.ms: 1},",
        "networkPolicy: {enabled: false},",
        "rollout: {partition: 1},",
        "nodePools: [],",
        "deletionPolicy: Delete,",
    ] {
        assert_eq!(base(same), before, "{same}");
    }
    for other in [
        "image: 'x:1',",
        "config: {num.io.threads.of.tests: 3},",
        "rack: {topologyKey: topology.kubernetes.io/zone},",
    ] {
        assert_ne!(base(other)["brokers"], before["brokers"], "{other}");
    }
    let more = prints(
        "{controllers: {replicas: 5, storage: {size: 1Gi}}, brokers: {replicas: 9, storage: {size: 2Gi}}}",
    );
    assert_eq!(more, before, "more nodes and larger disks restart nobody");
}

#[test]
fn founders_are_named_until_there_is_a_quorum_and_never_again() {
    let mut cluster = crate::world::cluster("{brokers: {replicas: 1, storage: {size: 1Gi}}}");
    let argument = |cluster: &KafkaCluster| {
        let maps = rendered(cluster)
            .into_iter()
            .find(|child| child.key.kind == "ConfigMap")
            .unwrap();
        maps.object["data"]["format-quorum"].as_str().unwrap().to_owned()
    };
    assert!(
        argument(&cluster).starts_with("--initial-controllers=0@orders-brokers-0.orders-nodes.kafka.svc")
    );
    cluster.status = Some(operator_api::KafkaClusterStatus {
        quorum_formed: Some(true),
        ..Default::default()
    });
    assert_eq!(argument(&cluster), "--no-initial-controllers");
}

/// One UID in 64 makes such an id; `format` took it for an argument, and no node of that cluster ever started.
#[test]
fn a_cluster_id_that_begins_with_a_dash_is_a_word_with_its_argument() {
    let mut cluster = crate::world::cluster("{brokers: {replicas: 1, storage: {size: 1Gi}}}");
    cluster.metadata.uid = Some("fbae58f5-0d5d-4be2-99db-4a9f0be9aedd".to_owned());
    let objects = rendered(&cluster);
    let set = objects
        .iter()
        .find(|child| child.key.kind == "StatefulSet")
        .unwrap();
    let arguments = &set.object["spec"]["template"]["spec"]["initContainers"][0]["args"];
    let arguments: Vec<&str> = arguments
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect();
    assert!(
        arguments.iter().any(|one| one.starts_with("--cluster-id=-")),
        "{arguments:?}"
    );
    assert!(
        arguments
            .iter()
            .all(|one| !one.starts_with('-') || one.starts_with("--")),
        "{arguments:?}"
    );
}
