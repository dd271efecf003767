//! Movements of replicas and changes of voters between the operator's words and the admin service's.

use broker_admin::v1::{
    AddVoterRequest, Listener, RebalancePlan, RebalanceProgress, RebalanceState, WatchRebalanceRequest,
};
use operator_api::kafka_rebalance::{RebalanceMode, RebalanceProposal};
use operator_plan::fact::Fact;
use operator_plan::rebalance::{Movement, MovementState};

use super::VoterChange;
use super::admin::{AdminNodes, request};

/// The message for a new voter; empty for a change of another kind.
pub(super) fn add_voter(change: &VoterChange) -> AddVoterRequest {
    let VoterChange::Add {
        node_id,
        directory,
        host,
    } = change
    else {
        return AddVoterRequest::default();
    };
    let (host, port) = host.rsplit_once(':').unwrap_or((host, ""));
    AddVoterRequest {
        node_id: *node_id,
        directory_id: directory.clone(),
        listeners: vec![Listener {
            name: "CONTROLLER".to_owned(),
            host: host.to_owned(),
            port: port.parse().unwrap_or_default(),
        }],
    }
}

pub(super) fn mode(mode: RebalanceMode) -> broker_admin::v1::RebalanceMode {
    match mode {
        RebalanceMode::Full => broker_admin::v1::RebalanceMode::Full,
        RebalanceMode::AddBrokers => broker_admin::v1::RebalanceMode::AddBrokers,
        RebalanceMode::RemoveBrokers => broker_admin::v1::RebalanceMode::RemoveBrokers,
    }
}

pub(super) fn proposal(plan: &RebalancePlan) -> RebalanceProposal {
    let moves = i64::from(plan.movements_total);
    let bytes = i64::try_from(plan.bytes).unwrap_or(i64::MAX);
    RebalanceProposal {
        id: plan.plan_id.clone(),
        moves,
        bytes,
        summary: summary(moves, bytes, &plan.unmeasured_broker_ids),
    }
}

/// A plan in words. That nothing is copied is so where only empty partitions move; it could be taken for not known.
fn summary(moves: i64, bytes: i64, silent: &[i32]) -> String {
    let silent: Vec<String> = silent.iter().map(i32::to_string).collect();
    match (bytes, silent.is_empty()) {
        _ if moves == 0 => "nothing to move".to_owned(),
        (0, true) => {
            format!("{moves} partitions, no bytes to copy: they are empty, or only their leaders change")
        }
        (bytes, true) => format!("{moves} partitions, {bytes} bytes"),
        (bytes, false) => format!(
            "{moves} partitions, {bytes} bytes and what brokers {} hold, which did not say how much that is",
            silent.join(", ")
        ),
    }
}

/// The movement that was started last, from the first message of the stream about it.
pub(super) async fn last(admin: &AdminNodes) -> Fact<Movement> {
    let asked = admin
        .ask_controller("WatchRebalance", async |mut node| {
            let mut stream = node
                .watch_rebalance(request(WatchRebalanceRequest { interval_ms: 1000 }))
                .await?
                .into_inner();
            stream.message().await
        })
        .await;
    match asked {
        Ok(Some(progress)) => of_progress(&progress).map_or(Fact::Absent, Fact::Known),
        Ok(None) => Fact::Unknown("the active controller said nothing about the last movement".to_owned()),
        Err(error) if error.is_unknown_to_brokers() => Fact::Absent,
        Err(error) => Fact::Unknown(error.to_string()),
    }
}

fn of_progress(progress: &RebalanceProgress) -> Option<Movement> {
    let left = progress.planned_bytes.saturating_sub(progress.done_bytes);
    Some(Movement {
        proposal: progress.rebalance_id.clone(),
        state: match progress.state() {
            RebalanceState::Unspecified => return None,
            RebalanceState::Running => MovementState::Running,
            RebalanceState::Finished => MovementState::Finished,
            RebalanceState::Cancelled => MovementState::Cancelled,
        },
        moves_left: i64::from(progress.pending) + i64::from(progress.moving),
        bytes_left: i64::try_from(left).unwrap_or(i64::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bytes_and_unknown_bytes_are_told_apart() {
        let told = [
            (summary(0, 0, &[]), "nothing to move"),
            (summary(8, 20, &[]), "8 partitions, 20 bytes"),
            (
                summary(26, 0, &[]),
                "26 partitions, no bytes to copy: they are empty, or only their leaders change",
            ),
            (
                summary(3, 0, &[1, 4]),
                "3 partitions, 0 bytes and what brokers 1, 4 hold, which did not say how much that is",
            ),
        ];
        for (summary, expected) in told {
            assert_eq!(summary, expected);
        }
    }
}
