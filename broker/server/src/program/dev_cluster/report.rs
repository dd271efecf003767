//! What a development cluster prints: lines for people, or one JSON object a line for scripts.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::schedule::Fault;
use super::tally::{Tally, Verdict};

/// How it is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::program) enum DevOutput {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// Clients are served.
#[derive(Clone, Debug)]
pub(in crate::program) struct Ready<'a> {
    /// How long it took.
    pub(in crate::program) seconds: f64,
    /// Where clients connect, node by node.
    pub(in crate::program) kafka: &'a [String],
    /// Where everything lies.
    pub(in crate::program) data: &'a Path,
    /// Where older segments lie; none without a remote tier.
    pub(in crate::program) remote_store: Option<String>,
    /// Where they are shown to S3's tools.
    pub(in crate::program) s3: Option<String>,
}

impl Ready<'_> {
    /// As one JSON object.
    pub(in crate::program) fn object(&self) -> Value {
        json!({
            "event": "ready", "seconds": self.seconds, "kafka": self.kafka, "data": self.data,
            "remote_store": self.remote_store, "s3": self.s3,
        })
    }
}

/// Something worth a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Happening<'a> {
    /// Chaos begins, as the seed says.
    Chaos { seed: u64 },
    /// Something goes wrong with a node.
    Strike {
        fault: Fault,
        node: i32,
        lasting: Duration,
    },
    /// A node is back.
    Healed { node: i32 },
    /// How far the check has come.
    Progress { tally: &'a Tally },
    /// The end.
    Verdict {
        tally: &'a Tally,
        verdict: Verdict,
        strikes: usize,
        seed: u64,
    },
}

impl DevOutput {
    /// Prints it; `at` is the time since the check began.
    pub(super) fn tell(self, at: Duration, happening: Happening<'_>) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match self {
            Self::Text => writeln!(out, "{:>6.1}s  {}", at.as_secs_f64(), text(at, happening))?,
            Self::Json => writeln!(out, "{}", object(at, happening))?,
        }
        out.flush()
    }
}

fn text(at: Duration, happening: Happening<'_>) -> String {
    let seconds = |span: Duration| format!("{:.1} s", span.as_secs_f64());
    match happening {
        Happening::Chaos { seed } => format!("chaos begins; the same again with --seed {seed}"),
        Happening::Strike {
            fault: Fault::Restart,
            node,
            ..
        } => format!("restart node {node}"),
        Happening::Strike { fault, node, lasting } => {
            format!("{} node {node} for {}", fault.name(), seconds(lasting))
        }
        Happening::Healed { node } => format!("node {node} goes on"),
        Happening::Progress { tally } => format!(
            "acknowledged {}, missing {}, longest gap {}",
            tally.acknowledged(),
            tally.passed_over(),
            seconds(tally.gap_at(at))
        ),
        Happening::Verdict {
            tally,
            verdict,
            strikes,
            seed,
        } => format!(
            "{}: {} acknowledged, {} lost, {} twice, {} out of order, {} without answer; longest gap {}; {strikes} \
             strikes, seed {seed}",
            if verdict.lost == 0 { "good" } else { "LOST RECORDS" },
            tally.acknowledged(),
            verdict.lost,
            verdict.twice,
            verdict.out_of_order,
            tally.given_up(),
            seconds(tally.gap_at(Duration::ZERO)),
        ),
    }
}

fn object(at: Duration, happening: Happening<'_>) -> Value {
    let ms = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let mut value = match happening {
        Happening::Chaos { seed } => json!({ "event": "chaos", "seed": seed }),
        Happening::Strike { fault, node, lasting } => {
            json!({ "event": "strike", "fault": fault.name(), "node": node, "lasting_ms": ms(lasting) })
        }
        Happening::Healed { node } => json!({ "event": "healed", "node": node }),
        Happening::Progress { tally } => json!({
            "event": "progress",
            "acknowledged": tally.acknowledged(),
            "missing": tally.passed_over(),
            "longest_gap_ms": ms(tally.gap_at(at)),
        }),
        Happening::Verdict {
            tally,
            verdict,
            strikes,
            seed,
        } => json!({
            "event": "verdict",
            "acknowledged": tally.acknowledged(),
            "lost": verdict.lost,
            "twice": verdict.twice,
            "out_of_order": verdict.out_of_order,
            "without_answer": tally.given_up(),
            "longest_gap_ms": ms(tally.gap_at(Duration::ZERO)),
            "strikes": strikes,
            "seed": seed,
        }),
    };
    value["at_ms"] = json!(ms(at));
    value
}
