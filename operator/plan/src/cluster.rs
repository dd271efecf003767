//! The plan for one KafkaCluster.
//!
//! Whoever carries it out does so in this order, and stops at the first thing that fails: write `status` with the
//! resource version of the object that was read, remove, apply, resize, grow, ask the brokers, take `step`. A step is
//! there only if the status that was read names it already, so every disturbance is on record before it happens.

mod decide;
mod in_flight;
mod objects;
mod preview;
mod quorum;
mod roll;
mod shrink;
mod status;
mod step;
mod tier;
mod view;
mod volumes;

use std::collections::BTreeMap;

use k8s_openapi::jiff::Timestamp;
use operator_api::condition::TIERING_HEALTHY;
use operator_api::{KafkaCluster, KafkaClusterStatus};

use crate::child::{Child, ChildKey};
use crate::facts::ClusterFacts;
use crate::flow::Flow;
use crate::validate::{OperatorSettings, validate};

pub use step::Step;

use decide::Decision;
use view::View;

/// What to do for one cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterPlan {
    /// Name of the rule of the decision table that spoke last.
    pub rule: &'static str,
    /// Status to write first; `None` if it says so already.
    pub status: Option<KafkaClusterStatus>,
    /// Children to delete that nothing needs any more.
    pub removes: Vec<Removal>,
    /// Children to apply, in this order.
    pub applies: Vec<Child>,
    /// StatefulSets that only get more replicas, because their template is held back.
    pub resizes: Vec<Resize>,
    /// Claims to enlarge.
    pub grows: Vec<Grow>,
    /// What to ask of the brokers.
    pub requests: Vec<AdminRequest>,
    /// The one step that disturbs a node. It was recorded before.
    pub step: Option<Step>,
    /// How the pass ends.
    pub flow: Flow,
}

/// Seconds after which a cluster with a bucket is looked at again, and one that cannot use it.
const TIERED_AGAIN: u64 = 60;
const UNHEALTHY_AGAIN: u64 = 15;

impl ClusterPlan {
    /// Seconds after which to look again even if nothing is reported; nothing reports what a bucket does.
    #[must_use]
    pub fn look_again_after(&self, before: Option<&KafkaClusterStatus>) -> u64 {
        let conditions = self
            .status
            .as_ref()
            .or(before)
            .map_or(&[][..], |status| &status.conditions);
        let tiering = conditions
            .iter()
            .find(|condition| condition.type_ == TIERING_HEALTHY);
        let of_tiering = match tiering.map(|condition| condition.status.as_str()) {
            None => u64::MAX,
            Some("True") => TIERED_AGAIN,
            Some(_) => UNHEALTHY_AGAIN,
        };
        self.flow.look_again_after().min(of_tiering)
    }

    /// Whether nothing is written or asked.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.status.is_none() && self.is_carried_out()
    }

    /// Whether there is nothing to carry out besides the status.
    #[must_use]
    pub fn is_carried_out(&self) -> bool {
        self.removes.is_empty()
            && self.applies.is_empty()
            && self.resizes.is_empty()
            && self.grows.is_empty()
            && self.requests.is_empty()
            && self.step.is_none()
    }
}

/// A child to delete.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Removal {
    /// Kind and name.
    pub key: ChildKey,
    /// UID that it must still have.
    pub uid: String,
}

/// A StatefulSet that gets more replicas.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Resize {
    /// Its name.
    pub stateful_set: String,
    /// How many it should have.
    pub replicas: i32,
}

/// A claim to enlarge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grow {
    /// Its name.
    pub claim: String,
    /// UID that it must still have.
    pub uid: String,
    /// Size that it should ask for.
    pub size: String,
}

