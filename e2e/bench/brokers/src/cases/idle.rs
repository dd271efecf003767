//! What a broker does when nothing happens: 1,000 partitions and 100 consumers that wait for records.

use std::time::{Duration, Instant};

use broker_client::{Connection, Endpoint};
use broker_protocol::fetch_request::{FetchPartition, FetchTopic};
use broker_protocol::messages::{FetchRequest, FetchResponse};
use tokio::task::JoinSet;

use super::startup;
use crate::Failure;
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::side::{Pair, Side};

pub const METHOD: &str = "100 connections with a fetch session of 10 partitions each and fetch.max.wait 500 ms, over 1,000 \
                          partitions; CPU time of the broker's process in 20 s, in hundredths of a core.";
const CONSUMERS: i32 = 100;
const PARTITIONS_EACH: i32 = 10;
const MAX_WAIT: Duration = Duration::from_millis(500);
const SETTLE: Duration = Duration::from_secs(3);
/// Last version that names topics and not their ids.
const BY_NAME: i16 = 12;

pub async fn measure(lab: &Lab) -> Result<Vec<Row>, Failure> {
    let mut samples = Pair::<Samples>::default();
    let watched = Duration::from_secs(if lab.quick { 4 } else { 20 });
    for side in Side::BOTH {
        let site = lab.site(side, "idle")?;
        let (broker, client) = lab.start(&site).await?;
        startup::fill(&client).await?;
        let mut consumers = JoinSet::new();
        for number in 0..CONSUMERS {
            consumers.spawn(consume(broker.bootstrap.clone(), number));
        }
        tokio::time::sleep(SETTLE).await;
        for _ in 0..lab.runs {
            let (start, before) = (Instant::now(), broker.process.cpu_time()?);
            tokio::time::sleep(watched).await;
            let used = broker.process.cpu_time()? - before;
            let percent = 100.0 * used.as_secs_f64() / start.elapsed().as_secs_f64();
            eprintln!("idle {}: {percent:.2} %", side.name());
            samples.of(side).0.push(percent);
        }
        if let Some(ended) = consumers.try_join_next() {
            return Err(format!("a consumer ended: {ended:?}").into());
        }
        consumers.shutdown().await;
        broker.process.stop()?;
        site.clear()?;
    }
    Ok(vec![Row {
        what: "1,000 partitions, 100 waiting consumers".to_owned(),
        unit: "% of a core",
        samples,
        goals: vec![Goal::AtMost(3.0)],
    }])
}

/// Waits for records that never come, as a consumer with a fetch session does.
async fn consume(bootstrap: String, number: i32) -> Result<(), Failure> {
    let endpoint = Endpoint::parse_list(&bootstrap)?.remove(0);
    let connection = Connection::open(&endpoint, &Default::default()).await?;
    let mut request = FetchRequest {
        max_wait_ms: i32::try_from(MAX_WAIT.as_millis())?,
        min_bytes: 1,
        max_bytes: 50 << 20,
        topics: vec![first_topic(number)],
        session_epoch: 0,
        ..FetchRequest::default()
    };
    loop {
        let response: FetchResponse = connection.call_parked(&request, BY_NAME, MAX_WAIT).await?;
        if response.error_code != 0 {
            return Err(format!("fetch error {}", response.error_code).into());
        }
        request.session_id = response.session_id;
        request.session_epoch += 1;
        request.topics = Vec::new();
    }
}

fn first_topic(number: i32) -> FetchTopic {
    let per_topic = 100 / PARTITIONS_EACH;
    let first = number % per_topic * PARTITIONS_EACH;
    let partitions = (first..first + PARTITIONS_EACH).map(|partition| FetchPartition {
        partition,
        // Behind the one record that each holds.
        fetch_offset: 1,
        partition_max_bytes: 1 << 20,
        ..FetchPartition::default()
    });
    FetchTopic {
        topic: startup::topic((number / per_topic) as usize).as_str().into(),
        partitions: partitions.collect(),
        ..FetchTopic::default()
    }
}
