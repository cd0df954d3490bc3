//! What `#[require_session]` writes.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Ident, ReturnType, Signature};

use crate::require_session::model::{Argument, Handler};
use crate::require_session::parse::Function;

impl ToTokens for Handler {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Function { attrs, vis, signature, body } = &self.function;
        let (name, asyncness, fn_token) =
            (&signature.ident, &signature.asyncness, &signature.fn_token);
        let parameters = self.parameters();
        let own = self.own();
        let inner = self.inner();
        let allowed = self.allowed();
        let call = self.call(&inner.ident);
        let response = Ident::new("__response", Span::mixed_site());
        let finish = self
            .sessions()
            .rev()
            .fold(quote!(#response), |response, session| session.finish(&response));
        tokens.extend(quote! {
            #(#attrs)*
            #vis #asyncness #fn_token #name(#(#parameters),*) -> ::session_core::__private::Response {
                #allowed
                #inner #body
                let #response = #call;
                #finish
            }
            #own
        });
    }
}

impl Handler {
    /// The sessions, then the rest: an extractor of the body stays last.
    fn parameters(&self) -> Vec<TokenStream> {
        let first = self.requirements.of_first(&self.own_name());
        let others = self.requirements.of_others();
        let sessions = self.sessions().enumerate();
        let sessions = sessions.map(|(index, session)| {
            session.parameter(if index == 0 { first.as_ref() } else { others.as_ref() })
        });
        let extractors = self.arguments.iter().filter_map(|argument| match argument {
            Argument::Session(_) => None,
            Argument::Extractor(extractor) => Some(extractor.parameter()),
        });
        sessions.chain(extractors).collect()
    }

    /// The user's function, under its own name unless an argument has that one: an inner
    /// function would hide it.
    fn inner(&self) -> Signature {
        let mut inner = self.function.signature.clone();
        if self.arguments.iter().any(|argument| *argument.name() == inner.ident) {
            inner.ident = Ident::new("__handler", inner.ident.span());
        }
        inner
    }

    /// A handler must be `async` even if it awaits nothing. A user who says so too is left alone:
    /// the `expect` would be for nothing.
    fn allowed(&self) -> Option<TokenStream> {
        let mut attrs = self.function.attrs.iter();
        let said = attrs.any(|attr| attr.to_token_stream().to_string().contains("unused_async"));
        (!said).then(|| quote!(#[allow(clippy::unused_async)]))
    }

    /// Runs the user's function and makes a response of what it returns, which may borrow from
    /// the session. The return type is named, where it has a name, so that rustc blames that.
    fn call(&self, inner: &Ident) -> TokenStream {
        let arguments = self.arguments.iter().map(Argument::value);
        let named = match &self.function.signature.output {
            ReturnType::Type(_, ty) if !mentions_impl(ty.to_token_stream()) => {
                Some(quote!(::<#ty>))
            }
            _ => None,
        };
        quote!(::session_core::__private::respond #named (#inner(#(#arguments),*).await))
    }
}

/// Whether a type has no name, and can be written only where it is returned.
fn mentions_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => mentions_impl(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
