//! What the operator asks of Kubernetes' API, in one list: the charts' roles, the check of every call and the words for a
//! missing permission come from it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Where a permission is needed.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// In every namespace that is watched.
    Watched,
    /// In the operator's own namespace.
    Own,
    /// Of objects without a namespace; without it a feature is missing, not the operator.
    Cluster,
}

/// One permission.
#[derive(Clone, Copy, Debug)]
pub struct Permission {
    /// API group.
    pub group: &'static str,
    /// Resource, in plural.
    pub resource: &'static str,
    /// What is done with it.
    pub verbs: &'static [&'static str],
    /// Where.
    pub scope: Scope,
}

const fn watched(group: &'static str, resource: &'static str, verbs: &'static [&'static str]) -> Permission {
    Permission {
        group,
        resource,
        verbs,
        scope: Scope::Watched,
    }
}

const CHILD: &[&str] = &["create", "delete", "list", "patch", "watch"];

/// Every permission, and no other.
pub const PERMISSIONS: &[Permission] = &[
    watched("kafka.eddyline.dev", "kafkaclusters", &["get", "list", "watch"]),
    watched("kafka.eddyline.dev", "kafkaclusters/status", &["patch"]),
    watched("kafka.eddyline.dev", "kafkarebalances", &["list", "watch"]),
    watched("kafka.eddyline.dev", "kafkarebalances/status", &["patch"]),
    watched("kafka.eddyline.dev", "topics", &["list", "patch", "watch"]),
    watched("kafka.eddyline.dev", "topics/status", &["patch"]),
    // Owner references that block the deletion of their owner need this where the admission of them is checked.
    watched("kafka.eddyline.dev", "kafkaclusters/finalizers", &["update"]),
    watched("apps", "statefulsets", CHILD),
    watched("", "configmaps", CHILD),
    watched("", "serviceaccounts", CHILD),
    watched("", "services", CHILD),
    watched("policy", "poddisruptionbudgets", CHILD),
    watched("networking.k8s.io", "networkpolicies", CHILD),
    watched("", "pods", &["delete", "list", "watch"]),
    watched(
        "",
        "persistentvolumeclaims",
        &["delete", "list", "patch", "watch"],
    ),
    watched("events.k8s.io", "events", &["create", "patch"]),
    Permission {
        group: "coordination.k8s.io",
        resource: "leases",
        verbs: &["create", "get", "update"],
        scope: Scope::Own,
    },
    Permission {
        group: "",
        resource: "namespaces",
        verbs: &["get"],
        scope: Scope::Cluster,
    },
    Permission {
        group: "",
        resource: "nodes",
        verbs: &["list"],
        scope: Scope::Cluster,
    },
    Permission {
        group: "storage.k8s.io",
        resource: "storageclasses",
        verbs: &["get"],
        scope: Scope::Cluster,
    },
];

/// Name of a resource with its group, as messages say it.
#[must_use]
pub fn qualified(group: &str, resource: &str) -> String {
    match group {
        "" => resource.to_owned(),
        group => format!("{resource}.{group}"),
    }
}

/// Whether a call is on the list.
#[must_use]
pub fn lists(verb: &str, group: &str, resource: &str) -> bool {
    PERMISSIONS.iter().any(|permission| {
        permission.group == group && permission.resource == resource && permission.verbs.contains(&verb)
    })
}

/// What to do about a permission that is missing.
pub(crate) fn remedy(verb: &str, resource: &str) -> String {
    format!(
        "add the verb {verb} on {resource} to its role; the chart eddyline-operator has it, and eddyline-operator rbac \
         prints all rules"
    )
}

/// The rules of a role, as RBAC writes them.
#[must_use]
pub fn rules(scope: Scope) -> Vec<Value> {
    let mut groups: BTreeMap<(&str, Vec<&str>), Vec<&str>> = BTreeMap::new();
    for permission in PERMISSIONS.iter().filter(|permission| permission.scope == scope) {
        let mut verbs = permission.verbs.to_vec();
        verbs.sort_unstable();
        groups
            .entry((permission.group, verbs))
            .or_default()
            .push(permission.resource);
    }
    groups
        .into_iter()
        .map(|((group, verbs), mut resources)| {
            resources.sort_unstable();
            json!({"apiGroups": [group], "resources": resources, "verbs": verbs})
        })
        .collect()
}

/// The rules as the chart reads them: `charts/eddyline-operator/rules.yaml`.
#[must_use]
pub fn file() -> String {
    let rules = json!({
        "cluster": rules(Scope::Cluster),
        "own": rules(Scope::Own),
        "watched": rules(Scope::Watched),
    });
    let body = serde_yaml::to_string(&rules).expect("JSON values can always be written");
    format!("# Written by `eddyline-operator rbac`; do not edit.\n{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_chart_are_these() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../charts/eddyline-operator/rules.yaml"
        );
        let written = std::fs::read_to_string(path).unwrap();
        assert_eq!(
            written,
            file(),
            "eddyline-operator rbac > charts/eddyline-operator/rules.yaml"
        );
    }

    #[test]
    fn nothing_that_gives_rights_or_runs_commands_is_asked_for() {
        for permission in PERMISSIONS {
            for verb in permission.verbs {
                assert!(!["escalate", "bind", "impersonate", "*"].contains(verb));
            }
            assert!(!permission.resource.contains("exec"), "{}", permission.resource);
            assert_ne!(permission.resource, "secrets");
            assert!(!permission.group.starts_with("rbac"), "{}", permission.group);
        }
    }

    #[test]
    fn a_call_off_the_list_is_not_covered() {
        assert!(lists("delete", "", "pods"));
        assert!(!lists("create", "", "pods"));
        assert!(!lists("delete", "kafka.eddyline.dev", "topics"));
    }
}
