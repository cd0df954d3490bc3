//! Quotes: any name and any text, as SQL writes them.

/// The name in double quotes.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The text as a literal, whatever `standard_conforming_strings` is, also within a function's body.
pub(super) fn literal(text: &str) -> String {
    if text.contains(['\'', '\\']) {
        let tag = worded_tag(text, "name");
        format!("{tag}{text}{tag}")
    } else {
        format!("'{text}'")
    }
}

/// A tag that may stand around a function's body in which this text is, and no other that has a `$`.
pub(super) fn body_tag(text: &str) -> String {
    if text.contains('$') { worded_tag(text, "body") } else { "$$".to_owned() }
}

fn worded_tag(text: &str, word: &str) -> String {
    let mut tag = format!("${word}$");
    while text.contains(&tag) {
        tag.insert(tag.len() - 1, '_');
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_quotes() {
        assert_eq!(identifier(r#"a"b"#), r#""a""b""#);
        assert_eq!(literal("a-b"), "'a-b'");
        assert_eq!(literal("it's"), "$name$it's$name$");
        assert_eq!(literal(r"a\$name$"), r"$name_$a\$name$$name_$");
        assert_eq!(body_tag("a"), "$$");
        assert_eq!(body_tag("a$body$, $body_$"), "$body__$");
    }
}
