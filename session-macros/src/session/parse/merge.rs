//! `merge = …`: how two changes to one field meet.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Path, Type};

use crate::spans::first_and_last_span;

/// The strategies that the library brings, by the word that names each.
const STRATEGIES: [&str; 5] = ["sum", "union", "append", "max", "min"];

/// How two changes to one field meet.
pub(crate) enum Merge {
    /// The later one wins: what a lens does by itself.
    Replace,
    /// A function of `session_core::merge`.
    Strategy(Path),
    /// The user's function.
    Function(Path),
}

impl From<Path> for Merge {
    fn from(path: Path) -> Self {
        let word = path.get_ident().map(ToString::to_string);
        match word.as_deref() {
            Some("replace") => Self::Replace,
            Some(word) if STRATEGIES.contains(&word) => Self::Strategy(path),
            _ => Self::Function(path),
        }
    }
}

impl Merge {
    /// The method of the lens to a field of the type `ty`.
    pub(crate) fn method(&self, ty: &Type) -> TokenStream {
        let merged = match self {
            Self::Replace => return TokenStream::new(),
            Self::Strategy(word) => {
                let (first, _) = first_and_last_span(ty);
                let call = quote_spanned!(first=> ::session_core::merge::#word::<#ty>);
                quote!(#call(__base, __mine, __theirs))
            }
            Self::Function(path) => {
                let (_, last) = first_and_last_span(path);
                let arguments = quote_spanned!(last=> (__base, __mine, __theirs));
                quote!(#path #arguments)
            }
        };
        quote! {
            fn merge(__base: &Self::Value, __mine: &Self::Value, __theirs: &Self::Value) -> Self::Value {
                #merged
            }
        }
    }
}
