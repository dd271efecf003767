//! A map that is cheap to copy and cheap to change after a copy.
//!
//! Entries are spread over a fixed number of shards by a hash of their key; a copy shares all shards, and a change
//! copies one. Within a shard entries are ordered, so that keys chosen to collide cost a logarithm and not a walk.
//! The hash has no seed: the same keys lie alike in every process.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

const SHARDS: usize = 256;

/// A persistent map.
#[derive(Clone, Debug)]
pub struct ShardedMap<K, V> {
    shards: Arc<Vec<Arc<BTreeMap<K, V>>>>,
    len: usize,
}

impl<K: Ord + Hash + Clone, V: Clone> ShardedMap<K, V> {
    /// Finds the value of a key.
    pub fn get<Q: Ord + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.shards[shard_of(key)].get(key)
    }

    /// Whether the key is there.
    pub fn contains_key<Q: Ord + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// How many entries there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All entries, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }

    /// Sets the value of a key and returns the earlier one.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let old = self.shard_mut(&key).insert(key, value);
        self.len += usize::from(old.is_none());
        old
    }

    /// Removes a key and returns its value.
    pub(crate) fn remove<Q: Ord + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        // Looked up first, so that a miss copies nothing.
        self.get(key)?;
        let old = self.shard_mut(key).remove(key);
        self.len -= usize::from(old.is_some());
        old
    }

    /// The value of a key, to be changed.
    pub(crate) fn get_mut<Q: Ord + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.get(key)?;
        self.shard_mut(key).get_mut(key)
    }

    fn shard_mut<Q: Hash + ?Sized>(&mut self, key: &Q) -> &mut BTreeMap<K, V> {
        Arc::make_mut(&mut Arc::make_mut(&mut self.shards)[shard_of(key)])
    }
}

impl<K, V> Default for ShardedMap<K, V> {
    fn default() -> Self {
        let empty = Arc::new(BTreeMap::new());
        Self {
            shards: Arc::new(vec![empty; SHARDS]),
            len: 0,
        }
    }
}

impl<K: Ord, V: PartialEq> PartialEq for ShardedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.shards == other.shards
    }
}

fn shard_of<Q: Hash + ?Sized>(key: &Q) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish() % SHARDS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_does_not_see_later_changes() {
        let mut map = ShardedMap::default();
        map.insert(1, "a");
        let copy = map.clone();
        map.insert(1, "b");
        map.insert(2, "c");
        assert_eq!((copy.get(&1), copy.get(&2), copy.len()), (Some(&"a"), None, 1));
        assert_eq!((map.get(&1), map.get(&2), map.len()), (Some(&"b"), Some(&"c"), 2));
    }

    #[test]
    fn a_change_after_a_copy_copies_one_shard() {
        let mut map = ShardedMap::default();
        for key in 0..10_000 {
            map.insert(key, ());
        }
        let copy = map.clone();
        map.insert(10_000, ());
        let shared = map
            .shards
            .iter()
            .zip(copy.shards.iter())
            .filter(|(a, b)| Arc::ptr_eq(a, b))
            .count();
        assert_eq!(shared, SHARDS - 1);
    }

    #[test]
    fn removing_what_is_not_there_shares_everything() {
        let mut map: ShardedMap<i32, ()> = ShardedMap::default();
        let copy = map.clone();
        assert_eq!(map.remove(&7), None);
        assert!(Arc::ptr_eq(&map.shards, &copy.shards));
    }
}
