//! One movement from proposal to end, and everything that must not begin one.

use super::*;

fn object(spec: &str) -> KafkaRebalance {
    let text = format!(
        "apiVersion: kafka.eddyline.dev/v1alpha1\nkind: KafkaRebalance\nmetadata: {{name: a, namespace: b, generation: 1}}\n\
         spec: {{clusterRef: {{name: orders}}, {spec}}}"
    );
    serde_yaml::from_str(&text).unwrap()
}

fn facts() -> RebalanceFacts {
    RebalanceFacts {
        now: Timestamp::UNIX_EPOCH,
        cluster: Fact::Known(ClusterOfTopic {
            available: true,
            throttle: Some(7),
            ..ClusterOfTopic::default()
        }),
        granted: Fact::Known(true),
        proposal: Fact::Absent,
        last: Fact::Absent,
        brokers: Fact::Known(vec![0, 1, 2, 3]),
    }
}

fn proposal(id: &str, moves: i64) -> Fact<RebalanceProposal> {
    Fact::Known(RebalanceProposal {
        id: id.to_owned(),
        moves,
        ..RebalanceProposal::default()
    })
}

fn running(id: &str) -> Fact<Movement> {
    started(id, MovementState::Running)
}

fn started(id: &str, state: MovementState) -> Fact<Movement> {
    Fact::Known(Movement {
        proposal: id.to_owned(),
        state,
        moves_left: 2,
        bytes_left: 10,
    })
}

/// A pass that is carried out: the status is written.
fn pass(object: &mut KafkaRebalance, facts: &RebalanceFacts) -> RebalancePlan {
    let plan = plan(object, facts);
    if plan.status.is_some() {
        object.status.clone_from(&plan.status);
    }
    plan
}

fn phase(object: &KafkaRebalance) -> Option<RebalancePhase> {
    object.status.clone()?.phase
}

#[test]
fn a_movement_is_proposed_approved_followed_and_complete() {
    let mut object = object("mode: full");
    let mut facts = facts();
    assert!(matches!(
        pass(&mut object, &facts).request,
        Some(RebalanceRequest::Propose { .. })
    ));
    facts.proposal = proposal("p1", 5);
    assert_eq!(pass(&mut object, &facts).request, None);
    assert_eq!(phase(&object), Some(RebalancePhase::AwaitingApproval));
    object.spec.approve = Some("p1".to_owned());
    facts.proposal = Fact::Absent;
    let start = RebalanceRequest::Start {
        proposal: "p1".to_owned(),
        throttle: Some(7),
    };
    assert_eq!(pass(&mut object, &facts).request, Some(start));
    facts.last = running("p1");
    pass(&mut object, &facts);
    assert_eq!(object.status.clone().unwrap().progress.unwrap().moves_left, 2);
    facts.last = started("p1", MovementState::Finished);
    pass(&mut object, &facts);
    assert_eq!(phase(&object), Some(RebalancePhase::Complete));
    facts.proposal = proposal("p3", 9);
    let quiet = pass(&mut object, &facts);
    assert_eq!((quiet.request, quiet.status), (None, None));
}

#[test]
fn the_approval_of_another_proposal_moves_nothing() {
    let mut object = object("mode: full, approve: old");
    let mut facts = facts();
    facts.proposal = proposal("new", 5);
    for _ in 0..3 {
        assert_eq!(pass(&mut object, &facts).request, None);
    }
}

#[test]
fn an_automatic_approval_is_recorded_before_it_is_carried_out() {
    let mut object = object("mode: full, approve: auto, throttle: 1Ki");
    let mut facts = facts();
    facts.proposal = proposal("p1", 5);
    assert_eq!(pass(&mut object, &facts).request, None);
    facts.proposal = Fact::Absent;
    let second = pass(&mut object, &facts).request;
    assert!(
        matches!(
            second,
            Some(RebalanceRequest::Start {
                throttle: Some(1024),
                ..
            })
        ),
        "{second:?}"
    );
}

