//! What the source must say, where no run can show it: secrets are compared in constant time, log-outs are no GET.

use std::fs;

use session_layout_tests::source::root;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("the file is there")
}

/// The text from here to the end of its block.
fn block<'a>(text: &'a str, begin: &str) -> &'a str {
    let at = text.find(begin).unwrap_or_else(|| panic!("there is no `{begin}`"));
    let text = &text[at..];
    &text[..text.find("\n}").expect("a block ends") + 2]
}

/// The attributes and comments right above an item.
fn above<'a>(text: &'a str, item: &str) -> &'a str {
    let at = text.find(item).unwrap_or_else(|| panic!("there is no `{item}`"));
    &text[text[..at].rfind("\n\n").expect("it is not the first item")..at]
}

/// Time cannot be measured in a test that is to pass on every machine. So: a digest has no other equality than the
/// one in constant time, and what finds the secret of a request has nothing to compare but digests.
#[test]
fn digests_and_signatures_are_compared_in_constant_time() {
    let token = read("session-core/src/crypto/token.rs");
    assert!(
        !above(&token, "pub struct Digest(").contains("PartialEq"),
        "`Digest` derives equality"
    );
    let equality = block(&token, "impl PartialEq for Digest {");
    assert!(equality.contains(".ct_eq(&other"), "{equality}");
    assert!(!equality.contains("==") && !equality.contains("!="), "{equality}");
    assert!(
        !above(&token, "pub(crate) struct Token {").contains("PartialEq"),
        "a token has equality"
    );
    assert!(!token.contains("PartialEq for Token"), "a token has equality");

    let form = read("session-core/src/crypto/form_token.rs");
    let matching = form.lines().filter(|line| line.contains(".mac()") && !line.contains("fn "));
    let compared: Vec<_> =
        matching.filter(|line| line.contains("==") || line.contains("!=")).collect();
    assert!(compared.is_empty(), "{compared:#?}");
    assert!(form.contains(".ct_eq(&"), "form tokens are not compared in constant time");

    // Bytes have the equality that stops at the first difference.
    for file in
        ["rotation", "stored", "identity", "sealing", "sealed_cookie", "store_backend/identify"]
    {
        let text = read(&format!("session-core/src/engine/{file}.rs"));
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in text.lines().enumerate() {
            let is_comparison =
                line.contains("==") || line.contains("!=") || line.contains("eq_ignore");
            let bytes = ["digest.as_bytes()", ".secret()", "signature", "encode()"];
            let of_secrets = bytes.iter().any(|bytes| line.contains(bytes));
            assert!(!(is_comparison && of_secrets), "{file}.rs:{}: {line}", number + 1);
        }
    }
}

/// A log-out by GET could be caused by any picture on any page.
#[test]
fn every_log_out_of_readme_and_examples_is_a_post() {
    let accounts = ["main", "sign_in", "devices"];
    let accounts = accounts.map(|name| read(&format!("examples/accounts/{name}.rs"))).concat();
    let mut seen = 0;
    for text in [read("README.md"), read("examples/quickstart/main.rs"), accounts] {
        for handler in handlers_that_destroy(&text) {
            let methods = methods(&text, &handler);
            assert!(methods.iter().all(|method| method == "post"), "{handler}: {methods:?}");
            seen += methods.len();
        }
    }
    assert!(seen >= 4, "only {seen} routes end a session");
    let hyper = read("examples/hyper.rs");
    for handler in handlers_that_destroy(&hyper) {
        let argument = format!(", {handler})");
        let mut routes = hyper.lines().filter(|line| line.contains(&argument));
        assert!(routes.all(|route| route.contains("(Method::POST, ")), "{handler}");
    }
}

/// The functions of this text that call `destroy`.
fn handlers_that_destroy(text: &str) -> Vec<String> {
    let mut handlers = Vec::new();
    let mut current = None;
    for line in text.lines() {
        if let Some((_, rest)) = line.split_once("async fn ") {
            current = rest.split(['(', '<']).next().map(str::to_owned);
        }
        if line.contains("session.destroy();") {
            handlers.extend(current.clone());
        }
    }
    handlers
}

/// The methods under which a text routes to a handler: `post` of `post(sign_in::log_out)`.
fn methods(text: &str, handler: &str) -> Vec<String> {
    let is_word = |char: char| char.is_ascii_lowercase() || char == '_';
    let argument = format!("{handler})");
    let calls = text.match_indices(&argument).filter_map(|(at, _)| {
        let before = text[..at].trim_end_matches(|char| is_word(char) || char == ':');
        let before = before.strip_suffix('(')?;
        let method = &before[before.trim_end_matches(is_word).len()..];
        let known = ["any", "connect", "delete", "get", "head", "on", "patch", "post", "put"];
        known.contains(&method).then(|| method.to_owned())
    });
    calls.collect()
}
