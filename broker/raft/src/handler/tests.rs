//! What a member answers, and what it does with answers: one rule a test.

use broker_metadata::metadata_log::{BatchStamp, ControlRecord, QuorumState, control_batch};
use broker_model::{BrokerId, LeaderEpoch, Offset};
use broker_protocol::fetch_response;
use broker_protocol::messages::{
    AddRaftVoterRequest, BeginQuorumEpochRequest, EndQuorumEpochRequest, FetchRequest, FetchSnapshotRequest,
    RemoveRaftVoterRequest, UpdateRaftVoterRequest, VoteRequest,
};
use broker_protocol::{ErrorCode, Request, encode_response};

use crate::simulation::voter;
use crate::small_world::{
    CLUSTER, Disk, Member, batch, begin_quorum_epoch, fetch, fetch_answer, pre_vote, replica,
    strange_directory, vote, vote_answer,
};
use crate::{
    AppendError, Effect, Event, RaftError, RaftRequest, RaftResponse, RequestFailure, RequestToken, Role,
};

/// Error and grant of the answer to a vote.
fn ask_vote(member: &mut Member, request: VoteRequest) -> (ErrorCode, bool) {
    let Some(RaftResponse::Vote(response)) = member.ask(RaftRequest::Vote(request)) else {
        panic!("no answer in {:?}", member.effects);
    };
    match response.topics.first().map(|topic| &topic.partitions[0]) {
        Some(answer) => (
            ErrorCode::from_i16(answer.error_code).unwrap(),
            answer.vote_granted,
        ),
        None => (ErrorCode::from_i16(response.error_code).unwrap(), false),
    }
}

fn ask_fetch(member: &mut Member, request: RaftRequest) -> Option<fetch_response::PartitionData> {
    match member.ask(request) {
        Some(RaftResponse::Fetch(response)) => Some(response.responses[0].partitions[0].clone()),
        None => None,
        other => panic!("{other:?}"),
    }
}

/// Error of the answer to a change of voters; `None` while it is not answered.
fn ask_change(member: &mut Member, request: RaftRequest) -> Option<ErrorCode> {
    let code = match member.ask(request)? {
        RaftResponse::AddRaftVoter(response) => response.error_code,
        RaftResponse::RemoveRaftVoter(response) => response.error_code,
        other => panic!("{other:?}"),
    };
    ErrorCode::from_i16(code)
}

fn add(id: i32) -> RaftRequest {
    let listener = broker_protocol::add_raft_voter_request::Listener {
        name: "CONTROLLER".into(),
        host: format!("n{id}").into(),
        port: 9_093,
        ..Default::default()
    };
    RaftRequest::AddRaftVoter(AddRaftVoterRequest {
        cluster_id: Some(CLUSTER.into()),
        timeout_ms: 1_000,
        voter_id: id,
        voter_directory_id: replica(id).directory_id.uuid(),
        listeners: vec![listener],
        ..AddRaftVoterRequest::default()
    })
}

fn remove(id: i32) -> RaftRequest {
    RaftRequest::RemoveRaftVoter(RemoveRaftVoterRequest {
        cluster_id: None,
        voter_id: id,
        voter_directory_id: replica(id).directory_id.uuid(),
        ..RemoveRaftVoterRequest::default()
    })
}

#[test]
fn a_vote_is_persisted_before_it_is_told() {
    let mut member = Member::start(Disk::default());
    assert_eq!(ask_vote(&mut member, vote(2, 5, (0, 0))), (ErrorCode::None, true));
    let told = member
        .effects
        .iter()
        .position(|effect| matches!(effect, Effect::Respond { .. }));
    let persisted = member.effects.iter().rposition(|effect| {
        matches!(effect, Effect::PersistQuorumState(state)
            if state.voted == BrokerId::new(2) && state.leader_epoch == 5)
    });
    assert!(persisted.is_some() && persisted < told, "{:?}", member.effects);
}

