//! The plan for one KafkaRebalance object: proposed once, approved by a field, followed to its end, stopped by a field.
//!
//! A new object is a new wish; one that has ended never begins again, whatever else changes. Replicas move only after the
//! approval of the very proposal that was shown, and no two movements run at a time.

use k8s_openapi::jiff::Timestamp;
use operator_api::condition::READY;
use operator_api::kafka_rebalance::{RebalanceMode, RebalancePhase, RebalanceProgress, RebalanceProposal};
use operator_api::{KafkaRebalance, KafkaRebalanceStatus};

use crate::conditions::{Said, of_flow, timed};
use crate::fact::Fact;
use crate::flow::Flow;
use crate::topic::ClusterOfTopic;
use crate::validate::bytes;

/// What was seen of a movement and of what it depends on.
#[derive(Clone, Debug)]
pub struct RebalanceFacts {
    /// When it was seen.
    pub now: Timestamp,
    /// The cluster that the object names.
    pub cluster: Fact<ClusterOfTopic>,
    /// Whether the cluster takes objects of this namespace.
    pub granted: Fact<bool>,
    /// What the cluster would move for this object, if it was asked.
    pub proposal: Fact<RebalanceProposal>,
    /// The movement that was started last, whoever began it.
    pub last: Fact<Movement>,
    /// Registered brokers.
    pub brokers: Fact<Vec<i32>>,
}

/// What became of a movement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MovementState {
    /// Replicas move.
    Running,
    /// Nothing is left to move.
    Finished,
    /// It was stopped.
    Cancelled,
}

/// A movement that was started.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Movement {
    /// The proposal that it carries out: movements have the id of theirs.
    pub proposal: String,
    /// What became of it.
    pub state: MovementState,
    /// Replicas that still move.
    pub moves_left: i64,
    /// Bytes that still move.
    pub bytes_left: i64,
}

/// Something to ask of the cluster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RebalanceRequest {
    /// Work out what would be moved.
    Propose {
        /// About which brokers.
        mode: RebalanceMode,
        /// The brokers.
        brokers: Vec<i32>,
    },
    /// Carry a proposal out.
    Start {
        /// The proposal.
        proposal: String,
        /// Most bytes a second of each broker.
        throttle: Option<i64>,
    },
    /// Stop: replicas that move go back.
    Cancel {
        /// The proposal.
        proposal: String,
    },
}

/// What to do for one object: the status first, which names the proposal, then the request.
#[derive(Clone, Debug, PartialEq)]
pub struct RebalancePlan {
    /// What to ask of the cluster.
    pub request: Option<RebalanceRequest>,
    /// Status to write first; `None` if it says so already.
    pub status: Option<KafkaRebalanceStatus>,
    /// How the pass ends.
    pub flow: Flow,
}

/// The plan for one object.
#[must_use]
pub fn plan(object: &KafkaRebalance, facts: &RebalanceFacts) -> RebalancePlan {
    let old = object.status.clone().unwrap_or_default();
    let turn = match obstacle(object, facts) {
        Some(flow) => Turn {
            phase: old.phase,
            request: None,
            flow,
        },
        None => turn(object, facts),
    };
    let mut status = KafkaRebalanceStatus {
        observed_generation: object.metadata.generation,
        phase: turn.phase,
        ..old.clone()
    };
    let open = matches!(
        turn.phase,
        Some(RebalancePhase::Proposing | RebalancePhase::AwaitingApproval)
    );
    if let (Fact::Known(proposal), true) = (&facts.proposal, open) {
        status.proposal = Some(proposal.clone());
    }
    status.progress = own(&status, facts)
        .filter(|movement| movement.state == MovementState::Running)
        .map(|movement| RebalanceProgress {
            moves_left: movement.moves_left,
            bytes_left: movement.bytes_left,
        });
    let generation = object.metadata.generation.unwrap_or_default();
    status.conditions = timed(said(&turn), &old.conditions, generation, facts.now);
    RebalancePlan {
        request: turn.request,
        status: (Some(&status) != object.status.as_ref()).then_some(status),
        flow: turn.flow,
    }
}

