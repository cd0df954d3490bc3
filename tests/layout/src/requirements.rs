//! The security requirements of `docs/security.md`, and the tests that it names for each.
//! `COMPARE.md` numbers its cells in the same way.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The requirement of this number, and the tests that prove it: a file, and a function in it.
pub type Requirements = BTreeMap<u32, Vec<(String, String)>>;

/// The requirements in the text of the page.
///
/// A requirement is a line that begins with `**N.**`; below it, up to the next one, each test is a
/// list item of the form "- `path/to/file.rs`: `name_of_the_test`, `of_another`".
///
/// # Errors
/// A number that is there twice.
pub fn parse(page: &str) -> Result<Requirements, String> {
    let mut requirements = Requirements::new();
    let mut current = None;
    for line in page.lines() {
        if let Some(number) = number_of(line) {
            if requirements.insert(number, Vec::new()).is_some() {
                return Err(format!("requirement {number} is there twice"));
            }
            current = Some(number);
        } else if line.starts_with('#') {
            current = None;
        } else if let (Some(number), Some(item)) = (current, line.strip_prefix("- `")) {
            let Some((file, names)) = item.split_once("`: ") else { continue };
            let tests = requirements.entry(number).or_default();
            let names =
                names.split('`').filter(|name| name.contains(|char| char != ',' && char != ' '));
            tests.extend(names.map(|name| (file.to_owned(), name.to_owned())));
        }
    }
    Ok(requirements)
}

fn number_of(line: &str) -> Option<u32> {
    let (number, _) = line.strip_prefix("**")?.split_once(".**")?;
    number.parse().ok()
}

/// What is wrong with the requirements: numbers that are missing, those without a test, and tests
/// that do not exist.
pub fn faults(requirements: &Requirements, last: u32, root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for number in 1..=last {
        match requirements.get(&number) {
            None => faults.push(format!("requirement {number} is missing")),
            Some(tests) if tests.is_empty() => {
                faults.push(format!("requirement {number} names no test"));
            }
            Some(tests) => {
                for (file, name) in tests {
                    let text = fs::read_to_string(root.join(file)).unwrap_or_default();
                    if !has_test(&text, name) {
                        faults.push(format!("requirement {number}: {file} has no test `{name}`"));
                    }
                }
            }
        }
    }
    faults
}

fn has_test(text: &str, name: &str) -> bool {
    text.split(&format!("fn {name}")).skip(1).any(|rest| rest.starts_with(['(', '<']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Logging\n\n**1.** Draw bytes. [A 1]\n\n- `a.rs`: `one`, `two`\n- `b.rs`: `three`\n\n**2.** Put no meaning in them.\n\n# Else\n- `c.rs`: `four`\n";

    #[test]
    fn the_tests_of_a_requirement_are_those_below_it() {
        let requirements = parse(PAGE).unwrap();
        let test = |file: &str, name: &str| (file.to_owned(), name.to_owned());
        assert_eq!(
            requirements[&1],
            [test("a.rs", "one"), test("a.rs", "two"), test("b.rs", "three")]
        );
        assert_eq!(requirements[&2], []);
    }

    #[test]
    fn a_number_that_is_there_twice_is_an_error() {
        assert!(parse("**1.** a\n**1.** b\n").is_err());
    }

    #[test]
    fn what_is_missing_is_a_fault() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.rs"), "fn one() {}\nasync fn two<S: Store>(store: S) {}")
            .unwrap();
        fs::write(root.path().join("b.rs"), "fn three_and_more() {}").unwrap();
        let faults = faults(&parse(PAGE).unwrap(), 3, root.path());
        assert_eq!(
            faults,
            [
                "requirement 1: b.rs has no test `three`",
                "requirement 2 names no test",
                "requirement 3 is missing"
            ]
        );
    }
}
