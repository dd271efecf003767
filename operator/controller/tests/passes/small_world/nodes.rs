//! The StatefulSet controller and the nodes: pods come, are ready after a round and have caught up after two.

use std::collections::BTreeSet;

use operator_api::labels;
use serde_json::{Value, json};

use super::State;

impl State {
    /// Everybody but the operator goes one round on.
    pub(super) fn round(&mut self) {
        let mut expected = BTreeSet::new();
        for set in self.of("statefulsets") {
            let name = text(&set["metadata"]["name"]);
            for ordinal in 0..set["spec"]["replicas"].as_i64().unwrap_or_default() {
                let pod = format!("{name}-{ordinal}");
                self.claimed(&set, &pod);
                self.made(&set, &pod);
                expected.insert(pod);
            }
        }
        let gone: Vec<String> = self
            .pods()
            .into_iter()
            .filter(|pod| !expected.contains(pod))
            .collect();
        for pod in gone {
            self.objects.remove(&("pods".to_owned(), pod.clone()));
            self.ages.remove(&pod);
        }
        for pod in self.pods() {
            let age = self.ages.entry(pod.clone()).or_default();
            *age += 1;
            let node = self.node_of(&pod);
            if !(1000..2000).contains(&node) {
                self.registered.insert(node);
            }
            if let Some(object) = self.objects.get_mut(&("pods".to_owned(), pod)) {
                object["status"] = json!({
                    "podIP": format!("10.0.{}.{}", node / 250, node % 250 + 1),
                    "conditions": [{"type": "Ready", "status": "True"}],
                });
            }
        }
        self.found();
    }

    fn of(&self, resource: &str) -> Vec<Value> {
        let of_it = self.objects.iter().filter(|((of, _), _)| of == resource);
        of_it.map(|(_, object)| object.clone()).collect()
    }

    pub(crate) fn pods(&self) -> Vec<String> {
        let pods = self.objects.keys().filter(|(resource, _)| resource == "pods");
        pods.map(|(_, name)| name.clone()).collect()
    }

    fn claimed(&mut self, set: &Value, pod: &str) {
        let template = &set["spec"]["volumeClaimTemplates"][0];
        let key = ("persistentvolumeclaims".to_owned(), format!("data-{pod}"));
        if template.is_null() || self.objects.contains_key(&key) {
            return;
        }
        let uid = self.uid();
        let claim = json!({
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": key.1, "namespace": "kafka", "uid": uid,
                "labels": set["spec"]["selector"]["matchLabels"]},
            "spec": template["spec"],
        });
        self.stored(key, claim);
    }

    fn made(&mut self, set: &Value, pod: &str) {
        let key = ("pods".to_owned(), pod.to_owned());
        if self.objects.contains_key(&key) {
            return;
        }
        let uid = self.uid();
        let metadata = &set["spec"]["template"]["metadata"];
        let object = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": pod, "namespace": "kafka", "uid": uid, "labels": metadata["labels"],
                "annotations": metadata["annotations"]},
            "spec": {"containers": []},
        });
        self.ages.insert(pod.to_owned(), 0);
        self.stored(key, object);
    }

    pub(super) fn node_of(&self, pod: &str) -> i32 {
        let (set, ordinal) = pod.rsplit_once('-').expect("pods have ordinals");
        let set = &self.objects[&("statefulsets".to_owned(), set.to_owned())];
        let start = text(&set["metadata"]["annotations"][labels::NODE_ID_START]);
        start.parse::<i32>().expect("a number") + ordinal.parse::<i32>().expect("a number")
    }

    /// Nodes that run and have caught up.
    pub(super) fn well(&self) -> BTreeSet<i32> {
        let well = self.pods().into_iter().filter(|pod| self.ages[pod] >= 2);
        well.map(|pod| self.node_of(&pod)).collect()
    }

    pub(super) fn nodes(&self) -> BTreeSet<i32> {
        self.pods().iter().map(|pod| self.node_of(pod)).collect()
    }

    /// Notes a disturbance of a node, and that nobody else is down while it happens.
    pub(super) fn disturbed(&mut self, pod: &str, how: &str) {
        let node = self.node_of(pod);
        let down: Vec<i32> = self
            .nodes()
            .difference(&self.well())
            .copied()
            .filter(|other| *other != node)
            .collect();
        assert!(down.is_empty(), "{how} of node {node} while {down:?} are down");
        assert_eq!(
            self.leaders.get(&node).copied().unwrap_or_default(),
            0,
            "{how} of a leader: node {node}"
        );
        self.log.push(format!("{how} {node}"));
    }

    /// The founders that a ConfigMap names become voters when most of them run.
    fn found(&mut self) {
        if !self.voters.is_empty() {
            return;
        }
        let maps = self.of("configmaps");
        let lists = maps.iter().filter_map(|map| {
            map["data"]["format-quorum"]
                .as_str()?
                .strip_prefix("--initial-controllers=")
        });
        let founders: BTreeSet<i32> = lists
            .flat_map(|list| list.split(','))
            .filter_map(|founder| founder.split('@').next()?.parse().ok())
            .collect();
        if !founders.is_empty() && 2 * founders.intersection(&self.nodes()).count() > founders.len() {
            self.voters = founders;
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
