//! Which known word a misspelt one was meant to be.

/// The known word that is at most two letters away, or a third of a long word.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.len() / 3))
        .filter(|(distance, candidate)| *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, removed or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
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
    fn a_misspelt_word_has_a_neighbour() {
        assert_eq!(nearest("pricipal", KNOWN.into_iter()), Some("principal"));
        assert_eq!(nearest("principle", KNOWN.into_iter()), Some("principal"));
        assert_eq!(nearest("merg", KNOWN.into_iter()), Some("merge"));
    }

    #[test]
    fn another_word_has_none() {
        assert_eq!(nearest("skip", KNOWN.into_iter()), None);
        assert_eq!(nearest("x", ["y"].into_iter()), None);
    }
}