#[test]
fn a_second_candidate_of_the_epoch_gets_no_vote_and_the_first_gets_it_again() {
    let mut member = Member::start(Disk::default());
    assert_eq!(ask_vote(&mut member, vote(2, 5, (0, 0))), (ErrorCode::None, true));
    assert_eq!(
        ask_vote(&mut member, vote(3, 5, (9, 4))),
        (ErrorCode::None, false)
    );
    assert_eq!(ask_vote(&mut member, vote(2, 5, (0, 0))), (ErrorCode::None, true));
    assert_eq!(ask_vote(&mut member, vote(3, 6, (9, 4))), (ErrorCode::None, true));
}

#[test]
fn a_vote_is_kept_over_a_restart() {
    let voted = QuorumState {
        leader: BrokerId::NONE,
        leader_epoch: 5,
        voted: BrokerId::new(3),
        voted_directory: replica(3).directory_id,
    };
    let mut member = Member::start(Disk {
        quorum_state: Some(voted),
        ..Disk::default()
    });
    assert_eq!(
        ask_vote(&mut member, vote(2, 5, (9, 4))),
        (ErrorCode::None, false)
    );
    assert_eq!(ask_vote(&mut member, vote(3, 5, (9, 4))), (ErrorCode::None, true));
}

#[test]
fn a_shorter_log_gets_no_vote() {
    for (log_end, granted) in [((2, 3), false), ((9, 2), false), ((3, 3), true), ((1, 4), true)] {
        let mut member = Member::start(Disk {
            epochs: vec![1, 3, 3],
            ..Disk::default()
        });
        assert_eq!(
            ask_vote(&mut member, vote(2, 5, log_end)).1,
            granted,
            "{log_end:?}"
        );
    }
}

#[test]
fn a_vote_request_is_refused_with_kafkas_codes() {
    let mut member = Member::following(7);
    let refused = |member: &mut Member, request| ask_vote(member, request).0;
    assert_eq!(
        refused(&mut member, vote(2, 6, (0, 0))),
        ErrorCode::FencedLeaderEpoch
    );
    assert_eq!(
        refused(&mut member, vote(-2, 8, (0, 0))),
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        refused(&mut member, vote(3, 8, (0, 8))),
        ErrorCode::InvalidRequest
    );
    assert_eq!(
        refused(&mut member, vote(3, 8, (-1, 0))),
        ErrorCode::InvalidRequest
    );
    let mut elsewhere = vote(3, 8, (0, 0));
    elsewhere.cluster_id = Some("another".into());
    assert_eq!(refused(&mut member, elsewhere), ErrorCode::InconsistentClusterId);
    let mut other_disk = vote(3, 8, (0, 0));
    other_disk.topics[0].partitions[0].voter_directory_id = strange_directory().uuid();
    assert_eq!(refused(&mut member, other_disk), ErrorCode::InvalidVoterKey);
    assert_eq!(member.epoch(), 7);
}

#[test]
fn a_pre_vote_binds_nobody() {
    let mut member = Member::start(Disk::default());
    for candidate in [2, 3] {
        assert_eq!(
            ask_vote(&mut member, pre_vote(candidate, 0, (0, 0))),
            (ErrorCode::None, true)
        );
        assert_eq!(member.persisted(), None);
    }
}

#[test]
fn a_follower_refuses_pre_votes_as_long_as_its_leader_answers() {
    let mut member = Member::following(7);
    let fetching = member.sent_fetch();
    assert_eq!(
        ask_vote(&mut member, pre_vote(3, 7, (9, 7))),
        (ErrorCode::None, false)
    );
    let id = fetching;
    let failure = RequestFailure::Disconnected;
    member.step(Event::RequestFailed { id, failure }).unwrap();
    assert_eq!(
        ask_vote(&mut member, pre_vote(3, 7, (9, 7))),
        (ErrorCode::None, true)
    );
}

#[test]
fn a_voter_asks_for_pre_votes_before_it_raises_the_epoch() {
    let mut member = Member::start(Disk::default());
    while member.raft.role() == Role::Unattached {
        member.wait_for_deadline();
    }
    assert_eq!(member.raft.role(), Role::Prospective);
    assert_eq!(member.epoch(), 0);
    let votes = member.sent_votes();
    assert!(
        votes
            .iter()
            .all(|(_, request)| request.topics[0].partitions[0].pre_vote)
    );
    member
        .answer(votes[0].0, RaftResponse::Vote(vote_answer(0, true)))
        .unwrap();
    assert_eq!((member.raft.role(), member.epoch()), (Role::Candidate, 1));
    assert_eq!(
        member.persisted().map(|state| state.voted),
        Some(BrokerId::new(1))
    );
}

