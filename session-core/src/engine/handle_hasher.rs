//! How a map is keyed by handles: by the part of them that is random, as it is.
//!
//! The handles of sessions that were loaded are the server's own, so that nobody outside can choose
//! those that meet in a map; to hash them would only take time.

use std::hash::{BuildHasherDefault, Hasher};

/// For maps whose keys are the handles of sessions that were loaded, and no others.
pub(crate) type HandleHasher = BuildHasherDefault<LastBytes>;

/// The last eight bytes that were written.
#[derive(Debug, Default)]
pub(crate) struct LastBytes(u64);

impl Hasher for LastBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(tail) = bytes.last_chunk() {
            // The first of them has the variant's bits, which are always the same: a map looks at
            // the highest bits of a hash and at the lowest.
            self.0 = u64::from_be_bytes(*tail).rotate_left(32);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher as _;

    use super::*;
    use crate::crypto::random::System;
    use crate::crypto::time::Timestamp;
    use crate::crypto::token::Token;

    #[test]
    fn handles_of_one_moment_are_spread() {
        let at = Timestamp::now();
        let hashes: Vec<u64> = (0..4096)
            .map(|_| {
                HandleHasher::default().hash_one(Token::generate(&System, at).unwrap().handle())
            })
            .collect();
        let kinds =
            |shift: u32| hashes.iter().map(|hash| hash >> shift & 0x7f).collect::<HashSet<_>>();
        for shift in [0, 7, 40, 57] {
            assert_eq!(kinds(shift).len(), 128, "the bits from {shift} on");
        }
    }
}
