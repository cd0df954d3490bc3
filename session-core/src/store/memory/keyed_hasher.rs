//! How the store's map is keyed by handles: by a hash with a secret key that is cheap for keys of this
//! size.
//!
//! Who ends a session by a handle that somebody sent lets that person choose what is stored. So the
//! hash must be one for which nobody can find handles that meet: the multilinear one, under which any
//! two meet only as often as by chance, whoever has chosen them without the key (Lemire and Kaser,
//! "Strongly universal string hashing is fast", 2014).

use std::array;
use std::hash::{BuildHasher, Hasher, RandomState};

/// For maps whose keys are handles, and nothing else.
#[derive(Clone)]
pub(super) struct KeyedHasher {
    /// For either half of a hash.
    keys: [Key; 2],
}

/// A number to begin with, and one for each word of a handle.
#[derive(Clone, Copy)]
struct Key {
    begin: u64,
    words: [u64; 4],
}

impl KeyedHasher {
    /// With a random key.
    pub(super) fn new() -> Self {
        let random = RandomState::new();
        let keys = array::from_fn(|half| Key {
            begin: random.hash_one(half),
            words: array::from_fn(|word| random.hash_one((half, word))),
        });
        Self { keys }
    }
}

impl BuildHasher for KeyedHasher {
    type Hasher = HandleHash;

    fn build_hasher(&self) -> HandleHash {
        HandleHash { keys: self.keys, words: [0; 4] }
    }
}

/// The hash of one handle.
pub(super) struct HandleHash {
    keys: [Key; 2],
    words: [u64; 4],
}

impl Hasher for HandleHash {
    fn write(&mut self, handle: &[u8]) {
        let (words, _) = handle.as_chunks();
        for (word, bytes) in self.words.iter_mut().zip(words) {
            *word = u32::from_ne_bytes(*bytes).into();
        }
    }

    fn finish(&self) -> u64 {
        let half = |Key { begin, words: keys }: &Key| {
            let [a, b, c, d] = array::from_fn(|word| keys[word].wrapping_add(self.words[word]));
            begin.wrapping_add(a.wrapping_mul(b)).wrapping_add(c.wrapping_mul(d)) >> 32
        };
        let [high, low] = &self.keys;
        let hash = half(high) << 32 | half(low);
        // Handles that follow each other have hashes in even steps, of which a map's few bits may see few.
        let mixed = (hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 32
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::crypto::token::Handle;

    #[test]
    fn handles_that_follow_each_other_are_spread() {
        const HANDLES: u128 = 1 << 12;
        for first_bit in [0, 50, 112, 0, 50, 112, 0, 50, 112] {
            let keyed = KeyedHasher::new();
            let handle = |number: u128| Handle::from_bytes((number << first_bit).to_be_bytes());
            let hashes: HashSet<u64> =
                (0..HANDLES).map(|number| keyed.hash_one(handle(number))).collect();
            assert_eq!(hashes.len() as u128, HANDLES);
            for shift in [0, 7, 25, 32, 48, 57] {
                let kinds: HashSet<u64> = hashes.iter().map(|hash| hash >> shift & 0x7f).collect();
                assert!(kinds.len() > 120, "{} kinds from bit {shift} on", kinds.len());
            }
        }
    }

    #[test]
    fn another_store_has_other_hashes() {
        let hash = || KeyedHasher::new().hash_one(Handle::from_bytes([7; 16]));
        assert_ne!(hash(), hash());
    }
}
