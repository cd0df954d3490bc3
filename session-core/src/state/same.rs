//! Whether two values of a field would be stored the same: that is what makes a change.
//!
//! `PartialEq` may overlook what is stored (the order of an `IndexMap`, the offset of a moment, the name of a user
//! whose id is compared), so the encodings decide. They need not be made where `PartialEq` is exact, and must not be
//! where it knows better: a `HashMap` that is cloned or read again has another order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::io::{self, Write};
use std::marker::PhantomData;

use serde::Serialize;

/// Types whose `PartialEq` says whether two values would be stored the same, so that they are
/// compared by it and not by their JSON.
///
/// Integers, `bool`, `char` and `String` are, and so are options, lists, maps, sets, arrays and tuples of them.
/// Implement it for a type of your own whose `PartialEq` is derived and whose fields are exact: it is compared
/// faster. And implement it where the JSON of a value may change by itself, because it has a `HashMap` inside: its
/// order is no change.
///
/// ```
/// use session_core::{session, state::ExactEq};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, PartialEq, Serialize, Deserialize)]
/// struct Article { sku: u32, count: u32 }
///
/// impl ExactEq for Article {}
///
/// #[session]
/// struct Shop { cart: Vec<Article> }
/// ```
pub trait ExactEq: PartialEq {
    /// Whether two that are equal are the same throughout, also in what is not stored. It is known of
    /// std's types.
    #[doc(hidden)]
    const SEES_ALL: bool = false;
}

macro_rules! exact {
    ($($type:ty),* $(,)?) => { $(impl ExactEq for $type { const SEES_ALL: bool = true; })* };
}

exact! {
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize,
    bool, char, String, (), std::time::Duration, std::net::IpAddr,
}

macro_rules! exact_of {
    ($([$($bounds:tt)*] $type:ty: $($name:ident)*;)*) => {
        $(impl<$($bounds)*> ExactEq for $type {
            const SEES_ALL: bool = true $(&& $name::SEES_ALL)*;
        })*
    };
}

exact_of! {
    [V: ExactEq] Option<V>: V;
    [V: ExactEq] Box<V>: V;
    [V: ExactEq] Vec<V>: V;
    [V: ExactEq] VecDeque<V>: V;
    [V: ExactEq, const N: usize] [V; N]: V;
    [V: ExactEq + Ord] BTreeSet<V>: V;
    [V: ExactEq + Eq + Hash, S: BuildHasher] HashSet<V, S>: V;
    [K: ExactEq + Ord, V: ExactEq] BTreeMap<K, V>: K V;
    [K: ExactEq + Eq + Hash, V: ExactEq, S: BuildHasher] HashMap<K, V, S>: K V;
    [A: ExactEq] (A,): A;
    [A: ExactEq, B: ExactEq] (A, B): A B;
    [A: ExactEq, B: ExactEq, C: ExactEq] (A, B, C): A B C;
    [A: ExactEq, B: ExactEq, C: ExactEq, D: ExactEq] (A, B, C, D): A B C D;
    [A: ExactEq, B: ExactEq, C: ExactEq, D: ExactEq, E: ExactEq] (A, B, C, D, E): A B C D E;
    [A: ExactEq, B: ExactEq, C: ExactEq, D: ExactEq, E: ExactEq, F: ExactEq] (A, B, C, D, E, F): A B C D E F;
}

/// A comparison of two values.
#[derive(Debug)]
pub struct Comparison<V> {
    are_same: fn(&V, &V) -> bool,
    sees_all: bool,
}

impl<V> Comparison<V> {
    /// Whether both would be stored the same.
    pub(crate) fn are_same(&self, one: &V, other: &V) -> bool {
        (self.are_same)(one, other)
    }

    /// Whether two that it calls the same are so throughout, also in what is not stored.
    pub(crate) fn sees_all(&self) -> bool {
        self.sees_all
    }
}

/// Finds the comparison that says of two `V` what their encodings would say, if there is one: by [`ByEquality`]
/// where `V` is [`ExactEq`], by [`BySelf`] where it is a `HashMap` or `HashSet` of others or an `Opaque`, else none.
///
/// The compiler looks for the method `comparison` from left to right: behind two references, one, none.
#[derive(Debug)]
pub struct Compare<V>(PhantomData<fn() -> V>);

impl<V> Compare<V> {
    /// The only one.
    pub const NEW: Self = Self(PhantomData);
}

/// See [`Compare`].
pub trait ByEquality<V> {
    /// `PartialEq`.
    fn comparison(&self) -> Option<Comparison<V>>;
}

/// See [`Compare`].
pub trait BySelf<V> {
    /// The type's own: entry by entry, in any order.
    fn comparison(&self) -> Option<Comparison<V>>;
}

/// See [`Compare`].
pub trait ByEncoding<V> {
    /// None: the encodings are compared.
    fn comparison(&self) -> Option<Comparison<V>>;
}

