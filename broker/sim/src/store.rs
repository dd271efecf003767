//! A simulated object store: objects by their path, conditional writes, ranged reads, listings.
//!
//! A pure value: a request goes in, an answer comes out, at once and whole. What goes wrong on the way is the world's.
//! An ETag is a hash of the content, as with S3: who writes the same bytes writes the same state.

use std::collections::BTreeMap;
use std::ops::Range;

use broker_model::Timestamp;
use broker_tiered::manifest_keeper::{ETag, PutCondition};
use broker_tiered::sweep::ListedObject;
use bytes::Bytes;

#[derive(Clone, Debug)]
pub(crate) enum StoreRequest {
    Get {
        path: String,
        /// All of it, or these bytes.
        range: Option<Range<u64>>,
    },
    Put {
        path: String,
        bytes: Bytes,
        condition: Option<PutCondition>,
    },
    Delete {
        path: String,
    },
    List {
        folder: String,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum StoreAnswer {
    Got(Bytes, ETag),
    Missing,
    Written(ETag),
    /// The condition does not hold (412), or somebody else is at it (409).
    Refused,
    Deleted,
    Listed(Vec<ListedObject>),
    /// 500, 503, or nothing at all: nobody knows what came of it.
    Failed,
}

/// Whether the store looks at conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conditions {
    Kept,
    Ignored,
}

#[derive(Clone, Debug)]
struct Object {
    bytes: Bytes,
    modified: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct ObjectStore {
    objects: BTreeMap<String, Object>,
    conditions: Conditions,
}

impl ObjectStore {
    pub(crate) fn new(conditions: Conditions) -> Self {
        Self {
            objects: BTreeMap::new(),
            conditions,
        }
    }

    /// What lies there.
    pub(crate) fn object(&self, path: &str) -> Option<&Bytes> {
        self.objects.get(path).map(|object| &object.bytes)
    }

    /// Where objects lie.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.objects.keys().map(String::as_str)
    }

    pub(crate) fn serve(&mut self, request: &StoreRequest, now: Timestamp) -> StoreAnswer {
        match request {
            StoreRequest::Get { path, range } => match self.object(path) {
                Some(bytes) => StoreAnswer::Got(part_of(bytes, range.as_ref()), etag_of(bytes)),
                None => StoreAnswer::Missing,
            },
            StoreRequest::Put {
                path,
                bytes,
                condition,
            } => {
                if self.conditions == Conditions::Kept && !self.holds(path, condition.as_ref()) {
                    return StoreAnswer::Refused;
                }
                let object = Object {
                    bytes: bytes.clone(),
                    modified: now,
                };
                self.objects.insert(path.clone(), object);
                StoreAnswer::Written(etag_of(bytes))
            }
            StoreRequest::Delete { path } => {
                self.objects.remove(path);
                StoreAnswer::Deleted
            }
            StoreRequest::List { folder } => {
                let prefix = format!("{folder}/");
                let named = |(path, object): (&String, &Object)| {
                    Some(ListedObject {
                        name: path.strip_prefix(&prefix)?.to_owned(),
                        last_modified: object.modified,
                        size_in_bytes: object.bytes.len() as u64,
                    })
                };
                StoreAnswer::Listed(self.objects.iter().filter_map(named).collect())
            }
        }
    }

    fn holds(&self, path: &str, condition: Option<&PutCondition>) -> bool {
        let known = self.object(path).map(etag_of);
        match condition {
            None => true,
            Some(PutCondition::Absent) => known.is_none(),
            Some(PutCondition::Unchanged(etag)) => known.as_ref() == Some(etag),
        }
    }
}

/// As a store answers a range: as much of it as there is.
fn part_of(bytes: &Bytes, range: Option<&Range<u64>>) -> Bytes {
    let Some(range) = range else {
        return bytes.clone();
    };
    let at = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(bytes.len());
    bytes.slice(at(range.start)..at(range.end))
}

/// FNV-1a.
fn etag_of(bytes: &Bytes) -> ETag {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ETag(format!("\"{hash:016x}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(store: &mut ObjectStore, bytes: &'static [u8], condition: Option<PutCondition>) -> Option<ETag> {
        let put = StoreRequest::Put {
            path: "a/b".to_owned(),
            bytes: Bytes::from_static(bytes),
            condition,
        };
        match store.serve(&put, Timestamp::from_ms(1)) {
            StoreAnswer::Written(etag) => Some(etag),
            _ => None,
        }
    }

    #[test]
    fn a_write_whose_condition_does_not_hold_changes_nothing() {
        let mut store = ObjectStore::new(Conditions::Kept);
        let first = put(&mut store, b"one", Some(PutCondition::Absent)).unwrap();
        assert_eq!(put(&mut store, b"two", Some(PutCondition::Absent)), None);
        let unchanged = PutCondition::Unchanged(first);
        assert!(put(&mut store, b"three", Some(unchanged.clone())).is_some());
        assert_eq!(put(&mut store, b"four", Some(unchanged)), None);
        assert_eq!(store.object("a/b").unwrap(), "three");
        assert!(put(&mut store, b"five", None).is_some());
    }

    #[test]
    fn a_range_is_as_long_as_the_object_allows_and_a_listing_names_what_lies_in_the_folder() {
        let mut store = ObjectStore::new(Conditions::Kept);
        put(&mut store, b"content", None);
        let get = StoreRequest::Get {
            path: "a/b".to_owned(),
            range: Some(4..20),
        };
        let StoreAnswer::Got(bytes, _) = store.serve(&get, Timestamp::from_ms(2)) else {
            panic!("it is there");
        };
        assert_eq!(bytes, "ent");
        let list = |folder: &str| StoreRequest::List {
            folder: folder.to_owned(),
        };
        let named = |answer| match answer {
            StoreAnswer::Listed(listed) => listed.len(),
            _ => usize::MAX,
        };
        assert_eq!(named(store.serve(&list("a"), Timestamp::from_ms(3))), 1);
        assert_eq!(named(store.serve(&list("b"), Timestamp::from_ms(3))), 0);
    }
}
