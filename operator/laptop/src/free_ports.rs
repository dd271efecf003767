//! Ports of this machine that nobody has, for nodes that keep theirs.
//!
//! Owns what it gave. Invariant: no port is given twice, and none that the system gives to outgoing connections, which
//! could take the port of a node that is down for a moment.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};

const PORT_MAX: u16 = 32_000;

/// What was given, or belongs to nodes that do not run now.
#[derive(Debug, Default)]
pub struct FreePorts {
    given: BTreeSet<u16>,
}

impl FreePorts {
    /// Gives none of these.
    #[must_use]
    pub fn beside(given: BTreeSet<u16>) -> Self {
        Self { given }
    }

    /// The first free port from this one on.
    ///
    /// # Errors
    /// There is none, in words for people.
    pub fn next_from(&mut self, from: u16) -> Result<u16, String> {
        let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
        let found = (from..=PORT_MAX.max(from)).find(|port| !self.given.contains(port) && is_free(port));
        let port = found.ok_or_else(|| format!("no port from {from} on is free"))?;
        self.given.insert(port);
        Ok(port)
    }
}
