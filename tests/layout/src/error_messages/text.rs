//! Text of the source, as a reader of the guide sees it.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr, Lit, LitStr, Meta};

/// The paragraphs of an item's documentation.
pub(super) fn paragraphs(attributes: &[Attribute]) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in attributes.iter().filter_map(doc) {
        match (line.trim(), paragraphs.last_mut()) {
            ("", _) => paragraphs.push(String::new()),
            (line, Some(paragraph)) if !paragraph.is_empty() => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            (line, Some(paragraph)) => paragraph.push_str(line),
            (_, None) => {}
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.iter().map(|paragraph| without_links(paragraph)).collect()
}

fn doc(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    let (true, Expr::Lit(literal)) = (meta.path.is_ident("doc"), &meta.value) else { return None };
    let Lit::Str(text) = &literal.lit else { return None };
    Some(text.value())
}

/// Links lead to rustdoc's items, which the guide has not: their text alone.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, after)) = after.split_once("`]") else { break };
        plain.push_str(before);
        plain.extend(["`", name, "`"]);
        rest = match after.strip_prefix('(').and_then(|target| target.split_once(')')) {
            Some((_, after)) => after,
            None => after,
        };
    }
    plain + rest
}

/// The last string among tokens, with `…` for what is filled in.
pub(super) fn message(tokens: TokenStream, is_first: bool) -> Option<String> {
    let mut literals = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Literal(literal) => syn::parse_str::<LitStr>(&literal.to_string()).ok(),
        _ => None,
    });
    let literal = if is_first { literals.next() } else { literals.last() };
    Some(filled(&literal?.value()))
}

fn filled(format: &str) -> String {
    let mut parts = format.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, after) = part.split_once('}').unwrap_or(("", part));
        text.push('…');
        text.push_str(after);
    }
    text
}

/// Whether a message says what to do: after a colon or semicolon.
pub(super) fn names_its_cure(message: &str) -> bool {
    let prose: String = message.split('`').step_by(2).collect();
    prose.contains(": ") || prose.contains("; ")
}

/// Text as code, in a cell of a table.
pub(super) fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_its_text() {
        let text = "see [`a`](crate::A) and [`b`], not [c](d)";
        assert_eq!(without_links(text), "see `a` and `b`, not [c](d)");
    }

    #[test]
    fn what_is_filled_in_is_left_out() {
        assert_eq!(filled("{0} of {bytes:?}, {MAX}"), "… of …, …");
    }
}
