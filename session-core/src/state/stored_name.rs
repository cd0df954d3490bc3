//! The names under which fields are stored, as constants: those of a part are checked against the
//! whole's when that is compiled.

/// The most bytes of a stored name.
const MAX_LENGTH: usize = 255;

/// A name under which a field of a session type is stored, or a part of it.
#[derive(Clone, Copy, Debug)]
pub struct StoredName {
    name: &'static str,
    part: Option<&'static [StoredName]>,
}

impl StoredName {
    /// Of a field: its name, or an alias.
    pub const fn field(name: &'static str) -> Self {
        Self { name, part: None }
    }

    /// Of a part: its fields are stored under `name`, a dot, and their own names.
    pub const fn part(name: &'static str, fields: &'static [Self]) -> Self {
        Self { name, part: Some(fields) }
    }

    /// Checks, when this is compiled, that no field of a part has this name.
    ///
    /// # Panics
    /// With `message`, if one has.
    pub const fn check_free(fields: &[Self], name: &str, message: &str) {
        assert!(!is_taken(fields, name.as_bytes()), "{}", message);
    }

    /// Checks, when this is compiled, that the names of a part's fields are not too long after
    /// `prefix` and a dot.
    ///
    /// # Panics
    /// With `message`, if one is.
    pub const fn check_length(prefix: &str, fields: &[Self], message: &str) {
        assert!(prefix.len() + 1 + longest(fields) <= MAX_LENGTH, "{}", message);
    }
}

const fn is_taken(names: &[StoredName], name: &[u8]) -> bool {
    let mut index = 0;
    while index < names.len() {
        let StoredName { name: other, part } = names[index];
        match part {
            None if is_same(other.as_bytes(), name) => return true,
            None => {}
            Some(fields) => {
                if let Some((prefix, rest)) = name.split_at_checked(other.len())
                    && is_same(prefix, other.as_bytes())
                    && let Some((b'.', rest)) = rest.split_first()
                    && is_taken(fields, rest)
                {
                    return true;
                }
            }
        }
        index += 1;
    }
    false
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    one.len() == other.len()
}

const fn longest(names: &[StoredName]) -> usize {
    let (mut longest_so_far, mut index) = (0, 0);
    while index < names.len() {
        let StoredName { name, part } = names[index];
        let length = match part {
            None => name.len(),
            Some(fields) => name.len() + 1 + longest(fields),
        };
        if length > longest_so_far {
            longest_so_far = length;
        }
        index += 1;
    }
    longest_so_far
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: &[StoredName] = &[
        StoredName::field("user"),
        StoredName::part("device", &[StoredName::field("name"), StoredName::field("os.version")]),
    ];

    #[test]
    fn a_name_of_a_part_is_taken_at_any_depth() {
        for name in ["user", "device.name", "device.os.version"] {
            assert!(is_taken(LOGIN, name.as_bytes()), "{name}");
        }
        for name in ["", "use", "users", "device", "device.", "device.nam", "name", "device.os"] {
            assert!(!is_taken(LOGIN, name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn the_longest_name_of_a_part_counts_its_dots() {
        assert_eq!(longest(LOGIN), "device.os.version".len());
        StoredName::check_length(&"p".repeat(255 - 1 - 17), LOGIN, "too long");
        let refused = std::panic::catch_unwind(|| {
            StoredName::check_length(&"p".repeat(255 - 17), LOGIN, "too long");
        });
        assert!(refused.is_err());
    }
}