impl<V: ExactEq> ByEquality<V> for &&Compare<V> {
    fn comparison(&self) -> Option<Comparison<V>> {
        Some(Comparison { are_same: V::eq, sees_all: V::SEES_ALL })
    }
}

impl<V: Comparable> BySelf<V> for &Compare<V> {
    fn comparison(&self) -> Option<Comparison<V>> {
        Some(Comparison { are_same: V::is_same, sees_all: false })
    }
}

impl<V> ByEncoding<V> for Compare<V> {
    fn comparison(&self) -> Option<Comparison<V>> {
        None
    }
}

/// Types that compare themselves: collections whose order says nothing, and what is shared.
#[doc(hidden)]
pub trait Comparable {
    /// Whether both would be stored the same.
    fn is_same(&self, other: &Self) -> bool;
}

impl<K: Eq + Hash + Serialize, V: PartialEq + Serialize, S: BuildHasher> Comparable
    for HashMap<K, V, S>
{
    fn is_same(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|(key, value)| {
                other
                    .get_key_value(key)
                    .is_some_and(|(also, other)| is_same(key, also) && is_same(value, other))
            })
    }
}

impl<K: Eq + Hash + Serialize, S: BuildHasher> Comparable for HashSet<K, S> {
    fn is_same(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.iter().all(|key| other.get(key).is_some_and(|also| is_same(key, also)))
    }
}

/// Whether both are equal, and would be stored the same.
pub(crate) fn is_same<V: PartialEq + Serialize>(one: &V, other: &V) -> bool {
    one == other && has_same_encoding(one, other)
}

/// Whether both have the same encoding. Without one, they differ, so that the error is seen.
pub(crate) fn has_same_encoding<V: Serialize>(one: &V, other: &V) -> bool {
    let Ok(expected) = serde_json::to_vec(one) else { return false };
    let mut rest = Expected(&expected);
    serde_json::to_writer(&mut rest, other).is_ok() && rest.0.is_empty()
}

/// Takes what is written, as long as it is what was expected.
struct Expected<'a>(&'a [u8]);

impl Write for Expected<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! comparison {
        ($type:ty) => {
            (&&&Compare::<$type>::NEW).comparison()
        };
    }

    /// An alias, as nothing but the type itself decides.
    type Tags = Vec<Option<String>>;

    /// Its equality overlooks the second.
    #[derive(Clone, Debug, Eq, Serialize)]
    struct ById(u8, &'static str);

    impl PartialEq for ById {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    impl Hash for ById {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    #[test]
    fn types_of_std_are_compared_by_their_equality_and_others_by_their_encoding() {
        assert!(comparison!(u64).is_some() && comparison!(Tags).is_some());
        assert!(comparison!(HashMap<String, (bool, [char; 2])>).is_some());
        assert!(comparison!(f64).is_none() && comparison!(Option<f64>).is_none());
        assert!(comparison!(ById).is_none() && comparison!(BTreeMap<u8, ById>).is_none());
        assert!(!is_same(&0.0, &-0.0) && is_same(&1.5, &1.5));
        assert!(!is_same(&ById(1, "ann"), &ById(1, "anna")));
    }

    #[test]
    fn maps_and_sets_without_an_order_are_compared_entry_by_entry() {
        let map = |entries: &[(u8, &'static str)]| -> HashMap<ById, ById> {
            entries.iter().map(|&(id, name)| (ById(id, "key"), ById(id, name))).collect()
        };
        let comparison = comparison!(HashMap<ById, ById>).unwrap();
        let same = |one: &_, other: &_| comparison.are_same(one, other);
        let many: Vec<(u8, &str)> = (0..100).map(|id| (id, "ann")).collect();
        let backwards: Vec<_> = many.iter().rev().copied().collect();
        assert!(same(&map(&many), &map(&backwards)));
        assert!(!same(&map(&many), &map(&many[1..])));
        assert!(!same(&map(&[(1, "ann"), (2, "bob")]), &map(&[(1, "ann"), (2, "rob")])));
        let comparison = comparison!(HashSet<ById>).unwrap();
        let same = |one: &_, other: &_| comparison.are_same(one, other);
        let set = |names: &[(u8, &'static str)]| -> HashSet<ById> {
            names.iter().map(|&(id, name)| ById(id, name)).collect()
        };
        assert!(same(&set(&[(1, "ann"), (2, "bob")]), &set(&[(2, "bob"), (1, "ann")])));
        assert!(!same(&set(&[(1, "ann")]), &set(&[(1, "anna")])));
        assert!(!same(&set(&[(1, "ann")]), &set(&[(2, "ann")])));
    }

    #[test]
    fn what_cannot_be_encoded_is_never_the_same() {
        let odd: HashMap<(u8, u8), u8> = [((1, 2), 3)].into();
        assert!(!has_same_encoding(&odd, &odd));
        assert!(!has_same_encoding(&"tea", &"teacup") && !has_same_encoding(&"teacup", &"tea"));
    }
}
