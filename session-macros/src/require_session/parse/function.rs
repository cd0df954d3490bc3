//! A function as the user wrote it: its body is not parsed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Result, Signature, Visibility};

/// A function, parsed up to its body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream) -> Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            signature: input.parse()?,
            body: body(input)?,
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, signature, body } = self;
        tokens.extend(quote!(#(#attrs)* #vis #signature #body));
    }
}

/// The function's block, which may come out of a `macro_rules!` as `$body:block`.
fn body(input: ParseStream) -> Result<Group> {
    match input.parse()? {
        TokenTree::Group(group)
            if matches!(group.delimiter(), Delimiter::Brace | Delimiter::None) =>
        {
            Ok(group)
        }
        other => Err(Error::new(other.span(), "expected the body of a function")),
    }
}
