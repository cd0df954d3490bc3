//! Files that import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::Imports;

/// The circles of a crate, each as the arrows that make it.
pub fn circles(imports: &Imports) -> Vec<Vec<String>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        imports.arrows.keys().map(|file| (file.as_str(), reachable(imports, file))).collect();
    let mut seen = BTreeSet::<&str>::new();
    let mut circles = Vec::new();
    for (file, reached) in &reach {
        if !reached.contains(file) || seen.contains(file) {
            continue;
        }
        let circle: BTreeSet<&str> = reached
            .iter()
            .copied()
            .filter(|other| reach.get(other).is_some_and(|back| back.contains(file)))
            .collect();
        seen.extend(&circle);
        circles.push(arrows_within(imports, &circle));
    }
    circles
}

fn reachable<'a>(imports: &'a Imports, file: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![file];
    while let Some(file) = waiting.pop() {
        for next in imports.arrows.get(file).into_iter().flat_map(BTreeMap::keys) {
            if reached.insert(next.as_str()) {
                waiting.push(next);
            }
        }
    }
    reached
}

fn arrows_within(imports: &Imports, circle: &BTreeSet<&str>) -> Vec<String> {
    let mut arrows = Vec::new();
    for from in circle {
        for (to, names) in &imports.arrows[*from] {
            if circle.contains(to.as_str()) {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                arrows.push(format!("{from} -> {to}: {}", names.join(", ")));
            }
        }
    }
    arrows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(arrows: &[(&str, &str)]) -> Imports {
        let mut imports = Imports::default();
        for (from, to) in arrows {
            imports.arrows.entry((*to).to_owned()).or_default();
            let from = imports.arrows.entry((*from).to_owned()).or_default();
            from.entry((*to).to_owned()).or_default().insert("name".to_owned());
        }
        imports
    }

    #[test]
    fn a_circle_is_told_with_its_arrows() {
        let found = circles(&imports(&[("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")]));
        assert_eq!(found, [["b -> c: name", "c -> b: name"]]);
    }

    #[test]
    fn files_that_import_one_way_make_no_circle() {
        assert!(circles(&imports(&[("a", "b"), ("a", "c"), ("b", "c")])).is_empty());
    }
}
