//! A lens: how one field of a session type is reached.

use crate::state::same::Comparison;

/// Reaches one field of a session type. `#[session]` writes one for each.
pub trait Lens: 'static {
    /// The session type.
    type State: 'static;
    /// The field's type.
    type Value: 'static;

    /// The field.
    fn get(state: &Self::State) -> &Self::Value;

    /// The field, to be written.
    fn get_mut(state: &mut Self::State) -> &mut Self::Value;

    /// The comparison that says of two values whether they would be stored the same: none if their
    /// encodings are to be compared.
    fn comparison() -> Option<Comparison<Self::Value>> {
        None
    }

    /// What becomes of the field when this request made `mine` of `base` and another has
    /// meanwhile made `theirs` of it: `replace` unless the field says otherwise.
    fn merge(_base: &Self::Value, mine: &Self::Value, _theirs: &Self::Value) -> Self::Value
    where
        Self::Value: Clone,
    {
        mine.clone()
    }
}
