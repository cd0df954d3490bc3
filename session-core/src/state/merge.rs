//! How two changes to one field meet: the strategies of `#[session(merge = …)]`.
//!
//! Each takes what the field was when the request began (`base`), what this request made of it
//! (`mine`) and what others have stored meanwhile (`theirs`), and answers what it becomes. The
//! engine asks only when both have changed the field, so that for every strategy, one's own too:
//! no change of mine leaves theirs, no change of theirs leaves mine, and changes to different
//! fields never meet.
//!
//! A change is what would be stored differently, of the entries of a collection too: an entry that
//! equals another and has another encoding takes its place.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, Hash};

use serde::Serialize;

use crate::state::field_set::FieldSet;
use crate::state::same::is_same;
use crate::state::session_state::SessionState;

/// Makes `theirs` what it becomes when this request has made `mine` of `base`, which differ in `changed`.
pub(crate) fn merge<T: SessionState>(base: &T, mine: &T, changed: &FieldSet, theirs: &mut T) {
    for place in changed.iter() {
        let field = &T::table().fields()[place];
        if field.access.same(base, theirs) {
            field.access.copy(mine, theirs);
        } else {
            field.access.merge(base, mine, theirs);
        }
    }
}

/// `merge = sum`: adds this request's difference to what is stored. A counter.
///
/// Saturates at the ends of the type, where an overflow would turn a count into its opposite.
///
/// ```
/// # use session_core::merge;
/// assert_eq!(merge::sum(&10, &11, &15), 16);          // this request has added 1, and others 5
/// ```
pub fn sum<V: Summable>(base: &V, mine: &V, theirs: &V) -> V {
    V::sum(*base, *mine, *theirs)
}

/// The integers, which `merge = sum` adds up. Floating-point numbers are not among them: their
/// sum depends on the order, and 50 increments need not make 50.
#[diagnostic::on_unimplemented(
    message = "`merge = sum` counts in integers, and `{Self}` is not one",
    label = "not an integer",
    note = "use an integer type, another strategy (`replace`, `max`, `min`), or `merge = path::to::your_function`"
)]
pub trait Summable: Copy {
    #[doc(hidden)]
    fn sum(base: Self, mine: Self, theirs: Self) -> Self;
}

macro_rules! summable {
    ($($unsigned:ty, $signed:ty;)*) => {$(
        impl Summable for $unsigned {
            fn sum(base: Self, mine: Self, theirs: Self) -> Self {
                let difference = mine.abs_diff(base);
                if mine >= base { theirs.saturating_add(difference) } else { theirs.saturating_sub(difference) }
            }
        }

        impl Summable for $signed {
            fn sum(base: Self, mine: Self, theirs: Self) -> Self {
                let difference = mine.abs_diff(base);
                if mine >= base {
                    theirs.saturating_add_unsigned(difference)
                } else {
                    theirs.saturating_sub_unsigned(difference)
                }
            }
        }
    )*};
}

summable! { u8, i8; u16, i16; u32, i32; u64, i64; u128, i128; usize, isize; }

/// `merge = max`: the greater one; mine where neither is.
///
/// ```
/// # use session_core::merge;
/// assert_eq!(merge::max(&10, &12, &15), 15);
/// ```
pub fn max<V: Ord + Clone>(_base: &V, mine: &V, theirs: &V) -> V {
    theirs.max(mine).clone()
}

/// `merge = min`: the lesser one; mine where neither is.
///
/// ```
/// # use session_core::merge;
/// assert_eq!(merge::min(&10, &4, &7), 4);
/// ```
pub fn min<V: Ord + Clone>(_base: &V, mine: &V, theirs: &V) -> V {
    mine.min(theirs).clone()
}

/// `merge = union`: what either has added is there, what either has removed is not. In a map, an
/// entry that both have changed is mine.
///
/// ```
/// # use session_core::merge;
/// # use std::collections::BTreeSet;
/// let [base, mine, theirs] = [vec!["tea", "milk"], vec!["tea", "jam"], vec!["tea", "milk", "rice"]].map(BTreeSet::from_iter);
/// let united = merge::union(&base, &mine, &theirs);
/// assert_eq!(united, BTreeSet::from(["tea", "jam", "rice"]));
/// ```
pub fn union<V: Union>(base: &V, mine: &V, theirs: &V) -> V {
    V::union(base, mine, theirs)
}

