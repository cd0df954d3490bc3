//! The expansion of `#[require_session]`: tokens in, tokens out.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::{Error, TraitItemFn};

use super::model::Handler;
use super::parse::Function;
use super::print::Fallback;

pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let is_closure = is_closure(item);
            let error = no_function(&error, item).into_compile_error();
            // A closure is an expression, and so must be what stands in its place.
            return if is_closure { quote!({ #error #item }) } else { quote!(#error #item) };
        }
    };
    match Handler::new(args, function.clone()) {
        Ok(handler) => handler.into_token_stream(),
        Err(error) => {
            let (error, fallback) = (error.into_compile_error(), Fallback::new(function));
            quote!(#error #fallback)
        }
    }
}

/// The message for an item that is no function with a body.
fn no_function(error: &Error, item: &TokenStream) -> Error {
    if let Ok(declared) = syn::parse2::<TraitItemFn>(item.clone()) {
        let message = "`#[require_session]` saves after a body, and here is none: put it on an async function of \
                       your own, which a trait's can call";
        return Error::new_spanned(declared.sig.fn_token, message);
    }
    let mut tokens = item.clone().into_iter();
    let is_let = matches!(tokens.next(), Some(TokenTree::Ident(word)) if word == "let");
    if is_closure(item) || is_let {
        let message = "`#[require_session]` goes on an async function, and a closure is none: write `async fn handler(shop: &mut Shop)`";
        return Error::new(error.span(), message);
    }
    let message = "`#[require_session]` goes on an async function: put it on each handler";
    Error::new(error.span(), message)
}

/// Whether an item that is no function is a closure.
fn is_closure(item: &TokenStream) -> bool {
    let is_keyword = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "async" || word == "move");
    let begin = item.clone().into_iter().find(|token| !is_keyword(token));
    matches!(begin, Some(TokenTree::Punct(punct)) if punct.as_char() == '|')
}