/// The same object without the proposal that it shows: the cluster has forgotten it, as it does when another controller is
/// elected, and a new one has to be approved.
#[must_use]
pub fn without_proposal(object: &KafkaRebalance) -> KafkaRebalance {
    let mut again = object.clone();
    let status = again.status.get_or_insert_default();
    status.proposal = None;
    status.phase = Some(RebalancePhase::Proposing);
    again
}

/// What the object is after this pass.
struct Turn {
    phase: Option<RebalancePhase>,
    request: Option<RebalanceRequest>,
    flow: Flow,
}

impl Turn {
    fn new(phase: RebalancePhase, flow: Flow) -> Self {
        Self {
            phase: Some(phase),
            request: None,
            flow,
        }
    }

    fn asking(mut self, request: RebalanceRequest) -> Self {
        self.request = Some(request);
        self
    }
}

/// The movement that was started last, if it carries out what this object shows.
fn own<'a>(status: &KafkaRebalanceStatus, facts: &'a RebalanceFacts) -> Option<&'a Movement> {
    let shown = &status.proposal.as_ref()?.id;
    facts.last.known().filter(|last| last.proposal == *shown)
}

/// A movement of somebody else that still runs.
fn other(status: &KafkaRebalanceStatus, facts: &RebalanceFacts) -> Option<Movement> {
    let last = facts.last.known()?;
    (last.state == MovementState::Running && own(status, facts).is_none()).then(|| last.clone())
}

fn said(turn: &Turn) -> Vec<Said> {
    let mut said = vec![match (&turn.flow, turn.phase) {
        (Flow::Done, Some(RebalancePhase::Cancelled)) => Said::new(
            READY,
            Some(true),
            "Cancelled",
            "replicas are where they were before the movement",
        ),
        (Flow::Done, _) => Said::new(READY, Some(true), "Complete", "replicas are where they should be"),
        (Flow::Working { reason, message } | Flow::Stalled { reason, message }, _) => {
            Said::new(READY, Some(false), *reason, message.clone())
        }
    }];
    said.extend(of_flow(&turn.flow));
    said
}

fn is_over(phase: Option<RebalancePhase>) -> bool {
    matches!(
        phase,
        Some(RebalancePhase::Complete | RebalancePhase::Cancelled | RebalancePhase::Failed)
    )
}

fn obstacle(object: &KafkaRebalance, facts: &RebalanceFacts) -> Option<Flow> {
    let status = object.status.clone().unwrap_or_default();
    if is_over(status.phase) {
        return None;
    }
    let name = &object.spec.cluster_ref.name;
    let cluster = match &facts.cluster {
        Fact::Known(cluster) => cluster,
        Fact::Absent => {
            return Some(Flow::working(
                "ClusterNotFound",
                format!("there is no KafkaCluster {name} yet"),
            ));
        }
        Fact::Unknown(reason) => return Some(Flow::working("Observing", reason.clone())),
    };
    match &facts.granted {
        Fact::Known(true) => {}
        Fact::Known(false) | Fact::Absent => {
            let message = format!(
                "KafkaCluster {name} does not take objects of this namespace: ask for it in its spec.allowedNamespaces"
            );
            return Some(Flow::stalled("NotPermitted", message));
        }
        Fact::Unknown(reason) => return Some(Flow::working("Observing", reason.clone())),
    }
    if !cluster.available {
        return Some(Flow::working(
            "WaitingForCluster",
            format!("KafkaCluster {name} does not serve clients now"),
        ));
    }
    let unknown = facts
        .last
        .unknown()
        .or(facts.proposal.unknown())
        .or(facts.brokers.unknown());
    unknown.map(|reason| Flow::working("Observing", reason.to_owned()))
}

