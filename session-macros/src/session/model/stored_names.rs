//! The check of the names under which fields are stored: none is empty, too long or taken.

use syn::{Error, LitStr};

use super::field::Field;
use crate::errors::Errors;

/// The longest stored name, in bytes: its length is stored in one byte.
const MAX_NAME_LENGTH: usize = 255;

pub(super) fn check_stored_names(fields: &[Field], errors: &mut Errors) {
    let mut taken: Vec<(String, &Field)> = Vec::new();
    for field in fields {
        for name in field.names() {
            errors.handle(check_length(name));
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

fn check_length(name: &LitStr) -> syn::Result<()> {
    let message = match name.value().len() {
        0 => "a field cannot be stored under an empty name",
        1..=MAX_NAME_LENGTH => return Ok(()),
        _ => {
            "the name under which a field is stored has at most 255 bytes: shorten it with `rename`"
        }
    };
    Err(Error::new(name.span(), message))
}