/// The sets and maps of the standard library, which `merge = union` unites.
#[diagnostic::on_unimplemented(
    message = "`merge = union` unites sets and maps, and `{Self}` is neither",
    label = "not a set or map",
    note = "use `HashSet`, `BTreeSet`, `HashMap` or `BTreeMap`, `merge = append` for a list, or `merge = path::to::your_function`"
)]
pub trait Union: Sized {
    #[doc(hidden)]
    fn union(base: &Self, mine: &Self, theirs: &Self) -> Self;
}

macro_rules! set_union {
    () => {
        fn union(base: &Self, mine: &Self, theirs: &Self) -> Self {
            let mut united = theirs.clone();
            for removed in base.iter().filter(|entry| !mine.contains(*entry)) {
                united.remove(removed);
            }
            for entry in mine {
                if !base.get(entry).is_some_and(|before| is_same(before, entry)) {
                    united.replace(entry.clone());
                }
            }
            united
        }
    };
}

macro_rules! map_union {
    () => {
        fn union(base: &Self, mine: &Self, theirs: &Self) -> Self {
            let mut united = theirs.clone();
            for removed in base.keys().filter(|key| !mine.contains_key(*key)) {
                united.remove(removed);
            }
            for (key, value) in mine {
                let before = base.get_key_value(key);
                if !before.is_some_and(|(k, v)| is_same(k, key) && is_same(v, value)) {
                    united.remove(key);
                    united.insert(key.clone(), value.clone());
                }
            }
            united
        }
    };
}

impl<K: Eq + Hash + Clone + Serialize, S: BuildHasher + Clone> Union for HashSet<K, S> {
    set_union!();
}

impl<K: Ord + Clone + Serialize> Union for BTreeSet<K> {
    set_union!();
}

impl<K, V, S> Union for HashMap<K, V, S>
where
    K: Eq + Hash + Clone + Serialize,
    V: PartialEq + Clone + Serialize,
    S: BuildHasher + Clone,
{
    map_union!();
}

impl<K: Ord + Clone + Serialize, V: PartialEq + Clone + Serialize> Union for BTreeMap<K, V> {
    map_union!();
}

/// `merge = append`: what both have added stands at the end, theirs first; what either has
/// removed is gone, once for each time that it was removed.
///
/// ```
/// # use session_core::merge;
/// let base = vec!["tea"];
/// let (mine, theirs) = (vec!["tea", "jam"], vec!["tea", "rice"]);
/// assert_eq!(merge::append(&base, &mine, &theirs), ["tea", "rice", "jam"]);
/// ```
pub fn append<V: Append>(base: &V, mine: &V, theirs: &V) -> V {
    V::append(base, mine, theirs)
}

/// The lists of the standard library, to which `merge = append` appends.
#[diagnostic::on_unimplemented(
    message = "`merge = append` appends to lists, and `{Self}` is not one",
    label = "not a list",
    note = "use `Vec` or `VecDeque`, `merge = union` for a set or map, or `merge = path::to::your_function`"
)]
pub trait Append: Sized {
    #[doc(hidden)]
    fn append(base: &Self, mine: &Self, theirs: &Self) -> Self;
}

macro_rules! append_list {
    ($list:ident) => {
        impl<V: PartialEq + Clone + Serialize> Append for $list<V> {
            fn append(base: &Self, mine: &Self, theirs: &Self) -> Self {
                let (removed, added) = difference(base.iter(), mine.iter());
                let mut list = theirs.clone();
                for gone in removed {
                    let same = list.iter().position(|entry| is_same(entry, gone));
                    let index = same.or_else(|| list.iter().position(|entry| entry == gone));
                    if let Some(index) = index {
                        list.remove(index);
                    }
                }
                list.extend(added.into_iter().cloned());
                list
            }
        }
    };
}

append_list!(Vec);
append_list!(VecDeque);