fn turn(object: &KafkaRebalance, facts: &RebalanceFacts) -> Turn {
    let status = object.status.clone().unwrap_or_default();
    let phase = status.phase.unwrap_or_default();
    let shown = status.proposal.clone().unwrap_or_default();
    let cancelled = object.spec.cancel == Some(true);
    let own = own(&status, facts);
    match (phase, own.map(|own| own.state)) {
        (RebalancePhase::Failed, _) => Turn::new(
            phase,
            Flow::stalled("Failed", "make another KafkaRebalance to try again"),
        ),
        (RebalancePhase::Complete | RebalancePhase::Cancelled, _) => Turn::new(phase, Flow::Done),
        (_, Some(MovementState::Finished)) => Turn::new(RebalancePhase::Complete, Flow::Done),
        (_, Some(MovementState::Cancelled)) | (RebalancePhase::Cancelling, None) => {
            Turn::new(RebalancePhase::Cancelled, Flow::Done)
        }
        (_, Some(MovementState::Running)) => follow(&shown, own.map_or(0, |own| own.moves_left), cancelled),
        (_, None) if cancelled => Turn::new(RebalancePhase::Cancelled, Flow::Done),
        (RebalancePhase::Moving, None) => match other(&status, facts) {
            Some(other) => Turn::new(RebalancePhase::Moving, waiting(&other)),
            // Whoever recorded it was interrupted before it was asked for; the cluster starts no proposal twice.
            None => start(object, facts, &shown),
        },
        (RebalancePhase::Proposing | RebalancePhase::AwaitingApproval, None) => {
            propose(object, facts, &shown)
        }
    }
}

fn follow(shown: &RebalanceProposal, left: i64, cancelled: bool) -> Turn {
    if cancelled {
        let proposal = shown.id.clone();
        let message = format!("{left} replicas go back");
        return Turn::new(RebalancePhase::Cancelling, Flow::working("Cancelling", message))
            .asking(RebalanceRequest::Cancel { proposal });
    }
    let message = format!("{left} replicas are moving");
    Turn::new(RebalancePhase::Moving, Flow::working("Rebalancing", message))
}

fn waiting(other: &Movement) -> Flow {
    let message = format!("another movement runs, with {} replicas left", other.moves_left);
    Flow::working("Waiting", message)
}

fn ask(object: &KafkaRebalance) -> RebalanceRequest {
    RebalanceRequest::Propose {
        mode: object.spec.mode,
        brokers: object.spec.brokers.clone().unwrap_or_default(),
    }
}

fn start(object: &KafkaRebalance, facts: &RebalanceFacts, shown: &RebalanceProposal) -> Turn {
    let own = object.spec.throttle.as_deref().and_then(bytes);
    let throttle = own.or(facts.cluster.known().and_then(|cluster| cluster.throttle));
    let message = format!("moving {} replicas", shown.moves);
    Turn::new(RebalancePhase::Moving, Flow::working("Rebalancing", message)).asking(RebalanceRequest::Start {
        proposal: shown.id.clone(),
        throttle,
    })
}

fn propose(object: &KafkaRebalance, facts: &RebalanceFacts, shown: &RebalanceProposal) -> Turn {
    let brokers = facts.brokers.known().cloned().unwrap_or_default();
    let named = object.spec.brokers.iter().flatten();
    if let Some(missing) = named.into_iter().find(|id| !brokers.contains(id)) {
        let message =
            format!("there is no broker {missing}: make another KafkaRebalance with brokers that exist");
        return Turn::new(
            RebalancePhase::Proposing,
            Flow::stalled("BrokerNotFound", message),
        );
    }
    let status = object.status.clone().unwrap_or_default();
    if let Some(other) = other(&status, facts) {
        return Turn::new(RebalancePhase::Proposing, waiting(&other));
    }
    // A proposal that is shown is the one that is approved: another one would have another id.
    let proposal = match &facts.proposal {
        Fact::Known(proposal) => proposal,
        _ if !shown.id.is_empty() => shown,
        _ => {
            let flow = Flow::working("Proposing", "working out what to move");
            return Turn::new(RebalancePhase::Proposing, flow).asking(ask(object));
        }
    };
    if proposal.moves == 0 {
        return Turn::new(RebalancePhase::Complete, Flow::Done);
    }
    let approved = match object.spec.approve.as_deref() {
        Some("auto") => true,
        other => other == Some(proposal.id.as_str()),
    };
    if approved && shown.id == proposal.id {
        return start(object, facts, proposal);
    }
    let message = if approved {
        "the proposal is recorded before it is carried out".to_owned()
    } else {
        format!("read status.proposal, then set spec.approve: \"{}\"", proposal.id)
    };
    Turn::new(
        RebalancePhase::AwaitingApproval,
        Flow::working("AwaitingApproval", message),
    )
}

#[cfg(test)]
mod tests;
