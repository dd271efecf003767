//! The command line as people write it, and whole commands against a broker that answers as a test says.

use broker_codec::batch::{BatchBuilder, BatchOptions};
use broker_model::{Offset, Timestamp};
use broker_protocol::messages::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, CreateTopicsRequest,
    CreateTopicsResponse, DescribeGroupsResponse, FetchResponse, JoinGroupRequest, JoinGroupResponse,
    LeaveGroupResponse, ListOffsetsRequest, ListOffsetsResponse, ListPartitionReassignmentsResponse,
    OffsetCommitRequest, OffsetCommitResponse, OffsetFetchResponse, SyncGroupRequest, SyncGroupResponse,
};
use broker_protocol::{
    ApiKey, ErrorCode, create_topics_response, describe_groups_response, fetch_response, join_group_response,
    list_offsets_response, offset_fetch_response,
};
use clap::{CommandFactory, Parser};

use super::scripted::{Answer, Asked, Scripted};
use super::*;

#[derive(Debug, Parser)]
#[command(name = "eddyline")]
struct Program {
    #[command(subcommand)]
    command: Command,
}

fn parsed(line: &str) -> Result<Command, clap::Error> {
    let words = line.split_whitespace();
    Program::try_parse_from(["eddyline"].into_iter().chain(words)).map(|program| program.command)
}

fn shown(line: &str) -> String {
    format!("{:?}", parsed(line).unwrap())
}

/// The exit code of a whole command against that broker.
fn exit_code(broker: &Scripted, line: &str) -> u8 {
    let command = parsed(&format!("{line} --bootstrap {} -o json", broker.address)).unwrap();
    status_of(command, Program::command()).code()
}

#[test]
fn the_definition_holds_together() {
    Program::command().debug_assert();
}

#[test]
fn options_of_the_cluster_stand_before_or_after_the_verb() {
    for line in [
        "topic -b h:1 -o json list",
        "topic list --bootstrap h:1 --output json",
    ] {
        let shown = shown(line);
        assert!(
            shown.contains("bootstrap: \"h:1\"") && shown.contains("output: Json"),
            "{shown}"
        );
    }
}