#[test]
fn a_cancelled_movement_goes_back_and_stays_cancelled() {
    let mut object = object("mode: full, approve: auto");
    let mut facts = facts();
    facts.proposal = proposal("p1", 5);
    pass(&mut object, &facts);
    pass(&mut object, &facts);
    facts.last = running("p1");
    object.spec.cancel = Some(true);
    assert!(matches!(
        pass(&mut object, &facts).request,
        Some(RebalanceRequest::Cancel { .. })
    ));
    facts.last = started("p1", MovementState::Cancelled);
    pass(&mut object, &facts);
    assert_eq!(phase(&object), Some(RebalancePhase::Cancelled));
    assert_eq!(pass(&mut object, &facts).request, None);
}

#[test]
fn two_movements_do_not_run_at_a_time() {
    let mut object = object("mode: full, approve: auto");
    let mut facts = facts();
    facts.proposal = proposal("p1", 5);
    facts.last = running("somebody else's");
    assert_eq!(pass(&mut object, &facts).request, None);
    assert_eq!(phase(&object), Some(RebalancePhase::Proposing));
}

/// Every proposal has an id of its own, so that one that was shown must not be asked for again.
#[test]
fn a_proposal_that_is_shown_stays_until_it_is_approved() {
    let mut object = object("mode: full");
    let mut facts = facts();
    facts.proposal = proposal("p1", 5);
    pass(&mut object, &facts);
    facts.proposal = Fact::Absent;
    for _ in 0..3 {
        let again = pass(&mut object, &facts);
        assert_eq!((again.request, again.status), (None, None));
    }
}

#[test]
fn a_movement_that_was_recorded_and_not_asked_for_is_asked_for_again() {
    let mut object = object("mode: full, approve: auto");
    let mut facts = facts();
    facts.proposal = proposal("p1", 5);
    pass(&mut object, &facts);
    facts.proposal = Fact::Absent;
    facts.last = started("an older one", MovementState::Finished);
    for _ in 0..2 {
        let request = pass(&mut object, &facts).request;
        assert!(
            matches!(request, Some(RebalanceRequest::Start { .. })),
            "{request:?}"
        );
        assert_eq!(phase(&object), Some(RebalancePhase::Moving));
    }
}

#[test]
fn a_proposal_that_the_cluster_has_forgotten_is_made_anew_and_approved_again() {
    let mut object = object("mode: full, approve: p1");
    let mut facts = facts();
    facts.proposal = proposal("p1", 5);
    pass(&mut object, &facts);
    facts.proposal = Fact::Absent;
    assert!(pass(&mut object, &facts).request.is_some());
    object = without_proposal(&object);
    assert!(matches!(
        pass(&mut object, &facts).request,
        Some(RebalanceRequest::Propose { .. })
    ));
    facts.proposal = proposal("p2", 5);
    assert_eq!(pass(&mut object, &facts).request, None);
    assert_eq!(phase(&object), Some(RebalancePhase::AwaitingApproval));
    assert_eq!(object.status.unwrap().proposal.unwrap().id, "p2");
}

#[test]
fn brokers_that_do_not_exist_are_refused() {
    let mut object = object("mode: remove-brokers, brokers: [9]");
    let Flow::Stalled { reason, .. } = pass(&mut object, &facts()).flow else {
        panic!("it is refused")
    };
    assert_eq!(reason, "BrokerNotFound");
}

#[test]
fn nothing_moves_on_an_unknown_fact() {
    for hidden in 0..5 {
        let mut object = object("mode: full, approve: auto");
        let mut facts = facts();
        facts.proposal = proposal("p1", 5);
        pass(&mut object, &facts);
        let reason = || "hidden".to_owned();
        match hidden {
            0 => facts.cluster = Fact::Unknown(reason()),
            1 => facts.granted = Fact::Unknown(reason()),
            2 => facts.proposal = Fact::Unknown(reason()),
            3 => facts.last = Fact::Unknown(reason()),
            _ => facts.brokers = Fact::Unknown(reason()),
        }
        assert_eq!(pass(&mut object, &facts).request, None, "{hidden}");
    }
}
