//! The hash slot of a key, as the specification of Redis Cluster computes it.

/// How many slots there are.
pub(super) const HASH_SLOTS: usize = 16384;

/// CRC-16/XMODEM of the key, or of the text in its first braces if there is any.
pub(super) fn hash_slot(key: &[u8]) -> usize {
    let tag = tag(key).unwrap_or(key);
    let crc = tag.iter().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    });
    usize::from(crc) % HASH_SLOTS
}

fn tag(key: &[u8]) -> Option<&[u8]> {
    let rest = &key[key.iter().position(|byte| *byte == b'{')? + 1..];
    let tag = &rest[..rest.iter().position(|byte| *byte == b'}')?];
    (!tag.is_empty()).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_of_a_key_is_that_of_the_specification() {
        assert_eq!(hash_slot(b"123456789"), 0x31c3);
        assert_eq!(hash_slot(b"foo"), 12182);
    }

    #[test]
    fn the_text_in_the_first_braces_decides_the_slot() {
        assert_eq!(hash_slot(b"{user1000}.following"), hash_slot(b"user1000"));
        assert_eq!(hash_slot(b"foo{bar}{zap}"), hash_slot(b"bar"));
        assert_eq!(hash_slot(b"foo{{bar}}zap"), hash_slot(b"{bar"));
        assert_ne!(hash_slot(b"foo{}{bar}"), hash_slot(b"bar"));
        assert_ne!(hash_slot(b"foo{bar"), hash_slot(b"bar"));
    }
}