#[test]
fn a_leader_does_not_lead_its_epoch_again_after_a_restart() {
    let mut member = Member::start(Disk {
        quorum_state: Some(QuorumState::leading(BrokerId::new(1), 4)),
        ..Disk::default()
    });
    assert_eq!((member.raft.role(), member.epoch()), (Role::Resigned, 4));
    assert_eq!(
        ask_vote(&mut member, vote(2, 4, (9, 3))),
        (ErrorCode::None, false)
    );
}

#[test]
fn two_leaders_of_one_epoch_stop_the_member() {
    let mut member = Member::following(7);
    let request = begin_quorum_epoch(3, 7);
    let stopped = member.step(Event::Request(crate::InboundRequest {
        token: RequestToken(99),
        api_version: 1,
        request,
    }));
    assert!(
        matches!(stopped, Err(RaftError::TwoLeaders { .. })),
        "{stopped:?}"
    );
}

#[test]
fn a_leader_begins_with_its_epochs_record_and_the_voters_of_the_format() {
    let mut member = Member::leading(Disk::default());
    assert_eq!(member.raft.log().end_offset().offset, Offset::new(3));
    assert_eq!(member.raft.log().voters().latest_offset(), Some(Offset::new(2)));
    assert_eq!(member.raft.high_watermark().map(|hw| hw.value()), Some(0));
    member.flush();
    let epoch = member.epoch();
    ask_fetch(&mut member, fetch(2, epoch, 3, epoch));
    assert!(member.effects.contains(&Effect::LeadershipEstablished(
        member.raft.leader_and_epoch().epoch
    )));
}

#[test]
fn records_of_earlier_epochs_are_committed_through_the_leaders_own() {
    let mut member = Member::leading(Disk {
        epochs: vec![1, 2, 2],
        quorum_state: Some(QuorumState {
            leader: BrokerId::NONE,
            leader_epoch: 2,
            voted: BrokerId::NONE,
            voted_directory: broker_model::DirectoryId::ZERO,
        }),
        ..Disk::default()
    });
    member.flush();
    let epoch = member.epoch();
    ask_fetch(&mut member, fetch(2, epoch, 3, 2));
    assert_eq!(member.raft.high_watermark().map(|hw| hw.value()), Some(0));
    let end = member.raft.log().end_offset();
    ask_fetch(&mut member, fetch(2, epoch, end.offset.value(), epoch));
    assert_eq!(
        member.raft.high_watermark().map(|hw| hw.offset()),
        Some(end.offset)
    );
}

#[test]
fn a_leader_does_not_count_what_is_not_on_its_device() {
    let mut member = Member::leading(Disk {
        voters: vec![1, 2],
        ..Disk::default()
    });
    let (epoch, end) = (member.epoch(), member.raft.log().end_offset().offset);
    ask_fetch(&mut member, fetch(2, epoch, end.value(), epoch));
    assert_eq!(member.raft.high_watermark().map(|hw| hw.value()), Some(0));
    member.flush();
    assert_eq!(member.raft.high_watermark().map(|hw| hw.offset()), Some(end));
}

