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

fn tempfile() -> (std::path::PathBuf, std::fs::File) {
    let path = std::env::temp_dir().join(format!("history-{}.jsonl", std::process::id()));
    let file = std::fs::File::create(&path).expect("a place for files");
    (path, file)
}
