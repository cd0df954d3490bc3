//! The check of the names under which fields are stored: none is empty, reserved, too long
//! or taken.

use syn::{Error, LitStr};

use super::field::Field;
use crate::errors::Errors;

/// The first character of the names that the library stores entries of its own under.
const RESERVED_PREFIX: char = '.';

/// What stands between the name of a part and that of its field.
pub(crate) const SEPARATOR: char = '.';

/// The longest stored name, in bytes: its length is stored in one byte.
const MAX_NAME_LENGTH: usize = 255;

pub(super) fn check_stored_names(fields: &[Field], errors: &mut Errors) {
    let mut taken: Vec<(String, &Field)> = Vec::new();
    for field in fields {
        for name in field.names() {
            errors.handle(check_name(name));
            if field.is_part() && name.value().contains(SEPARATOR) {
                let message =
                    "the name of a part has no dot: that stands before the names of its fields";
                errors.push(Error::new(name.span(), message));
            }
            let value = name.value();
            // Of two fields behind `#[cfg]` only one may be there.
            let owner = taken.iter().find(|(other, owner)| {
                *other == value && (field.cfgs.is_empty() || owner.cfgs.is_empty())
            });
            if let Some((_, owner)) = owner {
                let message = if owner.ident == field.ident {
                    format!("`{}` has the name `{value}` already: remove this one", field.ident)
                } else {
                    format!(
                        "the field `{}` is stored as `{value}` already: use another name",
                        owner.ident
                    )
                };
                errors.push(Error::new(name.span(), message));
            }
            taken.push((value, field));
        }
    }
}

fn check_name(name: &LitStr) -> syn::Result<()> {
    let value = name.value();
    let message = if value.is_empty() {
        "a field cannot be stored under an empty name: write one, or leave `rename` out"
    } else if value.len() > MAX_NAME_LENGTH {
        "the name under which a field is stored has at most 255 bytes: shorten it with `rename`"
    } else if value.starts_with(RESERVED_PREFIX) {
        "stored names that begin with `.` are the library's own: use another name"
    } else {
        return Ok(());
    };
    Err(Error::new(name.span(), message))
}
