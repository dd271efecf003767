//! How long `eddyline dev --brokers 3` takes until it serves.

use std::time::{Duration, Instant};

use crate::Failure;
use crate::figures::{Goal, Row, Samples};
use crate::lab::Lab;
use crate::process::Process;
use crate::side::Pair;

const READY_WITHIN: Duration = Duration::from_secs(60);

pub fn measure(lab: &Lab) -> Result<Vec<Row>, Failure> {
    let mut samples = Pair::<Samples>::default();
    for _ in 0..lab.runs {
        let port = lab.free_port()?.to_string();
        let start = Instant::now();
        let log = tempfile::NamedTempFile::new()?;
        let mut process = Process::start(
            lab.eddyline(&["dev", "--brokers", "3", "--port", &port]),
            log.path(),
        )?;
        while !process.printed()?.contains("ready in") {
            process.require_running()?;
            if start.elapsed() > READY_WITHIN {
                return Err("dev is not ready".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let seconds = start.elapsed().as_secs_f64();
        eprintln!("dev: {seconds:.3} s");
        samples.ours.0.push(seconds);
        process.stop()?;
    }
    Ok(vec![Row {
        what: "`eddyline dev --brokers 3` until it is ready".to_owned(),
        unit: "s",
        samples,
        goals: vec![Goal::None],
    }])
}