#[test]
fn only_the_leader_of_that_epoch_appends_and_no_control_records() {
    let mut member = Member::established(Disk::default());
    let epoch = member.raft.leader_and_epoch().epoch;
    let end = member.raft.log().end_offset().offset;
    let appended = member
        .raft
        .append(epoch, &batch(77, 77), &mut member.effects)
        .unwrap();
    assert_eq!((appended.base_offset, appended.end_offset), (end, end.plus(1)));
    let stale = LeaderEpoch::new(epoch.value() - 1);
    let refused = member.raft.append(stale, &batch(0, 0), &mut member.effects);
    assert!(
        matches!(refused, Err(AppendError::NotLeader { .. })),
        "{refused:?}"
    );
    let stamp = BatchStamp {
        base_offset: end,
        leader_epoch: epoch,
        timestamp: broker_model::Timestamp::from_ms(0),
    };
    let controls = control_batch(stamp, &[ControlRecord::KRaftVersion(0)]).unwrap();
    let refused = member.raft.append(epoch, &controls, &mut member.effects);
    assert_eq!(refused, Err(AppendError::ControlRecords));
    let mut follower = Member::following(7);
    let refused = follower
        .raft
        .append(LeaderEpoch::new(7), &batch(0, 0), &mut follower.effects);
    assert!(
        matches!(refused, Err(AppendError::NotLeader { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_fetch_waits_for_records_and_no_longer_than_it_said() {
    let mut member = Member::established(Disk::default());
    let (epoch, end) = (member.epoch(), member.raft.log().end_offset().offset);
    let caught_up = fetch(3, epoch, end.value(), epoch);
    assert_eq!(ask_fetch(&mut member, caught_up.clone()).map(|_| ()), None);
    member.effects.clear();
    let leader_epoch = member.raft.leader_and_epoch().epoch;
    member
        .raft
        .append(leader_epoch, &batch(0, 0), &mut member.effects)
        .unwrap();
    member.find(|effect| match effect {
        Effect::RespondWithRecords(read) => Some(read.from),
        _ => None,
    });
    assert_eq!(
        ask_fetch(&mut member, fetch(3, epoch, end.value() + 1, epoch)).map(|_| ()),
        None
    );
    member.wait(500);
    member.find(|effect| match effect {
        Effect::Respond {
            response: RaftResponse::Fetch(response),
            ..
        } => Some(response.clone()),
        _ => None,
    });
}

#[test]
fn a_fetch_is_refused_with_kafkas_codes() {
    let mut member = Member::established(Disk::default());
    let epoch = member.epoch();
    let refused = |member: &mut Member, request| ask_fetch(member, request).map(|answer| answer.error_code);
    let fenced = ErrorCode::FencedLeaderEpoch.code();
    assert_eq!(refused(&mut member, fetch(2, epoch - 1, 0, 0)), Some(fenced));
    let unknown = ErrorCode::UnknownLeaderEpoch.code();
    assert_eq!(refused(&mut member, fetch(2, epoch + 1, 0, 0)), Some(unknown));
    let invalid = ErrorCode::InvalidRequest.code();
    assert_eq!(refused(&mut member, fetch(2, epoch, -1, 0)), Some(invalid));
    assert_eq!(refused(&mut member, fetch(2, epoch, 0, epoch + 1)), Some(invalid));
    let mut follower = Member::following(7);
    let not_leader = ErrorCode::NotLeaderOrFollower.code();
    let answer = ask_fetch(&mut follower, fetch(3, 7, 0, 0)).unwrap();
    assert_eq!(
        (answer.error_code, answer.current_leader.leader_id),
        (not_leader, 2)
    );
}

#[test]
fn a_fetcher_with_another_log_is_told_where_it_ends() {
    let mut member = Member::established(Disk {
        epochs: vec![1, 1, 3],
        quorum_state: Some(QuorumState::leading(BrokerId::NONE, 5)),
        ..Disk::default()
    });
    let epoch = member.epoch();
    let answer = ask_fetch(&mut member, fetch(2, epoch, 5, 2)).unwrap();
    assert_eq!(
        (answer.diverging_epoch.epoch, answer.diverging_epoch.end_offset),
        (1, 2)
    );
}

#[test]
fn a_follower_does_not_cut_what_is_committed() {
    let mut member = Member::following(7);
    let fetching = member.sent_fetch();
    let mut answer = fetch_answer(2, 7);
    let partition = &mut answer.responses[0].partitions[0];
    partition.records = Some(batch(0, 6).into());
    partition.high_watermark = 1;
    member.answer(fetching, RaftResponse::Fetch(answer)).unwrap();
    member.flush();
    assert_eq!(member.raft.high_watermark().map(|hw| hw.value()), Some(1));
    let mut answer = fetch_answer(2, 7);
    let partition = &mut answer.responses[0].partitions[0];
    (
        partition.diverging_epoch.epoch,
        partition.diverging_epoch.end_offset,
    ) = (5, 0);
    let id = member.sent_fetch();
    let stopped = member.answer(id, RaftResponse::Fetch(answer));
    assert!(
        matches!(stopped, Err(RaftError::TruncationOfCommitted { .. })),
        "{stopped:?}"
    );
}

#[test]
fn a_follower_fetches_again_only_when_its_records_are_on_the_device() {
    let mut member = Member::following(7);
    let mut answer = fetch_answer(2, 7);
    answer.responses[0].partitions[0].records = Some(batch(0, 6).into());
    let fetching = member.sent_fetch();
    member.answer(fetching, RaftResponse::Fetch(answer)).unwrap();
    assert!(
        !member
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send { .. }))
    );
    member.flush();
    member.sent_fetch();
}

#[test]
fn damaged_or_misplaced_records_are_not_appended() {
    let mut damaged = batch(0, 6).to_vec();
    damaged[70] ^= 1;
    for records in [damaged.into(), batch(5, 6), batch(0, 8)] {
        let mut member = Member::following(7);
        let mut answer = fetch_answer(2, 7);
        answer.responses[0].partitions[0].records = Some(bytes::Bytes::into(records));
        let fetching = member.sent_fetch();
        member.answer(fetching, RaftResponse::Fetch(answer)).unwrap();
        assert_eq!(member.raft.log().end_offset().offset, Offset::ZERO);
    }
}

#[test]
fn a_change_of_voters_is_refused_with_kafkas_codes() {
    let mut follower = Member::following(7);
    assert_eq!(
        ask_change(&mut follower, add(4)),
        Some(ErrorCode::NotLeaderOrFollower)
    );
    let mut new = Member::leading(Disk::default());
    assert_eq!(ask_change(&mut new, remove(2)), Some(ErrorCode::RequestTimedOut));
    let mut old = Member::established(Disk {
        kraft_version: 0,
        ..Disk::default()
    });
    assert_eq!(
        ask_change(&mut old, remove(2)),
        Some(ErrorCode::UnsupportedVersion)
    );
    let mut member = Member::established(Disk::default());
    assert_eq!(ask_change(&mut member, remove(4)), Some(ErrorCode::VoterNotFound));
    assert_eq!(ask_change(&mut member, add(3)), Some(ErrorCode::DuplicateVoter));
    assert_eq!(ask_change(&mut member, add(-1)), Some(ErrorCode::InvalidRequest));
    assert_eq!(member.raft.voters().len(), 3);
}

#[test]
fn a_new_leader_changes_no_voters_before_it_has_committed_a_record_of_its_epoch() {
    let mut member = Member::established(Disk::default());
    member
        .step(Event::Resign(member.raft.leader_and_epoch().epoch))
        .unwrap();
    member.lead();
    assert_eq!(
        ask_change(&mut member, remove(2)),
        Some(ErrorCode::RequestTimedOut)
    );
    member.flush();
    let (epoch, end) = (member.epoch(), member.raft.log().end_offset().offset);
    ask_fetch(&mut member, fetch(2, epoch, end.value(), epoch));
    assert_eq!(ask_change(&mut member, remove(2)), None);
}

#[test]
fn a_leader_that_is_removed_resigns_when_that_is_committed() {
    let mut member = Member::established(Disk::default());
    assert_eq!(ask_change(&mut member, remove(1)), None);
    member.flush();
    let (epoch, end) = (member.epoch(), member.raft.log().end_offset().offset);
    ask_fetch(&mut member, fetch(2, epoch, end.value(), epoch));
    assert_eq!(member.raft.role(), Role::Leader);
    ask_fetch(&mut member, fetch(3, epoch, end.value(), epoch));
    assert_eq!(member.raft.role(), Role::Resigned);
    member.wait(2_000);
    member.wait(20_000);
    assert_eq!(member.raft.role(), Role::Unattached);
}

#[test]
fn a_voter_whose_removal_is_not_committed_still_stands() {
    let mut member = Member::established(Disk {
        voters: vec![1, 2],
        ..Disk::default()
    });
    assert_eq!(ask_change(&mut member, remove(1)), None);
    member
        .step(Event::Resign(member.raft.leader_and_epoch().epoch))
        .unwrap();
    member.lead();
}

#[test]
fn a_snapshot_that_reaches_less_far_than_the_log_is_not_fetched() {
    let mut member = Member::following(7);
    let mut answer = fetch_answer(2, 7);
    answer.responses[0].partitions[0].records = Some(batch(0, 6).into());
    let fetching = member.sent_fetch();
    member.answer(fetching, RaftResponse::Fetch(answer)).unwrap();
    member.flush();
    for (end_offset, epoch, begun) in [(9, 5, false), (1, 6, false), (2, 6, true)] {
        let mut answer = fetch_answer(2, 7);
        let snapshot = &mut answer.responses[0].partitions[0].snapshot_id;
        (snapshot.end_offset, snapshot.epoch) = (end_offset, epoch);
        let id = member.sent_fetch();
        member.answer(id, RaftResponse::Fetch(answer)).unwrap();
        let begins = member
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::BeginSnapshot(_)));
        assert_eq!(begins, begun, "{end_offset}@{epoch}");
    }
}

#[test]
fn a_second_change_of_voters_waits_for_the_first() {
    let mut member = Member::established(Disk::default());
    assert_eq!(ask_change(&mut member, remove(3)), None);
    assert_eq!(member.raft.voters().len(), 2);
    assert_eq!(
        ask_change(&mut member, remove(2)),
        Some(ErrorCode::RequestTimedOut)
    );
    member.flush();
    let (epoch, end) = (member.epoch(), member.raft.log().end_offset().offset);
    ask_fetch(&mut member, fetch(2, epoch, end.value(), epoch));
    member.find(|effect| match effect {
        Effect::Respond {
            response: RaftResponse::RemoveRaftVoter(response),
            ..
        } => (response.error_code == 0).then_some(()),
        _ => None,
    });
}

#[test]
fn a_new_voter_has_to_have_caught_up() {
    let mut member = Member::established(Disk::default());
    let (epoch, end) = (member.epoch(), member.raft.log().end_offset().offset);
    for (caught_up, voters) in [(false, 3), (true, 4)] {
        if caught_up {
            ask_fetch(&mut member, fetch(4, epoch, end.value(), epoch));
        }
        assert_eq!(ask_change(&mut member, add(4)), None);
        let id = member.find(|effect| match effect {
            Effect::Send {
                id,
                request: RaftRequest::ApiVersions(_),
                ..
            } => Some(*id),
            _ => None,
        });
        let feature = broker_protocol::api_versions_response::SupportedFeatureKey {
            name: "kraft.version".into(),
            max_version: 1,
            ..Default::default()
        };
        let response = broker_protocol::messages::ApiVersionsResponse {
            supported_features: vec![feature],
            ..Default::default()
        };
        member.answer(id, RaftResponse::ApiVersions(response)).unwrap();
        assert_eq!(member.raft.voters().len(), voters, "caught up: {caught_up}");
    }
    assert_eq!(member.raft.voters().get(BrokerId::new(4)), Some(&voter(4)));
}

#[test]
fn a_leader_describes_voters_and_observers() {
    let mut member = Member::established(Disk::default());
    let (epoch, end) = (member.epoch(), member.raft.log().end_offset().offset.value());
    ask_fetch(&mut member, fetch(4, epoch, end, epoch));
    let described = member
        .raft
        .describe_quorum(broker_model::Timestamp::from_ms(7))
        .unwrap();
    let ends = |replicas: &[broker_protocol::describe_quorum_response::ReplicaState]| {
        replicas
            .iter()
            .map(|replica| (replica.replica_id, replica.log_end_offset))
            .collect::<Vec<_>>()
    };
    assert_eq!(ends(&described.current_voters), [(1, end), (2, end), (3, -1)]);
    assert_eq!(ends(&described.observers), [(4, end)]);
    assert_eq!((described.leader_id, described.high_watermark), (1, end));
    assert_eq!(
        Member::following(7)
            .raft
            .describe_quorum(broker_model::Timestamp::NONE),
        None
    );
}

/// Every answer of this member to every request can be written in every version of it.
#[test]
fn every_answer_fits_its_version() {
    fn check<R: Request + Default>(
        wrap: impl Fn(R) -> RaftRequest,
        unwrap: impl Fn(RaftResponse) -> R::Response,
    ) {
        for version in R::API_KEY.versions() {
            for mut member in [Member::established(Disk::default()), Member::following(7)] {
                let response = member
                    .ask_version(wrap(R::default()), version)
                    .expect("it is refused at once");
                encode_response(R::API_KEY, version, 1, &unwrap(response)).unwrap();
            }
        }
    }
    macro_rules! check {
        ($variant:ident, $request:ty) => {
            check::<$request>(RaftRequest::$variant, |response| match response {
                RaftResponse::$variant(response) => response,
                other => panic!("{other:?}"),
            });
        };
    }
    check!(Vote, VoteRequest);
    check!(BeginQuorumEpoch, BeginQuorumEpochRequest);
    check!(EndQuorumEpoch, EndQuorumEpochRequest);
    check!(Fetch, FetchRequest);
    check!(FetchSnapshot, FetchSnapshotRequest);
    check!(AddRaftVoter, AddRaftVoterRequest);
    check!(RemoveRaftVoter, RemoveRaftVoterRequest);
    check!(UpdateRaftVoter, UpdateRaftVoterRequest);
}

/// Numbers at which arithmetic and checks go wrong.
const STRANGE: [i64; 9] = [
    i64::MIN,
    i32::MIN as i64,
    -1,
    0,
    1,
    2,
    7,
    i32::MAX as i64,
    i64::MAX,
];

/// A request in which nothing has to be true.
fn strange_request(chance: &mut crate::jitter::Jitter) -> RaftRequest {
    let mut number = || STRANGE[chance.below(STRANGE.len() as u64) as usize];
    let (id, epoch, offset) = (number() as i32, number() as i32, number());
    match number() as u64 % 6 {
        0 => RaftRequest::Vote(vote(id, epoch, (offset, number() as i32))),
        1 => RaftRequest::Vote(pre_vote(id, epoch, (offset, number() as i32))),
        2 => begin_quorum_epoch(id, epoch),
        3 => fetch(id, epoch, offset, number() as i32),
        4 => add(id),
        _ => remove(id),
    }
}

#[test]
fn no_request_makes_a_member_panic() {
    let mut chance = crate::jitter::Jitter::new(1);
    for _ in 0..300 {
        let mut member = match chance.below(3) {
            0 => Member::start(Disk::default()),
            1 => Member::following(7),
            _ => Member::established(Disk::default()),
        };
        for token in 0..20 {
            let request = strange_request(&mut chance);
            let api_version = chance.below(20) as i16;
            let inbound = crate::InboundRequest {
                token: RequestToken(token),
                api_version,
                request,
            };
            member.now_ms += chance.below(3_000);
            if member.step(Event::Request(inbound)).is_err() {
                break;
            }
        }
        assert!(member.epoch() <= i32::MAX / 2 + 100);
    }
}

#[test]
fn a_leader_that_resigns_says_that_nobody_leads_its_epoch() {
    let told = |member: &Member| {
        member.effects.iter().any(|effect| {
            matches!(effect, Effect::LeaderChanged(changed)
                if changed.leader.is_none() && changed.epoch.value() == member.epoch())
        })
    };
    let mut asked = Member::established(Disk::default());
    asked
        .step(Event::Resign(asked.raft.leader_and_epoch().epoch))
        .unwrap();
    assert!(told(&asked));
    let mut unheard = Member::established(Disk::default());
    while unheard.raft.role() == Role::Leader {
        unheard.wait_for_deadline();
    }
    assert!(told(&unheard), "it lost its majority");
}

#[test]
fn a_leader_that_listens_elsewhere_writes_where() {
    let mut member = Member::start(Disk::default());
    member.raft.settings.endpoints[0].port = 19_093;
    member.lead();
    let own = member.raft.voters().get(BrokerId::new(1)).unwrap();
    assert_eq!(own.endpoints[0].port, 19_093);
    member
        .step(Event::Resign(member.raft.leader_and_epoch().epoch))
        .unwrap();
    let before = member.raft.log().end_offset().offset;
    member.lead();
    let after = member.raft.log().end_offset().offset;
    assert_eq!(after, before.plus(1), "nothing is written that is known");
    member
        .step(Event::Resign(member.raft.leader_and_epoch().epoch))
        .unwrap();
    member.raft.settings.endpoints[0].port = 19_094;
    member.lead();
    let own = member.raft.voters().get(BrokerId::new(1)).unwrap();
    assert_eq!(own.endpoints[0].port, 19_094, "it moved since it wrote");
}
