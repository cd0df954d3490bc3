//! Suggestions for a misspelt name: "did you mean …?"

/// The known name that is closest to `name`: at most two letters away, or a third of its length.
pub(crate) fn suggest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.len() / 3))
        .filter(|(distance, candidate)| *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of letters that must be added, removed or changed (Levenshtein).
fn edit_distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.chars().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["principal", "merge", "default", "carry"];

    #[test]
    fn a_misspelt_name_has_a_suggestion() {
        assert_eq!(suggest("pricipal", KNOWN.into_iter()), Some("principal"));
        assert_eq!(suggest("principle", KNOWN.into_iter()), Some("principal"));
        assert_eq!(suggest("merg", KNOWN.into_iter()), Some("merge"));
    }

    #[test]
    fn an_unrelated_name_has_no_suggestion() {
        assert_eq!(suggest("skip", KNOWN.into_iter()), None);
        assert_eq!(suggest("x", ["y"].into_iter()), None);
    }
}
