//! The bytes of one log's batches: what disks held, and what readers were sent.
//!
//! Decides whether something was served that no disk ever held (I19). A batch may have stood on disks with several
//! contents, where a log was cut and went on otherwise: any of them will do. Invariant: a partition whose disks nobody
//! looked at has no verdict. Which records are in a batch is elsewhere.

use std::collections::{BTreeMap, HashMap, HashSet};

/// Digests by first offset.
#[derive(Debug, Default)]
pub(crate) struct BatchBytes {
    held: HashMap<i64, HashSet<String>>,
    served: BTreeMap<i64, HashMap<String, String>>,
}

/// A batch that was served otherwise than it was held.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Foreign<'a> {
    pub(crate) offset: i64,
    pub(crate) client: &'a str,
    /// Whether a disk held anything that began there.
    pub(crate) was_held: bool,
}

impl BatchBytes {
    pub(crate) fn held(&mut self, batches: &[(i64, String)]) {
        for (offset, digest) in batches {
            self.held.entry(*offset).or_default().insert(digest.clone());
        }
    }

    pub(crate) fn served(&mut self, client: &str, batches: &[(i64, String)]) {
        for (offset, digest) in batches {
            let readers = self.served.entry(*offset).or_default();
            readers.entry(digest.clone()).or_insert_with(|| client.to_owned());
        }
    }

    /// How many batches were served, if there is something to compare them with.
    pub(crate) fn compared(&self) -> u64 {
        match self.held.is_empty() {
            true => 0,
            false => self.served.len() as u64,
        }
    }

    pub(crate) fn foreign(&self) -> impl Iterator<Item = Foreign<'_>> {
        let served = self.served.iter().filter(|_| !self.held.is_empty());
        served.flat_map(|(offset, readers)| {
            let held = self.held.get(offset);
            let others = readers
                .iter()
                .filter(move |(digest, _)| !held.is_some_and(|held| held.contains(*digest)));
            others.map(move |(_, client)| Foreign {
                offset: *offset,
                client,
                was_held: held.is_some(),
            })
        })
    }
}
