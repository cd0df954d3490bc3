//! Durations in options: a number and a unit, `10m`.

/// The seconds in a duration like `10m`, if it is one of a second or more.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let unit = match text.bytes().last()? {
        b's' => 1,
        b'm' => 60,
        b'h' => 60 * 60,
        b'd' => 24 * 60 * 60,
        _ => return None,
    };
    let number = &text[..text.len() - 1];
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|_| is_number)?;
    number.checked_mul(unit).filter(|seconds| *seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        for (text, expected) in [("1s", 1), ("10m", 600), ("2h", 7200), ("30d", 2_592_000)] {
            assert_eq!(seconds(text), Some(expected));
        }
        for text in [
            "",
            "10",
            "m",
            "0s",
            "00m",
            "-1s",
            "+1s",
            "1.5h",
            "1 m",
            "1M",
            "1ms",
            "10min",
            "ü",
            "1ü",
            "18446744073709551615d",
            "99999999999999999999s",
        ] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }
}