/// What is in the first list and not in the second, and the other way round, an entry counting
/// as often as it stands there. What the lists begin with in common is skipped first, so that a
/// list that was only appended to costs its length.
fn difference<'a, V: PartialEq + Serialize>(
    base: impl Iterator<Item = &'a V>,
    mine: impl Iterator<Item = &'a V>,
) -> (Vec<&'a V>, Vec<&'a V>) {
    let (mut base, mut mine) = (base.peekable(), mine.peekable());
    while let (Some(one), Some(other)) = (base.peek(), mine.peek())
        && is_same(*one, *other)
    {
        base.next();
        mine.next();
    }
    let mut added: Vec<&V> = mine.collect();
    let mut removed = Vec::new();
    for entry in base {
        match added.iter().position(|other| is_same(*other, entry)) {
            Some(index) => _ = added.remove(index),
            None => removed.push(entry),
        }
    }
    (removed, added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_add_differences_and_saturate() {
        assert_eq!(sum(&3_u64, &5, &10), 12);
        assert_eq!(sum(&5_u64, &3, &10), 8);
        assert_eq!(sum(&5_u8, &0, &2), 0);
        assert_eq!(sum(&0_u8, &200, &100), 255);
        assert_eq!(sum(&-1_i64, &i64::MAX, &5), i64::MAX);
        assert_eq!(sum(&i128::MAX, &i128::MIN, &0), i128::MIN);
    }

    #[test]
    fn unions_keep_additions_and_removals() {
        let set = |entries: &[u8]| entries.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(union(&set(&[1, 2]), &set(&[1, 3]), &set(&[1, 2, 4])), set(&[1, 3, 4]));
        let map = |entries: &[(u8, char)]| entries.iter().copied().collect::<HashMap<_, _>>();
        assert_eq!(
            union(
                &map(&[(1, 'a'), (2, 'b')]),
                &map(&[(1, 'x')]),
                &map(&[(1, 'y'), (2, 'b'), (3, 'c')])
            ),
            map(&[(1, 'x'), (3, 'c')])
        );
    }

    #[test]
    fn appends_keep_both_ends_and_removals() {
        assert_eq!(append(&vec![1, 2], &vec![1, 2, 3], &vec![1, 2, 4]), [1, 2, 4, 3]);
        assert_eq!(append(&vec![1, 2, 2], &vec![2, 5], &vec![1, 2, 2, 4]), [2, 4, 5]);
        assert_eq!(append(&vec![1, 1], &vec![1], &vec![1, 1, 1]), [1, 1]);
    }

    /// Its equality and order overlook the name.
    #[derive(Clone, Debug, Eq, Serialize)]
    struct User(u8, &'static str);

    impl PartialEq for User {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    impl Ord for User {
        fn cmp(&self, other: &Self) -> std::cmp::Ordering {
            self.0.cmp(&other.0)
        }
    }

    impl PartialOrd for User {
        fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
            Some(self.cmp(other))
        }
    }

    impl Hash for User {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }

    #[test]
    fn entries_that_equal_others_and_are_stored_differently_are_merged_as_changes() {
        let (ann, anna, bob) = (User(1, "ann"), User(1, "anna"), User(2, "bob"));
        let names = |users: &[User]| users.iter().map(|user| user.1).collect::<Vec<_>>();
        let (before, mine) = (vec![ann.clone()], vec![anna.clone()]);
        let theirs = vec![ann.clone(), bob.clone()];
        assert_eq!(names(&append(&before, &mine, &theirs)), ["bob", "anna"]);

        let set = |users: &[User]| users.iter().cloned().collect::<BTreeSet<_>>();
        let united = union(&set(&before), &set(&mine), &set(&theirs));
        assert_eq!(united.iter().map(|user| user.1).collect::<Vec<_>>(), ["anna", "bob"]);
        let hashed = |users: &[User]| users.iter().cloned().collect::<HashSet<_>>();
        let united = union(&hashed(&before), &hashed(&mine), &hashed(&theirs));
        assert_eq!(united.get(&ann).unwrap().1, "anna");

        let map = |users: &[User]| users.iter().map(|user| (user.0, user.clone())).collect();
        let united = union::<HashMap<_, _>>(&map(&before), &map(&mine), &map(&theirs));
        assert_eq!((united[&1].1, united.len()), ("anna", 2));
        let keys = |users: &[User]| users.iter().map(|user| (user.clone(), 7)).collect();
        let united = union::<BTreeMap<_, _>>(&keys(&before), &keys(&mine), &keys(&theirs));
        assert_eq!(united.keys().map(|user| user.1).collect::<Vec<_>>(), ["anna", "bob"]);

        assert_eq!(max(&ann, &anna, &ann).1, "anna");
        assert_eq!(min(&ann, &anna, &ann).1, "anna");
    }
}
