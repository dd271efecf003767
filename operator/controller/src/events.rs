//! Events about objects: their reasons are those of the conditions, and part of the API.
//!
//! One is published when a condition that a person acts on begins or changes its reason; what stays as it was is told by
//! the status alone, and so does what was well at the first look: a thousand new Topics are no thousand events.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::{Client, Resource};
use operator_api::condition::{DEGRADED, READY, RECONCILING, STALLED};
use tracing::debug;

/// Longest note that Kubernetes takes.
const NOTE_BYTES: usize = 1000;

/// Something that is told once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    reason: String,
    message: String,
    warning: bool,
}

impl Told {
    /// Something that goes its way.
    pub fn normal(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            message: message.into(),
            warning: false,
        }
    }

    /// Something that a person should look at.
    pub fn warning(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            warning: true,
            ..Self::normal(reason, message)
        }
    }
}

/// What is told when conditions change from `before` to `now`.
#[must_use]
pub fn of_conditions(before: &[Condition], now: &[Condition]) -> Vec<Told> {
    let is_new = |condition: &&Condition| {
        let same = |other: &&Condition| {
            other.type_ == condition.type_
                && other.status == condition.status
                && other.reason == condition.reason
        };
        before.iter().find(same).is_none()
    };
    let told_of = |condition: &Condition| {
        let is_told = matches!(condition.type_.as_str(), STALLED | DEGRADED | RECONCILING | READY);
        is_told && condition.status == "True" && condition.reason != "Observing"
    };
    let was_told = before.iter().any(told_of);
    let told = |condition: &Condition| {
        let (reason, message) = (condition.reason.clone(), condition.message.clone());
        match (condition.type_.as_str(), condition.status.as_str()) {
            (STALLED | DEGRADED, "True") => Some(Told::warning(reason, message)),
            (RECONCILING, "True") if reason != "Observing" => Some(Told::normal(reason, message)),
            (READY, "True") if was_told => Some(Told::normal(reason, message)),
            _ => None,
        }
    };
    now.iter().filter(is_new).filter_map(told).collect()
}

/// Publishes events.
#[derive(Clone)]
pub struct Events {
    recorder: Recorder,
}

impl Events {
    /// As this instance of the operator.
    #[must_use]
    pub fn new(client: Client, instance: &str) -> Self {
        let reporter = Reporter {
            controller: "kafka.eddyline.dev/operator".to_owned(),
            instance: Some(instance.to_owned()),
        };
        Self {
            recorder: Recorder::new(client, reporter),
        }
    }

    /// Publishes one; an event that is lost is no reason to stop.
    pub async fn publish<K: Resource<DynamicType = ()>>(&self, object: &K, told: &Told) {
        let mut note = told.message.clone();
        if note.len() > NOTE_BYTES {
            let end = (0..=NOTE_BYTES).rev().find(|end| note.is_char_boundary(*end));
            note.truncate(end.unwrap_or_default());
        }
        let event = Event {
            type_: if told.warning {
                EventType::Warning
            } else {
                EventType::Normal
            },
            reason: told.reason.clone(),
            note: Some(note),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        if let Err(error) = self.recorder.publish(&event, &object.object_ref(&())).await {
            debug!(%error, reason = told.reason, "an event was not taken");
        }
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
    use k8s_openapi::jiff::Timestamp;

    use super::*;

    fn condition(name: &str, reason: &str) -> Condition {
        Condition {
            type_: name.to_owned(),
            status: "True".to_owned(),
            reason: reason.to_owned(),
            message: "m".to_owned(),
            observed_generation: None,
            last_transition_time: Time(Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn what_stays_is_not_told_again() {
        let ready = [condition(READY, "Available")];
        let stalled = [condition(STALLED, "Refused")];
        assert_eq!(of_conditions(&stalled, &ready).len(), 1);
        assert_eq!(of_conditions(&ready, &ready), []);
    }

    #[test]
    fn what_is_well_at_the_first_look_is_not_told() {
        let ready = [condition(READY, "Available")];
        let seed = Condition {
            status: "Unknown".to_owned(),
            ..condition(READY, "Pending")
        };
        assert_eq!(of_conditions(&[], &ready), []);
        assert_eq!(of_conditions(&[seed], &ready), []);
    }

    #[test]
    fn a_stall_is_a_warning_and_looking_is_not_told() {
        let now = [
            condition(STALLED, "PodFailing"),
            condition(RECONCILING, "Observing"),
        ];
        assert_eq!(of_conditions(&[], &now), [Told::warning("PodFailing", "m")]);
    }
}
