//! S3 and S5: counts that lie, and requests that ask for more answer than they are worth.

use std::io::Read;
use std::time::Duration;

use broker_protocol::ApiKey;
use broker_protocol::describe_configs_request::DescribeConfigsResource;
use broker_protocol::find_coordinator_request::FindCoordinatorRequest;
use broker_protocol::messages::{
    DescribeConfigsRequest, DescribeGroupsRequest, MetadataRequest, OffsetFetchRequest,
};
use broker_protocol::metadata_request::MetadataRequestTopic;
use broker_protocol::offset_fetch_request::OffsetFetchRequestGroup;
use broker_server::dispatch;
use broker_server::network::ListenerKind;

use crate::broker::LiveBroker;
use crate::hostile::attack::survive;

/// Every message as Kafka wrote it: name, version, variant, bytes, …, number of the API for requests.
const GOLDEN: &[u8] = include_bytes!("../../../../protocol/testdata/golden-4.4.0.tsv.zst");
/// Frames of the short run.
const FRAMES: usize = 2_000;
const ANSWER_TIME: Duration = Duration::from_millis(100);

struct Sample {
    api: i16,
    version: i16,
    body: Vec<u8>,
}

fn samples() -> Vec<Sample> {
    let mut text = String::new();
    zstd::Decoder::new(GOLDEN)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    let served: Vec<i16> = dispatch::table(ListenerKind::Client)
        .iter()
        .map(|row| row.api.code())
        .collect();
    let sample = |line: &str| {
        let mut fields = line.split('\t');
        let name = fields.next()?;
        let version = fields.next()?.parse().ok()?;
        let hex = fields.nth(1)?;
        let api: i16 = fields.nth(2)?.parse().ok()?;
        let is_ours = name.ends_with("Request") && served.contains(&api);
        is_ours.then(|| Sample {
            api,
            version,
            body: from_hex(hex),
        })
    };
    text.lines().filter_map(sample).collect()
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// The request with one place overwritten: a count of four bytes, of two, or a varint, each as large as it goes.
fn lying(sample: &Sample, at: usize, lie: usize) -> Vec<u8> {
    let lies: [(&[u8], usize); 4] = [
        (&[0x7f, 0xff, 0xff, 0xff], 4),
        (&[0x7f, 0xff], 2),
        (&[0xff, 0xff, 0xff, 0xff, 0x0f], 1),
        (&[0x80, 0x80, 0x80, 0x80], 4),
    ];
    let (bytes, replaced) = lies[lie % lies.len()];
    let mut frame = [sample.api.to_be_bytes(), sample.version.to_be_bytes()].concat();
    frame.extend([0, 0, 0, 1, 0xff, 0xff]);
    let api = ApiKey::from_i16(sample.api).unwrap();
    if api.request_header_version(sample.version) == 2 {
        frame.push(0);
    }
    frame.extend_from_slice(&sample.body[..at]);
    frame.extend_from_slice(bytes);
    frame.extend_from_slice(sample.body.get(at + replaced..).unwrap_or_default());
    frame
}

fn send_lies(live: &LiveBroker, count: usize) {
    let samples = samples();
    let mut seed = 1_u64;
    let mut chosen = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % below
    };
    let apis: std::collections::HashSet<i16> = samples.iter().map(|sample| sample.api).collect();
    assert_eq!(
        apis.len(),
        dispatch::table(ListenerKind::Client).len(),
        "every API has samples"
    );
    for _ in 0..count {
        let sample = &samples[chosen(samples.len())];
        let frame = lying(
            sample,
            chosen(sample.body.len().max(1)).min(sample.body.len()),
            chosen(4),
        );
        let mut wire = live.connect();
        if wire.send_frame(&frame).is_ok() {
            wire.finish();
            wire.ending(ANSWER_TIME);
        }
    }
}

#[test]
fn s3_counts_that_lie_in_every_request_cost_nothing() {
    survive(|live| send_lies(live, FRAMES));
}

#[test]
#[ignore = "minutes; e2e/run hostile"]
fn s3_counts_that_lie_for_minutes_cost_nothing() {
    survive(|live| send_lies(live, 500_000));
}

/// Sends a request with a large answer on several connections at once, of which nobody reads; then reads one.
fn amplify<R: broker_protocol::Request>(version: i16, request: &R) {
    survive(|live| {
        let mut greedy: Vec<_> = (0..8).map(|_| live.connect()).collect();
        for wire in &mut greedy {
            wire.send(version, request).unwrap();
        }
        // An answer of any kind, or a closed connection.
        let _answered = live.connect().try_call(version, request);
    });
}

#[test]
fn s5_the_same_config_resource_many_times() {
    amplify(
        4,
        &DescribeConfigsRequest {
            resources: (0..5_000)
                .map(|_| DescribeConfigsResource {
                    resource_type: 4,
                    resource_name: "1".into(),
                    ..Default::default()
                })
                .collect(),
            include_synonyms: true,
            include_documentation: true,
            ..Default::default()
        },
    );
}

#[test]
fn s5_many_unknown_topics() {
    amplify(
        9,
        &MetadataRequest {
            topics: Some(
                (0..100_000)
                    .map(|number| MetadataRequestTopic {
                        name: Some(format!("unknown-{number}").into()),
                        ..Default::default()
                    })
                    .collect(),
            ),
            ..Default::default()
        },
    );
}

#[test]
fn s5_many_unknown_groups() {
    let names = || (0..100_000).map(|number| format!("group-{number}").into());
    amplify(
        5,
        &DescribeGroupsRequest {
            groups: names().collect(),
            ..Default::default()
        },
    );
    amplify(
        8,
        &OffsetFetchRequest {
            groups: names()
                .map(|group_id| OffsetFetchRequestGroup {
                    group_id,
                    topics: None,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        },
    );
    amplify(
        4,
        &FindCoordinatorRequest {
            coordinator_keys: names().collect(),
            ..Default::default()
        },
    );
}
