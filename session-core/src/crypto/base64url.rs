//! Base64url of values whose length is known: a token, its signature.
//!
//! Without a table, and sixteen characters at once: what a token's secret is tells neither the time that
//! this takes nor what it leaves in the processor's caches.

/// A character that has no six bits.
const NONE: u8 = 0x80;

/// Decodes `text` into `bytes`, whose number is a multiple of twelve, if it is of their length and of this
/// alphabet. All of it is looked at, wherever something is wrong.
#[must_use = "without an answer nobody knows whether these are the bytes"]
pub(crate) fn decode(text: &[u8], bytes: &mut [u8]) -> Option<()> {
    let ((texts, []), (parts, [])) = (text.as_chunks::<16>(), bytes.as_chunks_mut::<12>()) else {
        return None;
    };
    if texts.len() != parts.len() {
        return None;
    }
    let mut seen = [0; 16];
    for (text, part) in texts.iter().zip(parts) {
        let mut bits = *text;
        for (bits, seen) in bits.iter_mut().zip(&mut seen) {
            *bits = six_bits(*bits);
            *seen |= *bits;
        }
        let ((groups, []), (triples, [])) = (bits.as_chunks(), part.as_chunks_mut()) else {
            unreachable!("16 characters are 4 groups, and 12 bytes 4 triples");
        };
        for (group, triple) in groups.iter().zip(triples) {
            *triple = joined(*group);
        }
    }
    (seen.iter().fold(0, |all, seen| all | seen) & NONE == 0).then_some(())
}

/// The six bits of a character, without a branch.
fn six_bits(character: u8) -> u8 {
    let only_if = |is: bool, bits: u8| u8::from(is).wrapping_neg() & bits;
    let (upper, lower) = (character.wrapping_sub(b'A'), character.wrapping_sub(b'a'));
    let digit = character.wrapping_sub(b'0');
    let (is_upper, is_lower, is_digit) = (upper < 26, lower < 26, digit < 10);
    let (is_minus, is_low_line) = (character == b'-', character == b'_');
    only_if(is_upper, upper)
        | only_if(is_lower, lower.wrapping_add(26))
        | only_if(is_digit, digit.wrapping_add(52))
        | only_if(is_minus, 62)
        | only_if(is_low_line, 63)
        | only_if(!(is_upper | is_lower | is_digit | is_minus | is_low_line), NONE)
}

/// The three bytes of four times six bits.
fn joined(group: [u8; 4]) -> [u8; 3] {
    let bits = u32::from_be_bytes(group);
    let twelves = (bits & 0x003f_003f) | (bits & 0x3f00_3f00) >> 2;
    let [_, bytes @ ..] = ((twelves >> 4 & 0x00ff_f000) | (twelves & 0x0fff)).to_be_bytes();
    bytes
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn what_is_decoded_is_what_was_encoded() {
        for length in [0, 12, 24, 48] {
            for first in 0..=255_u8 {
                let byte = |place: u8| first.wrapping_add(place.wrapping_mul(67));
                let bytes: Vec<u8> = (0..length).map(byte).collect();
                let mut decoded = vec![0; bytes.len()];
                let text = URL_SAFE_NO_PAD.encode(&bytes);
                assert_eq!(decode(text.as_bytes(), &mut decoded), Some(()));
                assert_eq!(decoded, bytes);
            }
        }
    }

    #[test]
    fn another_length_or_alphabet_is_refused_wherever_it_is() {
        let mut bytes = [0; 24];
        for length in 0..100 {
            let is_right = length == 32;
            assert_eq!(decode(&vec![b'A'; length], &mut bytes).is_some(), is_right, "{length}");
        }
        assert_eq!(decode(&[b'A'; 16], &mut [0; 11]), None, "it is longer");
        let letters = (b'A'..=b'Z').chain(b'a'..=b'z');
        let alphabet: Vec<u8> = letters.chain(b'0'..=b'9').chain(*b"-_").collect();
        for place in 0..32 {
            for character in 0..=255 {
                let mut text = [b'A'; 32];
                text[place] = character;
                let is_right = alphabet.contains(&character);
                assert_eq!(decode(&text, &mut bytes).is_some(), is_right, "{character}");
            }
        }
    }
}