/// Something to ask of the brokers that disturbs nobody. Each may be asked again and again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AdminRequest {
    /// Set and remove configuration of all brokers.
    ChangeConfig {
        /// Values to set.
        set: BTreeMap<String, String>,
        /// Names that go back to their default.
        remove: Vec<String>,
    },
    /// Give the leaderships of this broker to others.
    MoveLeadersAway {
        /// The broker.
        broker: i32,
    },
    /// Give this broker no new replicas.
    Cordon {
        /// The broker.
        broker: i32,
    },
    /// Give this broker new replicas again.
    Uncordon {
        /// The broker.
        broker: i32,
    },
    /// Move all replicas off these brokers.
    Drain {
        /// The brokers.
        brokers: Vec<i32>,
        /// Most bytes a second of each broker.
        throttle: Option<i64>,
    },
    /// Move some replicas to these brokers.
    SpreadTo {
        /// The brokers.
        brokers: Vec<i32>,
        /// Most bytes a second of each broker.
        throttle: Option<i64>,
    },
    /// Forget a broker that is gone.
    Unregister {
        /// The broker.
        broker: i32,
    },
}

/// The plan for one cluster.
#[must_use]
pub fn plan(cluster: &KafkaCluster, facts: &ClusterFacts, settings: &OperatorSettings) -> ClusterPlan {
    let old = cluster.status.clone().unwrap_or_default();
    let valid = match validate(cluster, settings) {
        Ok(valid) => valid,
        Err(violation) => {
            let flow = Flow::stalled(violation.reason, violation.message);
            let status = status::without_view(cluster, &flow, facts.now, settings);
            return idle("invalid", flow, (status != old).then_some(status));
        }
    };
    if valid.paused {
        let status = status::paused(cluster, facts.now);
        return idle("paused", Flow::Done, (status != old).then_some(status));
    }
    let view = View::new(&valid, settings, facts, old.operation.clone());
    let mut plan = match objects::plan(&view) {
        Ok(objects) => objects,
        Err(error) => {
            let flow = Flow::stalled("InvalidTemplate", error.to_string());
            let status = status::without_view(cluster, &flow, facts.now, settings);
            return idle("unrenderable", flow, (status != old).then_some(status));
        }
    };
    let (rule, decision) = decide::decide(&view);
    plan.rule = rule;
    plan.requests.extend(decide::config_changes(&view));
    let operation = in_flight::recorded(&view, &decision);
    match decision {
        Decision::Rest(flow) => plan.flow = flow,
        Decision::Ask(requests, flow) => {
            plan.requests.extend(requests);
            plan.flow = flow;
        }
        Decision::Grow(grows, flow) => {
            plan.grows = grows;
            plan.flow = flow;
        }
        Decision::Take(step) => {
            plan.flow = Flow::working(step.reason(), step.words());
            plan.step = step.is_recorded_in(old.operation.as_ref()).then_some(step);
        }
    }
    if plan.flow == Flow::Done && !(plan.applies.is_empty() && plan.resizes.is_empty()) {
        plan.flow = Flow::working("ApplyingResources", "writing the objects of the cluster");
    }
    let status = status::of(cluster, &view, &plan.flow, operation);
    plan.status = (status != old).then_some(status);
    plan
}

/// What the status to write is while the operator lacks a permission; `None` if the object says so already.
///
/// Everything else that the plan says stays in it: a step that is recorded there may be half done.
#[must_use]
pub fn forbidden(
    cluster: &KafkaCluster,
    plan: &ClusterPlan,
    message: &str,
    now: Timestamp,
) -> Option<KafkaClusterStatus> {
    let old = cluster.status.clone().unwrap_or_default();
    let status = plan.status.as_ref().unwrap_or(&old);
    let status = status::forbidden(cluster, status, message, now);
    (status != old).then_some(status)
}

/// The permission that is missing, as the status of a cluster tells it.
#[must_use]
pub fn missing_permission(cluster: &KafkaCluster) -> Option<&str> {
    status::missing_permission(cluster.status.as_ref()?)
}

fn idle(rule: &'static str, flow: Flow, status: Option<KafkaClusterStatus>) -> ClusterPlan {
    ClusterPlan {
        rule,
        status,
        removes: Vec::new(),
        applies: Vec::new(),
        resizes: Vec::new(),
        grows: Vec::new(),
        requests: Vec::new(),
        step: None,
        flow,
    }
}

#[cfg(test)]
mod tests;
