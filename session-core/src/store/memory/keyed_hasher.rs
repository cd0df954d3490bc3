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
        half(high) << 32 | half(low)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::crypto::token::Handle;

    #[test]
    fn handles_that_differ_in_one_bit_are_spread() {
        for bits in [0..16, 50..66, 112..128_u32] {
            let hasher = KeyedHasher::new();
            let handles = (0..1_u32 << 12).map(|number| {
                let bytes = (u128::from(number) << bits.start).to_be_bytes();
                Handle::from_bytes(bytes)
            });
            let hashes: HashSet<u64> = handles.map(|handle| hasher.hash_one(handle)).collect();
            let kinds = |shift: u32| {
                let part = hashes.iter().map(|hash| hash >> shift & 0x7f);
                part.collect::<HashSet<_>>().len()
            };
            assert_eq!(hashes.len(), 1 << 12);
            for shift in [0, 7, 25, 32, 48, 57] {
                assert!(
                    kinds(shift) > 120,
                    "the bits from {shift} on, of handles that differ in {bits:?}"
                );
            }
        }
    }

    #[test]
    fn another_store_has_other_hashes() {
        let hash = || KeyedHasher::new().hash_one(Handle::from_bytes([7; 16]));
        assert_ne!(hash(), hash());
    }
}
