//! How long it takes from starting the process until a record is acknowledged.

use std::time::{Duration, Instant};

use crate::Failure;
use crate::figures::{Goal, Row, Samples};
use crate::lab::{Lab, Site, connect_within};
use crate::load;
use crate::side::{Pair, Side};

pub const METHOD: &str = "From starting the process to the first acknowledged record of our own client, which tries to connect \
                          every 2 ms. Empty: a formatted directory, and the topic is made first. 1,000 partitions: 10 topics \
                          of 100 that hold a record each, after a clean stop; the record goes to one of them.";
const WITHIN: Duration = Duration::from_secs(120);
const TOPICS: usize = 10;
const PARTITIONS: i32 = 100;

pub async fn measure(lab: &Lab) -> Result<Vec<Row>, Failure> {
    let mut empty = Pair::<Samples>::default();
    for _ in 0..lab.runs {
        for side in Side::BOTH {
            let site = lab.site(side, "startup")?;
            let seconds = start_once(lab, &site, "first", true).await?;
            empty.of(side).0.push(seconds);
            eprintln!("empty {}: {seconds:.3} s", side.name());
        }
    }
    let mut full = Pair::<Samples>::default();
    let sites = [
        prepared(lab, Side::Eddyline).await?,
        prepared(lab, Side::Kafka).await?,
    ];
    for _ in 0..lab.runs {
        for site in &sites {
            let seconds = start_once(lab, site, &topic(0), false).await?;
            full.of(site.side()).0.push(seconds);
            eprintln!("1,000 partitions {}: {seconds:.3} s", site.side().name());
        }
    }
    Ok(vec![
        Row {
            what: "empty".to_owned(),
            unit: "s",
            samples: empty,
            goals: vec![Goal::RatioAtMost(0.2)],
        },
        Row {
            what: "1,000 partitions".to_owned(),
            unit: "s",
            samples: full,
            goals: vec![Goal::AtMost(2.0)],
        },
    ])
}

async fn start_once(lab: &Lab, site: &Site, topic: &str, is_new: bool) -> Result<f64, Failure> {
    let start = Instant::now();
    let mut broker = lab.launch(site)?;
    let client = connect_within(&mut broker, WITHIN).await?;
    if is_new {
        load::create_topic(&client, topic, 1, 1).await?;
    }
    load::produce_one_each(&client, topic, 1).await?;
    let seconds = start.elapsed().as_secs_f64();
    broker.process.stop()?;
    Ok(seconds)
}

/// A stopped broker with 1,000 partitions.
async fn prepared(lab: &Lab, side: Side) -> Result<Site, Failure> {
    let site = lab.site(side, "startup-1000")?;
    let (broker, client) = lab.start(&site).await?;
    fill(&client).await?;
    broker.process.stop()?;
    Ok(site)
}

/// Makes 1,000 partitions with a record each.
pub async fn fill(client: &broker_client::Client) -> Result<(), Failure> {
    for number in 0..TOPICS {
        load::create_topic(client, &topic(number), PARTITIONS, 1).await?;
        load::produce_one_each(client, &topic(number), PARTITIONS).await?;
    }
    Ok(())
}

/// Name of one of the topics.
pub fn topic(number: usize) -> String {
    format!("topic-{number}")
}
