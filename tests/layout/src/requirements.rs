//! The requirements of `docs/security.md`: each has a number, and tests that exist.
//!
//! A requirement is a heading, `### 7. Title`; a test is named in a line below it: ``- `path/to/file.rs`: `first_test`, `second_test` ``.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One requirement, as the page has it.
#[derive(Debug)]
struct Requirement {
    number: u32,
    tests: Vec<(String, String)>,
}

/// What is wrong with the page: numbers that are missing or there twice, requirements without a test, tests that do not exist.
pub fn problems(page: &str, repository: &Path) -> Vec<String> {
    let requirements = read(page);
    let mut problems = Vec::new();
    for (index, requirement) in requirements.iter().enumerate() {
        let number = requirement.number;
        if usize::try_from(number) != Ok(index + 1) {
            problems.push(format!("requirement {number} stands where {} is expected", index + 1));
        }
        if requirement.tests.is_empty() {
            problems.push(format!("requirement {number} names no test"));
        }
        let mut texts: BTreeMap<&str, Option<String>> = BTreeMap::new();
        for (file, test) in &requirement.tests {
            let text =
                texts.entry(file).or_insert_with(|| fs::read_to_string(repository.join(file)).ok());
            match text {
                None => problems.push(format!("requirement {number}: there is no file {file}")),
                Some(text) if !has_function(text, test) => {
                    problems.push(format!("requirement {number}: {file} has no test `{test}`"));
                }
                Some(_) => {}
            }
        }
    }
    if requirements.is_empty() {
        problems.push("the page has no requirements".to_owned());
    }
    problems
}

/// How many requirements the page has, and how many tests they name.
pub fn count(page: &str) -> (usize, usize) {
    let requirements = read(page);
    (requirements.len(), requirements.iter().map(|requirement| requirement.tests.len()).sum())
}

fn read(page: &str) -> Vec<Requirement> {
    let mut requirements: Vec<Requirement> = Vec::new();
    for line in page.lines() {
        if let Some(number) = line
            .strip_prefix("### ")
            .and_then(|title| title.split_once('.'))
            .and_then(|(number, _)| number.parse().ok())
        {
            requirements.push(Requirement { number, tests: Vec::new() });
        } else if let (Some(requirement), Some(line)) =
            (requirements.last_mut(), line.strip_prefix("- `"))
        {
            let mut names = line.split('`').step_by(2);
            let Some(file) = names
                .next()
                .filter(|file| Path::new(file).extension().is_some_and(|end| end == "rs"))
            else {
                continue;
            };
            requirement.tests.extend(
                names
                    .filter(|test| !test.is_empty())
                    .map(|test| (file.to_owned(), test.to_owned())),
            );
        }
    }
    requirements
}

fn has_function(text: &str, name: &str) -> bool {
    let declaration = format!("fn {name}");
    // The name ends there.
    text.match_indices(&declaration).any(|(at, _)| {
        let after = text[at + declaration.len()..].chars().next();
        after.is_some_and(|letter| letter == '(' || letter == '<')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    fn check(page: &str) -> Vec<String> {
        let tree =
            Fixture::new(&[("tests/a.rs", "#[test]\nfn it_holds() {}\nfn it_holds_longer() {}")]);
        problems(page, tree.path())
    }

    #[test]
    fn requirements_with_tests_that_exist_are_fine() {
        let page = "### 1. One\n\n- `tests/a.rs`: `it_holds`, `it_holds_longer`\n\n### 2. Two\n\n- `tests/a.rs`: `it_holds`\n";
        assert_eq!(check(page), Vec::<String>::new());
        assert_eq!(count(page), (2, 3));
    }

    #[test]
    fn a_number_that_is_missing_or_there_twice_is_found() {
        let one = "### 1. One\n- `tests/a.rs`: `it_holds`\n";
        let three = "### 3. Three\n- `tests/a.rs`: `it_holds`\n";
        assert_eq!(check(&format!("{one}{three}")), ["requirement 3 stands where 2 is expected"]);
        assert_eq!(check(&format!("{one}{one}")), ["requirement 1 stands where 2 is expected"]);
        assert_eq!(check("# A page"), ["the page has no requirements"]);
    }

    #[test]
    fn a_requirement_without_a_test_is_found() {
        assert_eq!(
            check("### 1. One\n\n- a list of something else\n"),
            ["requirement 1 names no test"]
        );
    }

    #[test]
    fn a_test_that_does_not_exist_is_found() {
        assert_eq!(
            check("### 1. One\n- `tests/b.rs`: `it_holds`\n"),
            ["requirement 1: there is no file tests/b.rs"]
        );
        assert_eq!(
            check("### 1. One\n- `tests/a.rs`: `it_hold`\n"),
            ["requirement 1: tests/a.rs has no test `it_hold`"]
        );
    }
}
