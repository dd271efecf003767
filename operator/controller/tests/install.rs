//! What is written from the chart is as fresh as the chart: `deploy/install.yaml` and Argo CD's ConfigMap.

use std::collections::BTreeMap;
use std::path::PathBuf;

use operator_controller::permissions::{Scope, rules};
use serde::Deserialize;
use serde_json::{Value, json};

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn objects(path: &str) -> Vec<Value> {
    let all = text(path);
    let documents = serde_yaml::Deserializer::from_str(&all);
    let objects = documents.map(|document| Value::deserialize(document).expect("YAML"));
    objects.filter(|object| !object.is_null()).collect()
}

/// Objects of `deploy/install.yaml` by kind and name.
fn installed() -> BTreeMap<(String, String), Value> {
    let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = objects("deploy/install.yaml").into_iter();
    all.map(|object| ((name(&object["kind"]), name(&object["metadata"]["name"])), object))
        .collect()
}

const STALE: &str = "deploy/install.yaml is stale: deploy/generate";

#[test]
fn every_definition_is_installed_as_it_is() {
    let installed = installed();
    for kind in ["kafkaclusters", "topics", "kafkarebalances"] {
        let definition = objects(&format!("crds/{kind}.yaml")).remove(0);
        let key = (
            "CustomResourceDefinition".to_owned(),
            format!("{kind}.kafka.eddyline.dev"),
        );
        assert_eq!(installed.get(&key), Some(&definition), "{STALE}");
    }
}

#[test]
fn the_operator_may_do_what_its_list_says_and_nothing_else() {
    let installed = installed();
    let of = |kind: &str| installed[&(kind.to_owned(), "eddyline-operator".to_owned())]["rules"].clone();
    let mut cluster = rules(Scope::Watched);
    cluster.extend(rules(Scope::Cluster));
    assert_eq!(of("ClusterRole"), json!(cluster), "{STALE}");
    assert_eq!(of("Role"), json!(rules(Scope::Own)), "{STALE}");
}

#[test]
fn the_operator_that_is_installed_is_of_this_version_and_restricted() {
    let chart = objects("charts/eddyline-operator/Chart.yaml").remove(0);
    let version = chart["appVersion"].as_str().expect("a version");
    assert_eq!(version, env!("CARGO_PKG_VERSION"), "appVersion of the chart");
    let deployment = &installed()[&("Deployment".to_owned(), "eddyline-operator".to_owned())];
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["image"], format!("eddyline:{version}"), "{STALE}");
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"], true);
    let template = text("charts/eddyline-operator/templates/deployment.yaml");
    for variable in container["env"].as_array().expect("variables") {
        let name = variable["name"].as_str().expect("a name");
        assert!(template.contains(&format!("name: {name}")), "{STALE}: {name}");
    }
}

#[test]
fn argo_cd_gets_the_script_that_stands_beside_its_config_map() {
    let map = objects("examples/gitops/argocd/argocd-cm.yaml").remove(0);
    let customizations = map["data"]["resource.customizations"].as_str().expect("text");
    let customizations: Value = serde_yaml::from_str(customizations).expect("YAML");
    assert_eq!(
        customizations["kafka.eddyline.dev/*"]["health.lua"],
        text("examples/gitops/argocd/health.lua")
    );
}
