//! A value of a type that cannot be cloned, as the field of a session.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::state::same::{Comparable, has_same_encoding};

/// A value of a type without `Clone` and `PartialEq`, or no value: the state of a protocol, say, whose crate lets
/// nobody copy it. It is a field like any other, stored as the value or `null`.
///
/// The value is shared between the copies of the state that a request makes, so it cannot be changed in place: take it,
/// or set another. That it has changed is found out by its JSON. `Debug` prints nothing of it.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use session_core::{Opaque, session};
///
/// /// Of another crate: what a provider's answer is checked against.
/// #[derive(Serialize, Deserialize)]
/// struct PkceVerifier(String);
///
/// #[session]
/// struct Shop {
///     verifier: Opaque<PkceVerifier>,
/// }
///
/// let mut shop = Shop::default();
/// assert!(shop.verifier.get().is_none());
/// shop.verifier.set(PkceVerifier("bT93…".to_owned()));      // before the browser goes to the provider
/// let verifier = shop.verifier.take().unwrap();             // when it comes back: good for one use
/// assert_eq!(verifier.0, "bT93…");
/// ```
///
/// For a type with `Clone` and without `PartialEq`, `#[session(opaque)]` on the field is enough.
pub struct Opaque<V>(Option<Arc<V>>);

impl<V> Opaque<V> {
    /// With this value.
    ///
    /// ```
    /// # use session_core::Opaque;
    /// let verifier = Opaque::new("bT93…".to_owned());
    /// assert_eq!(verifier.get().map(String::as_str), Some("bT93…"));
    /// ```
    pub fn new(value: V) -> Self {
        Self(Some(Arc::new(value)))
    }

    /// The value, if there is one.
    ///
    /// ```
    /// # use session_core::Opaque;
    /// assert_eq!(Opaque::<String>::default().get(), None);
    /// ```
    pub fn get(&self) -> Option<&V> {
        self.0.as_deref()
    }

    /// Sets another value in the place of the one that there is.
    ///
    /// ```
    /// # use session_core::Opaque;
    /// let mut verifier = Opaque::default();
    /// verifier.set("bT93…");
    /// assert_eq!(verifier.get(), Some(&"bT93…"));
    /// ```
    pub fn set(&mut self, value: V) {
        *self = Self::new(value);
    }

    /// Takes the value out, if there is one, and leaves none.
    ///
    /// Other copies of the state may share the value. Then what is given is read from its JSON. A value that
    /// cannot be read from that stays where it is: it cannot be stored either, which is an error of the save.
    ///
    /// ```
    /// # use session_core::Opaque;
    /// let mut verifier = Opaque::new("bT93…".to_owned());
    /// assert_eq!(verifier.take().as_deref(), Some("bT93…"));
    /// assert_eq!(verifier.take(), None);
    /// ```
    pub fn take(&mut self) -> Option<V>
    where
        V: Serialize + DeserializeOwned,
    {
        match Arc::try_unwrap(self.0.take()?) {
            Ok(value) => Some(value),
            Err(shared) => {
                let read =
                    serde_json::to_string(&*shared).and_then(|text| serde_json::from_str(&text));
                read.inspect_err(|_| self.0 = Some(shared)).ok()
            }
        }
    }
}

impl<V> Default for Opaque<V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<V> Clone for Opaque<V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Two are equal if they share their value, or if the JSON of both says the same in whatever order.
impl<V: Serialize> PartialEq for Opaque<V> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => {
                Arc::ptr_eq(one, other)
                    || match (serde_json::to_value(&**one), serde_json::to_value(&**other)) {
                        (Ok(one), Ok(other)) => sorted(one) == sorted(other),
                        _ => false,
                    }
            }
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl<V: Serialize> Comparable for Opaque<V> {
    fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => {
                Arc::ptr_eq(one, other) || has_same_encoding(&**one, &**other)
            }
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

/// With its lists sorted: a `HashSet` has its entries in another order when it is read again.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(entries) => {
            let mut entries: Vec<_> = entries.into_iter().map(sorted).collect();
            entries.sort_by_cached_key(Value::to_string);
            Value::Array(entries)
        }
        Value::Object(entries) => {
            let mut entries: Vec<_> =
                entries.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(entries.into_iter().collect())
        }
        other => other,
    }
}

impl<V> fmt::Debug for Opaque<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Opaque(..)" } else { "Opaque(none)" })
    }
}

impl<V: Serialize> Serialize for Opaque<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Opaque<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or_else(Self::default, Self::new))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Neither cloned nor compared.
    #[derive(Debug, Serialize, Deserialize)]
    struct Verifier(String, HashSet<u32>);

    fn verifier(text: &str) -> Verifier {
        Verifier(text.to_owned(), (0..50).collect())
    }

    #[test]
    fn a_value_is_taken_out_though_copies_of_the_state_share_it() {
        let mut own = Opaque::new(verifier("own"));
        assert_eq!(own.take().unwrap().0, "own");
        assert!(own.get().is_none() && own.take().is_none());
        own.set(verifier("shared"));
        let other = own.clone();
        assert_eq!(own.take().unwrap().0, "shared");
        assert!(own.get().is_none());
        assert_eq!(other.get().unwrap().0, "shared");
    }

    #[test]
    fn what_cannot_be_read_again_is_not_taken_out() {
        let mut odd = Opaque::new(f64::NAN);
        let other = odd.clone();
        assert!(odd.take().is_none() && odd.get().is_some());
        drop(other);
        assert!(odd.take().unwrap().is_nan());
    }

    #[test]
    fn two_are_equal_in_whatever_order_they_are_read() {
        let one = Opaque::new(verifier("one"));
        let text = serde_json::to_string(&one).unwrap();
        for _ in 0..5 {
            assert_eq!(serde_json::from_str::<Opaque<Verifier>>(&text).unwrap(), one);
        }
        assert_ne!(Opaque::new(verifier("two")), one);
        assert_ne!(Opaque::default(), one);
        assert!(one.is_same(&one.clone()) && !one.is_same(&Opaque::new(verifier("two"))));
        assert!(
            !one.is_same(&Opaque::default())
                && Opaque::<Verifier>::default().is_same(&Opaque::default())
        );
    }

    #[test]
    fn nothing_is_printed_of_the_value() {
        assert_eq!(format!("{:?}", Opaque::new(verifier("secret"))), "Opaque(..)");
        assert_eq!(serde_json::to_string(&Opaque::<Verifier>::default()).unwrap(), "null");
    }
}
