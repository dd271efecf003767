//! Defaults, violations and warnings of specifications.

use super::*;

fn settings() -> OperatorSettings {
    OperatorSettings {
        version: "0.1.0".to_owned(),
        image_repository: "ghcr.io/eddyline/eddyline".to_owned(),
        cluster_domain: "cluster.local".to_owned(),
        namespace: "eddyline-system".to_owned(),
    }
}

fn cluster(spec: &str) -> KafkaCluster {
    let text = format!(
        "apiVersion: kafka.eddyline.dev/v1alpha1\nkind: KafkaCluster\nmetadata: {{name: orders, namespace: kafka, uid: \
         00000000-0000-0000-0000-000000000001, generation: 1}}\nspec: {spec}"
    );
    serde_yaml::from_str(&text).unwrap()
}

fn reasons(spec: &str) -> Vec<String> {
    let valid = validate(&cluster(spec), &settings()).unwrap();
    valid.warnings.into_iter().map(|warning| warning.reason).collect()
}

#[test]
fn the_smallest_cluster_is_one_combined_node_with_one_listener() {
    let valid = validate(
        &cluster("{brokers: {replicas: 1, storage: {size: 10Gi}}}"),
        &settings(),
    )
    .unwrap();
    assert_eq!(valid.desired_voters(), [0]);
    assert_eq!(valid.listeners[0].port, 9092);
    assert_eq!(valid.image, "ghcr.io/eddyline/eddyline:0.1.0");
    assert!(valid.warnings.is_empty());
}

#[test]
fn dedicated_controllers_vote_and_brokers_do_not() {
    let spec =
        "{controllers: {replicas: 3, storage: {size: 5Gi}}, brokers: {replicas: 4, storage: {size: 10Gi}}}";
    let valid = validate(&cluster(spec), &settings()).unwrap();
    assert_eq!(valid.desired_voters(), [1000, 1001, 1002]);
    assert_eq!(valid.desired_nodes(), [1000, 1001, 1002, 0, 1, 2, 3]);
    assert_eq!(valid.desired_brokers(), 4);
}

#[test]
fn a_new_operator_does_not_change_the_version_of_a_cluster() {
    let mut cluster = cluster("{brokers: {replicas: 1, storage: {size: 10Gi}}}");
    cluster.status = Some(operator_api::KafkaClusterStatus {
        version: Some("0.0.9".to_owned()),
        ..Default::default()
    });
    assert_eq!(validate(&cluster, &settings()).unwrap().version, "0.0.9");
}

#[test]
fn a_template_that_is_no_pod_stalls_with_the_field() {
    let spec = "{brokers: {replicas: 1, storage: {size: 1Gi}, template: {affinity: {nodeAffinity: 3}}}}";
    let violation = validate(&cluster(spec), &settings()).unwrap_err();
    assert_eq!(violation.reason, "InvalidTemplate");
    assert!(
        violation.message.contains("template.affinity of pool brokers"),
        "{}",
        violation.message
    );
}

#[test]
fn what_makes_restarts_or_losses_likely_is_warned_of() {
    assert_eq!(
        reasons("{image: x, brokers: {replicas: 3, storage: {type: ephemeral}}}"),
        [
            "CombinedControllers",
            "EphemeralStorage",
            "MovingImage",
            "SingleReplica"
        ]
    );
    assert_eq!(
        reasons(
            "{controllers: {replicas: 1, storage: {size: 1Gi}}, config: {default.replication.factor: 3, \
             min.insync.replicas: 3}, brokers: {replicas: 2, storage: {size: 1Gi}}}"
        ),
        ["MinInSyncReplicasTooLarge", "ReplicationFactorTooLarge"]
    );
}

#[test]
fn quantities_are_bytes() {
    assert_eq!(bytes("50Mi"), Some(50 << 20));
    assert_eq!(bytes("7"), Some(7));
    assert_eq!(bytes("1X"), None);
    assert_eq!(bytes("99999999999P"), None);
}