#[test]
fn every_command_is_written_as_in_the_help() {
    for line in [
        "topic list --internal logs",
        "topic create a b --partitions 3 --replicas 1 --config a=b --config c=d --if-not-exists",
        "topic describe a b --all-configs",
        "topic alter t --partitions 5",
        "topic alter t --delete-config retention.ms",
        "topic delete a b --if-exists --yes",
        "topic produce t --key-separator : --header a=b --null NULL --acks all --compression zstd",
        "topic produce t --idempotence off --acks -1 --linger 0s --batch-size 1MB",
        "topic consume t u --from -5 --max-messages 3 --partition 0,1 --format %o\\n",
        "topic consume t --group g --from 2026-01-01 --until-end --idle 5s --read-committed",
        "group list --state Stable,Empty",
        "group describe a b --members",
        "group reset g --topic t:0,1 --topic u --to-offset 5 --execute",
        "group reset g --all-topics --shift-by -5 --dry-run --export",
        "group reset g --all-topics --to-datetime 2026-01-01T00:00:00.000",
        "group reset g --all-topics --by-duration PT1H",
        "group reset g --from-file plan.csv",
        "group delete g --topic t -y",
        "cluster info --log-dirs -o yaml",
        "cluster quorum describe --status --replication",
        "cluster quorum add-voter 4 --directory MXZJTMXqSSuC_7W2MBnVlA --listener CONTROLLER://four:9093",
        "cluster quorum remove-voter 2 --directory 5XSgIqvNRLi3h_JcAzh7gA --yes",
        "reassign plan --topic t --topic u --brokers 1,2,3 --replicas 2 --disable-rack-aware -o json",
        "reassign start plan.json --throttle 50MiB --rollback back.json --additional",
        "reassign status",
        "reassign status plan.json --preserve-throttles",
        "reassign cancel plan.json",
        "reassign cancel --all",
        "leader elect --topic t:0 --topic u",
        "leader elect --all --unclean --yes",
        "config describe topic t --all",
        "config alter broker --set a=b --append c=d --subtract e=f --delete g",
        "perf produce t --records 1000 --rate 100 --warm-up 1s --record-size 100 --keys 7",
        "perf consume t --duration 5s --latency --from-end",
        "completion bash",
    ] {
        assert!(parsed(line).is_ok(), "{line}: {}", parsed(line).unwrap_err());
    }
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    for line in [
        "topic create",
        "topic create t -p 0",
        "topic create t -c novalue",
        "topic alter t",
        "topic produce t -K : -k key",
        "topic produce t --in-flight 6",
        "topic consume t --from soon",
        "topic consume t --group g --partition 1",
        "topic list -o xml",
        "topic list --timeout fast",
        "group reset g --all-topics",
        "group reset g --all-topics --topic t --to-latest",
        "group reset g --all-topics --to-latest --to-earliest",
        "group reset g --all-topics --to-latest --dry-run --execute",
        "group reset g --from-file f --all-topics",
        "config alter topic t",
        "cluster quorum add-voter 4 --directory MXZJTMXqSSuC_7W2MBnVlA",
        "cluster quorum add-voter 4 --directory short --listener A://b:1",
        "cluster quorum add-voter 4 --directory MXZJTMXqSSuC_7W2MBnVlA --listener b:1",
        "reassign plan --topic t",
        "reassign start",
        "reassign cancel",
        "reassign cancel plan.json --all",
        "leader elect",
        "leader elect --topic t --all",
        "perf produce t",
        "perf produce t -n 5 --rate 0",
        "completion powershell-7",
    ] {
        let error = parsed(line).map(|command| format!("{command:?}")).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

/// Creates every topic but those that a code is given for.
fn creating(codes: &'static [(&str, ErrorCode)]) -> Scripted {
    Scripted::start(&[ApiKey::CreateTopics], move |asked| {
        let request: CreateTopicsRequest = asked.read();
        let name = request.topics[0].name.clone();
        let code = codes.iter().find(|(refused, _)| *name == **refused);
        asked.answer(&CreateTopicsResponse {
            topics: vec![create_topics_response::CreatableTopicResult {
                error_code: code.map_or(0, |(_, code)| code.code()),
                name,
                ..Default::default()
            }],
            ..CreateTopicsResponse::default()
        })
    })
}

#[test]
fn the_exit_code_tells_what_became_of_each_topic() {
    let broker = creating(&[
        ("taken", ErrorCode::TopicAlreadyExists),
        ("secret", ErrorCode::TopicAuthorizationFailed),
    ]);
    assert_eq!(exit_code(&broker, "topic create new"), 0);
    assert_eq!(exit_code(&broker, "topic create taken"), 1);
    assert_eq!(exit_code(&broker, "topic create taken --if-not-exists"), 0);
    assert_eq!(exit_code(&broker, "topic create new taken"), 3);
    assert_eq!(exit_code(&broker, "topic create secret"), 5);
    assert_eq!(exit_code(&broker, "topic delete new"), 2, "nobody can confirm it");
}

#[test]
fn what_is_to_be_created_reaches_the_broker_as_it_was_written() {
    let broker = creating(&[]);
    exit_code(&broker, "topic create a -p 3 -r 2 -c x=y --dry-run");
    let request: CreateTopicsRequest = broker.asked(ApiKey::CreateTopics)[0].read();
    let topic = &request.topics[0];
    assert_eq!((topic.num_partitions, topic.replication_factor), (3, 2));
    assert_eq!(topic.configs[0].value.as_deref(), Some("y"));
    assert!(request.validate_only);
}

#[test]
fn a_broker_that_does_not_answer_is_a_timeout() {
    let broker = Scripted::start(&[ApiKey::CreateTopics], |_| Answer::NEVER);
    assert_eq!(exit_code(&broker, "topic create t --timeout 200ms"), 4);
}

/// A group without members that has read 5 of partition 0 of `t`, whose logs hold 2 to 9.
fn with_a_group() -> Scripted {
    let apis = &[
        ApiKey::DescribeGroups,
        ApiKey::OffsetFetch,
        ApiKey::ListOffsets,
        ApiKey::OffsetCommit,
    ];
    Scripted::start(apis, |asked| match asked.api {
        ApiKey::DescribeGroups => asked.answer(&DescribeGroupsResponse {
            groups: vec![describe_groups_response::DescribedGroup {
                group_state: "Empty".into(),
                ..Default::default()
            }],
            ..DescribeGroupsResponse::default()
        }),
        ApiKey::OffsetFetch => asked.answer(&committed()),
        ApiKey::ListOffsets => asked.answer(&listed(asked)),
        _ => asked.answer(&OffsetCommitResponse::default()),
    })
}

fn committed() -> OffsetFetchResponse {
    let partition = offset_fetch_response::OffsetFetchResponsePartitions {
        partition_index: 0,
        committed_offset: 5,
        ..Default::default()
    };
    let topic = offset_fetch_response::OffsetFetchResponseTopics {
        name: "t".into(),
        partitions: vec![partition],
        ..Default::default()
    };
    OffsetFetchResponse {
        groups: vec![offset_fetch_response::OffsetFetchResponseGroup {
            topics: vec![topic],
            ..Default::default()
        }],
        ..OffsetFetchResponse::default()
    }
}

fn listed(asked: &Asked) -> ListOffsetsResponse {
    let request: ListOffsetsRequest = asked.read();
    let topics =
        request.topics.iter().map(|topic| {
            let partitions = topic.partitions.iter().map(|partition| {
                list_offsets_response::ListOffsetsPartitionResponse {
                    partition_index: partition.partition_index,
                    offset: if partition.timestamp == -2 { 2 } else { 9 },
                    ..Default::default()
                }
            });
            list_offsets_response::ListOffsetsTopicResponse {
                name: topic.name.clone(),
                partitions: partitions.collect(),
                ..Default::default()
            }
        });
    ListOffsetsResponse {
        topics: topics.collect(),
        ..ListOffsetsResponse::default()
    }
}

#[test]
fn a_reset_is_only_a_plan_until_it_is_executed() {
    let broker = with_a_group();
    assert_eq!(exit_code(&broker, "group reset g --all-topics --to-earliest"), 0);
    assert_eq!(
        exit_code(&broker, "group reset g --all-topics --to-earliest --dry-run"),
        0
    );
    assert!(broker.asked(ApiKey::OffsetCommit).is_empty());
    assert_eq!(
        exit_code(&broker, "group reset g --topic t --to-offset 100 --execute"),
        0
    );
    let commits = broker.asked(ApiKey::OffsetCommit);
    assert_eq!(commits.len(), 1);
    let commit: OffsetCommitRequest = commits[0].read();
    let offsets: Vec<i64> = commit.topics[0]
        .partitions
        .iter()
        .map(|partition| partition.committed_offset)
        .collect();
    assert_eq!((&*commit.group_id, offsets), ("g", vec![9, 9]));
}

#[test]
fn what_cannot_be_reset_is_refused_before_anything_is_changed() {
    let broker = with_a_group();
    assert_eq!(
        exit_code(&broker, "group reset g --topic t --shift-by 1 --execute"),
        1
    );
    assert_eq!(
        exit_code(&broker, "group reset g --topic t:7 --to-latest --execute"),
        2
    );
    assert_eq!(exit_code(&broker, "group reset g --to-latest --execute"), 2);
    assert!(broker.asked(ApiKey::OffsetCommit).is_empty());
}

/// Five records in partition 0 of `t`, and a group that a member joins as its leader.
fn with_records() -> Scripted {
    let apis = &[
        ApiKey::JoinGroup,
        ApiKey::SyncGroup,
        ApiKey::LeaveGroup,
        ApiKey::OffsetFetch,
        ApiKey::OffsetCommit,
        ApiKey::ListOffsets,
        ApiKey::Fetch,
    ];
    Scripted::start(apis, |asked| match asked.api {
        ApiKey::JoinGroup => asked.answer(&joined(asked)),
        ApiKey::SyncGroup => asked.answer(&SyncGroupResponse {
            assignment: asked.read::<SyncGroupRequest>().assignments[0].assignment.clone(),
            ..SyncGroupResponse::default()
        }),
        ApiKey::OffsetFetch => asked.answer(&OffsetFetchResponse::default()),
        ApiKey::ListOffsets => asked.answer(&listed(asked)),
        ApiKey::Fetch => asked.answer(&fetched()),
        ApiKey::LeaveGroup => asked.answer(&LeaveGroupResponse::default()),
        _ => asked.answer(&OffsetCommitResponse::default()),
    })
}

/// As Kafka: who comes without an identity is given one and comes again.
fn joined(asked: &Asked) -> JoinGroupResponse {
    let request: JoinGroupRequest = asked.read();
    let identity_missing = request.member_id.is_empty();
    let member = join_group_response::JoinGroupResponseMember {
        member_id: "me".into(),
        metadata: request.protocols[0].metadata.clone(),
        ..Default::default()
    };
    JoinGroupResponse {
        error_code: if identity_missing {
            ErrorCode::MemberIdRequired.code()
        } else {
            0
        },
        generation_id: 7,
        protocol_name: Some("range".into()),
        leader: "me".into(),
        member_id: "me".into(),
        members: vec![member],
        ..JoinGroupResponse::default()
    }
}

fn fetched() -> FetchResponse {
    let mut batch = BatchBuilder::new(BatchOptions {
        base_offset: Offset::new(2),
        ..BatchOptions::default()
    });
    for value in ["a", "b", "c", "d", "e"] {
        batch.append(Timestamp::from_ms(1), None, Some(value.as_bytes()));
    }
    FetchResponse {
        responses: vec![fetch_response::FetchableTopicResponse {
            topic: "t".into(),
            partitions: vec![fetch_response::PartitionData {
                high_watermark: 9,
                records: Some(batch.build().unwrap().into()),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..FetchResponse::default()
    }
}

#[test]
fn a_member_commits_what_it_has_shown_and_no_more() {
    let broker = with_records();
    assert_eq!(
        exit_code(&broker, "topic consume t --group g --max-messages 3"),
        0
    );
    let joins = broker.asked(ApiKey::JoinGroup);
    assert_eq!(joins.len(), 2, "with the identity that the first one gave");
    let commit: OffsetCommitRequest = broker.asked(ApiKey::OffsetCommit)[0].read();
    let offsets: Vec<(i32, i64)> = commit.topics[0]
        .partitions
        .iter()
        .map(|partition| (partition.partition_index, partition.committed_offset))
        .collect();
    assert_eq!(offsets, [(0, 5)], "records 2, 3 and 4 were shown");
    assert_eq!(
        (&*commit.member_id, commit.generation_id_or_member_epoch),
        ("me", 7)
    );
    assert_eq!(broker.asked(ApiKey::LeaveGroup).len(), 1);
}

/// A broker on which this much is under way, and which takes every reassignment.
fn reassigning(under_way: usize) -> Scripted {
    use broker_protocol::alter_partition_reassignments_response::{
        ReassignablePartitionResponse, ReassignableTopicResponse,
    };
    use broker_protocol::list_partition_reassignments_response::{
        OngoingPartitionReassignment, OngoingTopicReassignment,
    };
    let apis = &[
        ApiKey::ListPartitionReassignments,
        ApiKey::AlterPartitionReassignments,
    ];
    Scripted::start(apis, move |asked| match asked.api {
        ApiKey::ListPartitionReassignments => asked.answer(&ListPartitionReassignmentsResponse {
            topics: (0..under_way)
                .map(|_| OngoingTopicReassignment {
                    name: "t".into(),
                    partitions: vec![OngoingPartitionReassignment::default()],
                    ..OngoingTopicReassignment::default()
                })
                .collect(),
            ..ListPartitionReassignmentsResponse::default()
        }),
        _ => asked.answer(&AlterPartitionReassignmentsResponse {
            responses: vec![ReassignableTopicResponse {
                name: "t".into(),
                partitions: vec![ReassignablePartitionResponse::default()],
                ..ReassignableTopicResponse::default()
            }],
            ..AlterPartitionReassignmentsResponse::default()
        }),
    })
}

#[test]
fn a_plan_is_begun_only_when_nothing_else_is_under_way() {
    let directory = tempfile::tempdir().unwrap();
    let (plan, back) = (
        directory.path().join("plan.json"),
        directory.path().join("back.json"),
    );
    let text = r#"{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[3,2],"log_dirs":["any","any"]}]}"#;
    std::fs::write(&plan, text).unwrap();
    let (plan, back) = (plan.display().to_string(), back.display().to_string());
    let busy = reassigning(1);
    assert_eq!(exit_code(&busy, &format!("reassign start {plan}")), 1);
    assert!(busy.asked(ApiKey::AlterPartitionReassignments).is_empty());
    assert_eq!(
        exit_code(&busy, &format!("reassign start {plan} --additional")),
        0
    );
    let idle = reassigning(0);
    assert_eq!(
        exit_code(&idle, &format!("reassign start {plan} --rollback {back}")),
        0
    );
    let asked = idle.asked(ApiKey::AlterPartitionReassignments);
    let request: AlterPartitionReassignmentsRequest = asked[0].read();
    assert_eq!(request.topics[0].partitions[0].replicas, Some(vec![3, 2]));
    // What was there before leads back.
    assert_eq!(exit_code(&idle, &format!("reassign start {back}")), 0);
    let asked = idle.asked(ApiKey::AlterPartitionReassignments);
    let request: AlterPartitionReassignmentsRequest = asked[1].read();
    assert_eq!(request.topics[0].partitions[0].replicas, Some(vec![1]));
}

#[test]
fn cancelling_what_is_not_under_way_is_no_failure() {
    let idle = reassigning(0);
    assert_eq!(exit_code(&idle, "reassign cancel --all"), 0);
    assert!(idle.asked(ApiKey::AlterPartitionReassignments).is_empty());
    let busy = reassigning(1);
    assert_eq!(exit_code(&busy, "reassign cancel --all --preserve-throttles"), 0);
    let asked = busy.asked(ApiKey::AlterPartitionReassignments);
    let request: AlterPartitionReassignmentsRequest = asked[0].read();
    assert_eq!(request.topics[0].partitions[0].replicas, None);
}
