//! Pods as facts: whose they are, whether they are ready, and whether what keeps them from it will pass by itself.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod, PodStatus};
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use operator_api::labels;
use operator_plan::fact::Fact;
use operator_plan::facts::{PodFact, PodTrouble, TroubleKind};

use super::{Starts, node_of};

/// Volumes and machines may come a little later than pods.
const SCHEDULING: SignedDuration = SignedDuration::from_secs(30);

pub(super) fn facts(pods: &Fact<Vec<Pod>>, starts: &Starts, now: Timestamp) -> Fact<Vec<PodFact>> {
    match pods {
        Fact::Unknown(reason) => Fact::Unknown(reason.clone()),
        Fact::Absent => Fact::Known(Vec::new()),
        Fact::Known(pods) => {
            let mut facts = Vec::new();
            for pod in pods {
                match fact(pod, starts, now) {
                    Some(fact) => facts.push(fact),
                    None => {
                        let name = pod.metadata.name.clone().unwrap_or_default();
                        return Fact::Unknown(format!(
                            "pod {name} has the labels of the cluster and is no node of it"
                        ));
                    }
                }
            }
            facts.sort_by_key(|pod| pod.node_id);
            Fact::Known(facts)
        }
    }
}

fn fact(pod: &Pod, starts: &Starts, now: Timestamp) -> Option<PodFact> {
    let metadata = &pod.metadata;
    let name = metadata.name.clone()?;
    let (pool, node_id) = node_of(&name, metadata.labels.as_ref()?, starts)?;
    let annotations = metadata.annotations.clone().unwrap_or_default();
    let status = pod.status.clone().unwrap_or_default();
    Some(PodFact {
        uid: metadata.uid.clone()?,
        pool,
        node_id,
        template: annotations.get(labels::TEMPLATE).cloned(),
        ready: condition(&status, "Ready").is_some_and(|(is, _, _)| is),
        terminating: metadata.deletion_timestamp.is_some(),
        trouble: trouble(&status, now),
        name,
    })
}

/// Whether a condition holds, its message, and since when.
fn condition(status: &PodStatus, name: &str) -> Option<(bool, String, Option<Timestamp>)> {
    let condition = status
        .conditions
        .iter()
        .flatten()
        .find(|condition| condition.type_ == name)?;
    Some((
        condition.status == "True",
        condition.message.clone().unwrap_or_default(),
        condition.last_transition_time.as_ref().map(|time| time.0),
    ))
}

fn trouble(status: &PodStatus, now: Timestamp) -> Option<PodTrouble> {
    if let Some((false, message, since)) = condition(status, "PodScheduled") {
        let waited = since.is_some_and(|since| now.duration_since(since) > SCHEDULING);
        return waited.then_some(PodTrouble {
            kind: TroubleKind::Unschedulable,
            message,
        });
    }
    let containers = status
        .init_container_statuses
        .iter()
        .chain(&status.container_statuses)
        .flatten();
    containers.into_iter().find_map(of_container)
}

fn of_container(container: &ContainerStatus) -> Option<PodTrouble> {
    let waiting = container.state.as_ref()?.waiting.as_ref()?;
    let kind = match waiting.reason.as_deref()? {
        "ErrImageNeverPull" | "ImagePullBackOff" | "InvalidImageName" => TroubleKind::ImagePull,
        "CrashLoopBackOff" | "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
            TroubleKind::CrashLoop
        }
        _ => return None,
    };
    let last = container
        .last_state
        .as_ref()
        .and_then(|state| state.terminated.as_ref());
    let ended = last.map(|ended| format!("; it ended with exit code {}", ended.exit_code));
    Some(PodTrouble {
        kind,
        message: format!(
            "{}{}",
            waiting.message.as_deref().unwrap_or_default(),
            ended.unwrap_or_default()
        ),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(status: Value) -> Fact<Vec<Pod>> {
        let pod = json!({
            "metadata": {
                "name": "orders-controllers-1",
                "uid": "u",
                "labels": {labels::POOL: "controllers"},
                "annotations": {labels::TEMPLATE: "t"},
            },
            "status": status,
        });
        Fact::Known(vec![serde_json::from_value(pod).unwrap()])
    }

    fn seen(status: Value) -> PodFact {
        let starts = [("controllers".to_owned(), 1000)].into();
        let now = "2026-01-01T00:01:00Z".parse().unwrap();
        facts(&pod(status), &starts, now).known().unwrap()[0].clone()
    }

    #[test]
    fn a_pod_is_the_node_of_its_ordinal() {
        let fact = seen(json!({"conditions": [{"type": "Ready", "status": "True"}]}));
        assert_eq!((fact.node_id, fact.ready, fact.trouble), (1001, true, None));
    }

    #[test]
    fn a_pod_without_a_machine_is_in_trouble_after_half_a_minute() {
        let since = |time: &str| {
            seen(json!({"conditions": [{
                "type": "PodScheduled", "status": "False", "message": "no", "lastTransitionTime": time,
            }]}))
        };
        assert_eq!(since("2026-01-01T00:00:50Z").trouble, None);
        let kind = since("2026-01-01T00:00:00Z").trouble.unwrap().kind;
        assert_eq!(kind, TroubleKind::Unschedulable);
    }

    #[test]
    fn an_image_that_does_not_come_is_told_apart_from_a_program_that_ends() {
        let waiting = |reason: &str| {
            seen(json!({"containerStatuses": [{
                "name": "eddyline", "image": "", "imageID": "", "ready": false, "restartCount": 0,
                "state": {"waiting": {"reason": reason}},
            }]}))
            .trouble
            .map(|trouble| trouble.kind)
        };
        assert_eq!(waiting("ImagePullBackOff"), Some(TroubleKind::ImagePull));
        assert_eq!(waiting("CrashLoopBackOff"), Some(TroubleKind::CrashLoop));
        assert_eq!(waiting("ContainerCreating"), None);
    }

    #[test]
    fn a_pod_of_nobodys_pool_makes_all_pods_unknown() {
        let facts = facts(&pod(json!({})), &Starts::new(), Timestamp::UNIX_EPOCH);
        assert!(facts.unknown().is_some());
    }
}
