//! What is printed: lines for people, or one JSON object a line for scripts.
//!
//! Invariant: the line that begins with `ready in` is printed when every node serves, not before.

use std::io::{self, Write as _};
use std::time::Duration;

use serde_json::json;

use crate::places::Place;

/// How it is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// All nodes serve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ready<'a> {
    /// Since the command began.
    pub(crate) after: Duration,
    /// Name of the cluster.
    pub(crate) cluster: &'a str,
    /// Where clients connect.
    pub(crate) bootstrap: &'a str,
    /// The folder, and what becomes of it.
    pub(crate) data: &'a str,
    /// The file.
    pub(crate) file: &'a str,
    /// The nodes.
    pub(crate) places: &'a [&'a Place],
}

impl Output {
    /// All nodes serve.
    pub(crate) fn ready(self, ready: Ready<'_>) -> io::Result<()> {
        let Ready {
            after,
            cluster,
            bootstrap,
            data,
            file,
            places,
        } = ready;
        let mut out = io::stdout().lock();
        if self == Self::Json {
            let nodes: Vec<_> = places
                .iter()
                .map(|place| json!({"id": place.id, "http": format!("127.0.0.1:{}", place.http), "admin": format!("127.0.0.1:{}", place.admin)}))
                .collect();
            let ready = json!({"event": "ready", "after_ms": u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
                "cluster": cluster, "bootstrap": bootstrap, "data": data, "file": file, "nodes": nodes});
            writeln!(out, "{ready}")?;
            return out.flush();
        }
        writeln!(out, "ready in {:.1}s  kafka {bootstrap}", after.as_secs_f64())?;
        writeln!(out, "  cluster {cluster}, {} nodes", places.len())?;
        writeln!(out, "  data    {data}")?;
        writeln!(out, "  file    {file} (applied again whenever it is saved)")?;
        for place in places {
            let Place { id, http, admin, .. } = place;
            writeln!(
                out,
                "  node {id:<5} http http://127.0.0.1:{http}/metrics  admin 127.0.0.1:{admin}"
            )?;
        }
        writeln!(out, "  stop    Ctrl-C")?;
        out.flush()
    }

    /// Something that was done, or is being waited for.
    pub(crate) fn say(self, object: &str, what: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match self {
            Self::Text => writeln!(out, "{object}: {what}")?,
            Self::Json => writeln!(
                out,
                "{}",
                json!({"event": "told", "object": object, "message": what})
            )?,
        }
        out.flush()
    }

    /// Something that is wrong and that a person can put right.
    pub(crate) fn warn(self, object: &str, what: &str) -> io::Result<()> {
        match self {
            Self::Text => writeln!(io::stderr().lock(), "{object}: {what}"),
            Self::Json => writeln!(
                io::stdout().lock(),
                "{}",
                json!({"event": "refused", "object": object, "message": what})
            ),
        }
    }
}
