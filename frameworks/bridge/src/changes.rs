//! What a request has made of the values, key by key.

use serde_json::Value;

use crate::bridge::Values;

/// The keys whose values differ, and what they are to be.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    removed: Vec<&'a str>,
    set: Vec<(&'a str, &'a Value)>,
}

impl<'a> Changes<'a> {
    pub(crate) fn between(before: &'a Values, after: &'a Values) -> Self {
        let removed = before.keys().filter(|key| !after.contains_key(*key));
        let set = after.iter().filter(|(key, value)| before.get(*key) != Some(value));
        Self {
            removed: removed.map(String::as_str).collect(),
            set: set.map(|(key, value)| (key.as_str(), value)).collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.set.is_empty()
    }

    pub(crate) fn apply(self, values: &mut Values) {
        for key in self.removed {
            values.remove(key);
        }
        for (key, value) in self.set {
            values.insert(key.to_owned(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(entries: &[(&str, i32)]) -> Values {
        entries.iter().map(|&(key, value)| (key.to_owned(), value.into())).collect()
    }

    #[test]
    fn only_the_keys_that_differ_are_changed() {
        let (before, after) =
            (values(&[("a", 1), ("b", 2), ("c", 3)]), values(&[("a", 1), ("b", 5), ("d", 4)]));
        let mut meanwhile = values(&[("a", 7), ("b", 2), ("c", 3), ("e", 6)]);
        Changes::between(&before, &after).apply(&mut meanwhile);
        assert_eq!(meanwhile, values(&[("a", 7), ("b", 5), ("d", 4), ("e", 6)]));
        assert!(Changes::between(&before, &before).is_empty());
    }
}
