//! A set of the fields of a session type, by their places in its table.

const BITS: usize = u64::BITS as usize;

/// A set of fields. It allocates nothing for a type that has no more than 64.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSet {
    first: u64,
    others: Vec<u64>,
}

impl FieldSet {
    pub(crate) fn is_empty(&self) -> bool {
        self.first == 0 && self.others.iter().all(|bits| *bits == 0)
    }

    pub(crate) fn contains(&self, field: usize) -> bool {
        let bits = match (field / BITS).checked_sub(1) {
            None => self.first,
            Some(index) => self.others.get(index).copied().unwrap_or(0),
        };
        bits & mask(field) != 0
    }

    /// Adds this field, and answers whether it was missing.
    pub(crate) fn insert(&mut self, field: usize) -> bool {
        let bits = match (field / BITS).checked_sub(1) {
            None => &mut self.first,
            Some(index) => {
                let length = self.others.len().max(index + 1);
                self.others.resize(length, 0);
                &mut self.others[index]
            }
        };
        let is_new = *bits & mask(field) == 0;
        *bits |= mask(field);
        is_new
    }

    /// Its fields, in the order of the table.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        let all = std::iter::once(&self.first).chain(&self.others).enumerate();
        all.flat_map(|(index, &bits)| Bits(bits).map(move |bit| index * BITS + bit))
    }
}

impl FromIterator<usize> for FieldSet {
    fn from_iter<I: IntoIterator<Item = usize>>(fields: I) -> Self {
        let mut set = Self::default();
        for field in fields {
            set.insert(field);
        }
        set
    }
}

fn mask(field: usize) -> u64 {
    1 << (field % BITS)
}

/// The places of the bits that are set.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let lowest = self.0.trailing_zeros() as usize;
        self.0 &= self.0.wrapping_sub(1);
        (lowest < BITS).then_some(lowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_the_fields_that_were_added() {
        for fields in [&[][..], &[0], &[63], &[64], &[3, 63, 64, 65, 127, 128, 500]] {
            let set: FieldSet = fields.iter().copied().collect();
            assert_eq!(set.iter().collect::<Vec<_>>(), fields);
            assert_eq!(set.is_empty(), fields.is_empty());
            for field in 0..1000 {
                assert_eq!(set.contains(field), fields.contains(&field), "{field}");
            }
            let mut more = set.clone();
            assert!(more.insert(70) && !more.insert(70) && more.contains(70));
        }
    }
}
