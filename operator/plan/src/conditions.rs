//! Conditions that keep the time of their last change, so that a status that says the same is the same.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;
use operator_api::condition::{RECONCILING, STALLED};

use crate::flow::Flow;

/// A condition without its time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Said {
    pub(crate) name: &'static str,
    pub(crate) status: Option<bool>,
    pub(crate) reason: String,
    pub(crate) message: String,
}

impl Said {
    pub(crate) fn new(
        name: &'static str,
        status: Option<bool>,
        reason: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            name,
            status,
            reason: reason.into(),
            message: message.into(),
        }
    }
}

/// `Reconciling` or `Stalled`, as a pass ended.
pub(crate) fn of_flow(flow: &Flow) -> Option<Said> {
    match flow {
        Flow::Done => None,
        Flow::Working { reason, message } => {
            Some(Said::new(RECONCILING, Some(true), *reason, message.clone()))
        }
        Flow::Stalled { reason, message } => Some(Said::new(STALLED, Some(true), *reason, message.clone())),
    }
}

/// Conditions with their times: the old one if the status did not change.
pub(crate) fn timed(said: Vec<Said>, old: &[Condition], generation: i64, now: Timestamp) -> Vec<Condition> {
    said.into_iter()
        .map(|said| {
            let status = match said.status {
                Some(true) => "True",
                Some(false) => "False",
                None => "Unknown",
            };
            let before = old
                .iter()
                .find(|other| other.type_ == said.name && other.status == status);
            Condition {
                type_: said.name.to_owned(),
                status: status.to_owned(),
                reason: said.reason,
                message: said.message,
                observed_generation: Some(generation),
                last_transition_time: before.map_or(Time(now), |before| before.last_transition_time.clone()),
            }
        })
        .collect()
}
