//! Every anomaly is found in the history that has it, and none elsewhere.

use std::io::Write;

use history_checker::{Limits, check, self_test};

#[test]
fn every_history_shows_what_its_name_says_and_nothing_else() {
    let judged = self_test::run().expect("histories are readable");
    for (name, found) in judged {
        let promised: Vec<String> = self_test::promised(name).map(str::to_owned).into_iter().collect();
        assert_eq!(found, promised, "{name}");
    }
}

#[test]
fn a_history_in_many_passes_gets_the_verdict_of_one() {
    let mut file = tempfile();
    for partition in 0..4 {
        for number in 0..10 {
            let offset = number;
            writeln!(file.1, r#"{{"f":"send","client":"p","topic":"t","partition":{partition},"number":{number},"promise":"all","idempotent":true,"invoked":1,"completed":2,"result":"ok","offset":{offset}}}"#).expect("room");
        }
        let end = if partition == 2 { 9 } else { 10 };
        let records: Vec<String> = (0..end)
            .map(|number| format!(r#"[{number},"p:{number}"]"#))
            .collect();
        let records = records.join(",");
        writeln!(file.1, r#"{{"f":"poll","client":"last","topic":"t","partition":{partition},"at":3,"last":true,"records":[{records}]}}"#).expect("room");
        writeln!(file.1, r#"{{"f":"read_all","client":"last","topic":"t","partition":{partition},"from":0,"to":10,"at":4}}"#).expect("room");
    }
    let whole = check(&file.0, Limits::default()).expect("a history");
    let parts = check(&file.0, Limits { records: 25 }).expect("a history");
    assert_eq!(whole, parts);
    let found: Vec<_> = whole
        .found
        .iter()
        .map(|found| (found.anomaly.name(), found.count))
        .collect();
    assert_eq!(found, [("lost-write".to_owned(), 1)]);
    let refused = check(&file.0, Limits { records: 20 })
        .map(|_| ())
        .map_err(|error| error.to_string());
    assert!(refused.is_err_and(|why| why.contains("more than the limit")));
    std::fs::remove_file(&file.0).expect("it was written");
}

#[test]
fn the_time_without_acknowledgement_belongs_to_the_fault_before_it() {
    let mut checker = history_checker::Checker::default();
    let send = |number: u64, at: i64| {
        format!(
            r#"{{"f":"send","client":"p","topic":"t","partition":0,"number":{number},"promise":"all","idempotent":true,"invoked":{at},"completed":{at},"result":"ok","offset":{number}}}"#
        )
    };
    let fault =
        |at: i64| format!(r#"{{"f":"fault","name":"kill","target":"node 1","phase":"begin","at":{at}}}"#);
    let lines = [
        send(0, 0),
        fault(100_000),
        send(1, 900_000),
        fault(950_000),
        send(2, 960_000),
        r#"{"f":"send","client":"p","topic":"t","partition":0,"number":3,"promise":"all","idempotent":true,"invoked":970000,"completed":9100000,"result":"info"}"#
            .to_owned(),
        r#"{"f":"load_ends","at":9000000}"#.to_owned(),
    ];
    for line in lines {
        checker.observe(&serde_json::from_str(&line).expect("an event"));
    }
    let outages = checker.finish().figures.outages;
    let times: Vec<_> = outages
        .iter()
        .map(|outage| (outage.partition_us, outage.everywhere_us, outage.healed))
        .collect();
    assert_eq!(times, [(800_000, 800_000, true), (8_040_000, 10_000, false)]);
}

#[test]
fn a_client_that_sends_nothing_for_seconds_is_no_outage_that_stays() {
    let mut checker = history_checker::Checker::default();
    let lines = [
        r#"{"f":"fault","name":"kill","target":"node 1","phase":"begin","at":5}"#,
        r#"{"f":"send","client":"p","topic":"t","partition":0,"number":0,"promise":"all","idempotent":true,"invoked":6,"completed":900000,"result":"info"}"#,
        r#"{"f":"send","client":"p","topic":"t","partition":0,"number":1,"promise":"all","idempotent":true,"invoked":7,"completed":800000,"result":"ok","offset":0}"#,
        r#"{"f":"load_ends","at":9000000}"#,
    ];
    for line in lines {
        checker.observe(&serde_json::from_str(line).expect("an event"));
    }
    let outages = checker.finish().figures.outages;
    assert!(outages.iter().all(|outage| outage.healed), "{outages:?}");
}

#[test]
fn records_sent_again_in_another_epoch_are_counted_in_every_pass() {
    let mut file = tempfile();
    for partition in 0..3 {
        for (number, offset) in [(0, 0), (1, 2)] {
            writeln!(file.1, r#"{{"f":"send","client":"p","topic":"t","partition":{partition},"number":{number},"promise":"all","idempotent":true,"invoked":1,"completed":2,"result":"ok","offset":{offset}}}"#).expect("room");
        }
        writeln!(file.1, r#"{{"f":"poll","client":"last","topic":"t","partition":{partition},"at":3,"last":true,"records":[[0,"p:0"],[1,"p:0"],[2,"p:1"]]}}"#).expect("room");
        writeln!(file.1, r#"{{"f":"batches","topic":"t","partition":{partition},"batches":[{{"from":0,"to":1,"producer":7,"epoch":0,"sequence":0}},{{"from":1,"to":3,"producer":7,"epoch":1,"sequence":0}}]}}"#).expect("room");
        writeln!(
            file.1,
            r#"{{"f":"read_all","client":"last","topic":"t","partition":{partition},"from":0,"to":3,"at":4}}"#
        )
        .expect("room");
    }
    let whole = check(&file.0, Limits::default()).expect("a history");
    let parts = check(&file.0, Limits { records: 8 }).expect("a history");
    assert_eq!(whole, parts);
    assert!(whole.is_good(), "{whole}");
    assert_eq!(whole.figures.resent, 3);
    std::fs::remove_file(&file.0).expect("it was written");
}

fn tempfile() -> (std::path::PathBuf, std::fs::File) {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("history-{}-{number}.jsonl", std::process::id()));
    let file = std::fs::File::create(&path).expect("a place for files");
    (path, file)
}
