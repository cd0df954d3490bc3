//! The error types of a crate, as `thiserror` has them.

use syn::{Attribute, Item, Meta};

use super::text;
use crate::source::{Crate, SourceFile};

/// An error type.
#[derive(Debug)]
pub(super) struct ErrorType {
    /// Its file.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What it says. What is said by another error type is left out.
    pub errors: Vec<ErrorMessage>,
}

/// What an error says, and what its documentation says of it.
#[derive(Debug)]
pub(super) struct ErrorMessage {
    /// The variant, or the type itself.
    pub name: String,
    /// Its words.
    pub message: String,
    /// Why it happens; then what to do.
    pub paragraphs: Vec<String>,
}

impl ErrorType {
    /// All of a crate.
    pub(super) fn of(from: &Crate) -> impl Iterator<Item = Self> {
        from.files.iter().flat_map(|file| {
            file.items.iter().filter_map(|item| {
                let (name, errors) = match item {
                    Item::Enum(item) if is_error(&item.attrs) => {
                        let variants = item.variants.iter();
                        let errors = variants.filter_map(|variant| {
                            ErrorMessage::of(&variant.ident.to_string(), &variant.attrs)
                        });
                        (item.ident.to_string(), errors.collect())
                    }
                    Item::Struct(item) if is_error(&item.attrs) => {
                        let name = item.ident.to_string();
                        let errors = ErrorMessage::of(&name, &item.attrs).into_iter().collect();
                        (name, errors)
                    }
                    _ => return None,
                };
                Some(Self { path: file.path.clone(), name, errors })
            })
        })
    }

    /// The file that it is declared in.
    pub(super) fn file<'a>(&self, from: &'a Crate) -> Option<&'a SourceFile> {
        from.files.iter().find(|file| file.path == self.path)
    }
}

impl ErrorMessage {
    fn of(name: &str, attributes: &[Attribute]) -> Option<Self> {
        let list = attributes.iter().find_map(|attribute| match &attribute.meta {
            Meta::List(list) if list.path.is_ident("error") => Some(list),
            _ => None,
        });
        let message = text::message(list?.tokens.clone(), true)?;
        Some(Self { name: name.to_owned(), message, paragraphs: text::paragraphs(attributes) })
    }
}

fn is_error(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => {
            list.path.is_ident("derive") && list.tokens.to_string().contains("thiserror")
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
        #[derive(Clone, thiserror::Error)]
        enum StoreError {
            /// It is
            /// full.
            ///
            /// Raise its capacity.
            #[error("full at {0}")]
            Full(usize),
            #[error(transparent)]
            Other(Other),
        }
    "#;

    #[test]
    fn an_error_is_a_message_a_cause_and_a_cure() {
        let file = SourceFile::parse("a.rs".to_owned(), Vec::new(), SOURCE.to_owned());
        let from = Crate { path: "a".to_owned(), files: vec![file] };
        let types: Vec<_> = ErrorType::of(&from).collect();
        let [error] = &*types[0].errors else { panic!("{types:?}") };
        assert_eq!((&*error.name, &*error.message), ("Full", "full at …"));
        assert_eq!(error.paragraphs, ["It is full.", "Raise its capacity."]);
    }
}
