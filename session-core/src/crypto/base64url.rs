//! Base64url of values whose length is known: a token, its signature. Whole groups, without padding.

/// The six bits of each character; of all others, more than six.
const SIX_BITS: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut table = [0xff; 256];
    let mut bits = 0;
    while bits < 64 {
        table[alphabet[bits as usize] as usize] = bits;
        bits += 1;
    }
    table
};

/// Decodes `text` into `bytes`, if it is of their length and alphabet. All of it is looked at, wherever
/// something is wrong.
#[must_use = "without an answer nobody knows whether these are the bytes"]
pub(crate) fn decode(text: &[u8], bytes: &mut [u8]) -> Option<()> {
    let ((groups, []), (triples, [])) = (text.as_chunks::<4>(), bytes.as_chunks_mut::<3>()) else {
        return None;
    };
    if groups.len() != triples.len() {
        return None;
    }
    let mut seen = 0;
    for (group, triple) in groups.iter().zip(triples) {
        let [a, b, c, d] = group.map(|character| SIX_BITS[usize::from(character)]);
        seen |= a | b | c | d;
        let bits = [a, b, c, d].into_iter().fold(0, |bits, six| bits << 6 | u32::from(six));
        let [_, decoded @ ..] = bits.to_be_bytes();
        *triple = decoded;
    }
    (seen < 64).then_some(())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn what_is_decoded_is_what_was_encoded() {
        for length in [0, 3, 24, 48] {
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
        let mut bytes = [0; 6];
        for length in 0..20 {
            let is_right = length == 8;
            assert_eq!(decode(&vec![b'A'; length], &mut bytes).is_some(), is_right, "{length}");
        }
        assert_eq!(decode(b"AAAAAAA", &mut [0; 5]), None, "it is no whole group");
        let alphabet = b'A'..=b'Z';
        let alphabet = alphabet.chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*b"-_");
        let alphabet: Vec<u8> = alphabet.collect();
        for place in 0..8 {
            for character in 0..=255 {
                let mut text = *b"AAAAAAAA";
                text[place] = character;
                let is_right = alphabet.contains(&character);
                assert_eq!(decode(&text, &mut bytes).is_some(), is_right, "{character}");
            }
        }
    }
}
