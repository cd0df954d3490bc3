//! A handler: every value of the model is valid and can be printed.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Error, GenericParam, Result, ReturnType, Safety, Signature, Type};

use super::argument::{Argument, SessionArgument};
use super::generics::HandlerGenerics;
use super::impl_trait::contains_impl;
use crate::errors::Errors;
use crate::require_session::parse::{Function, Options};

/// How many arguments axum's `Handler` takes.
const MAX_ARGUMENTS: usize = 16;

/// An async function without a receiver, with at least one session among its arguments.
pub(crate) struct Handler {
    pub(crate) function: Function,
    /// All arguments in the user's order.
    pub(crate) arguments: Vec<Argument>,
    pub(crate) options: Options,
    pub(crate) generics: HandlerGenerics,
}

impl Handler {
    pub(crate) fn new(args: TokenStream, function: Function) -> Result<Self> {
        let mut errors = Errors::default();
        let options = Options::parse(args, &mut errors);
        for attr in &function.attrs {
            let name = attr.path().segments.last().map(|segment| &segment.ident);
            if name.is_some_and(|name| name == "require_session") {
                let message = "`#[require_session]` is given twice: write one, with all options";
                errors.push(Error::new_spanned(attr, message));
            }
        }
        check_signature(&function.signature, &mut errors);
        let mut arguments = Vec::new();
        for argument in function.signature.inputs.iter().enumerate() {
            arguments.extend(errors.handle(Argument::new(argument)));
        }
        let complete = arguments.len() == function.signature.inputs.len();
        if complete && !arguments.iter().any(|argument| matches!(argument, Argument::Session(_))) {
            let message = "`#[require_session]` finds no session among the arguments: take it as `shop: &Shop` \
                           to read or `shop: &mut Shop` to change it, or remove the attribute";
            errors.push(Error::new_spanned(&function.signature.ident, message));
        }
        if let Some(argument) = function.signature.inputs.iter().nth(MAX_ARGUMENTS) {
            let message = "axum calls handlers of at most 16 arguments: join extractors in a struct of your own, with \
                           `#[derive(FromRequestParts)]`";
            errors.push(Error::new_spanned(argument, message));
        }
        let generics = HandlerGenerics::new(&function.signature, &arguments);
        errors.finish_with(Self { function, arguments, options, generics })
    }

    /// Whether rustc knows all its types where it is written.
    pub(crate) fn is_concrete(&self) -> bool {
        let parameters = &self.generics.declared.params;
        parameters.iter().all(|parameter| matches!(parameter, GenericParam::Lifetime(_)))
            && !contains_impl(self.function.signature.inputs.to_token_stream())
    }

    pub(crate) fn sessions(&self) -> impl DoubleEndedIterator<Item = &SessionArgument> {
        self.arguments.iter().filter_map(|argument| match argument {
            Argument::Session(session) => Some(session),
            Argument::Extractor(_) => None,
        })
    }
}

/// Refuses every function that axum cannot call.
fn check_signature(signature: &Signature, errors: &mut Errors) {
    let mut refuse = |token: &dyn ToTokens, message: &str| {
        errors.push(Error::new_spanned(token, message));
    };
    if signature.asyncness.is_none() {
        let message = format!(
            "`#[require_session]` loads and saves around the function: make it `async fn {}`",
            signature.ident
        );
        refuse(&signature.fn_token, &message);
    }
    if let Some(token) = &signature.constness {
        refuse(token, "a handler runs for a request: remove `const`");
    }
    if let Safety::Unsafe(token) = &signature.safety {
        refuse(token, "axum calls a handler, and calls no `unsafe` one: remove `unsafe`");
    }
    if let Some(abi) = &signature.abi {
        refuse(abi, "axum calls a handler, and calls no foreign one: remove `extern`");
    }
    if let Some(variadic) = &signature.variadic {
        refuse(variadic, "a handler's arguments are extractors: name each");
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && is_borrowed_text(ty)
    {
        let message = "a response is sent after the session is saved, so that it cannot borrow: return a `String`, or `&'static str`";
        refuse(ty, message);
    }
}

/// Whether `ty` is `&str`, or another reference to text or bytes which axum takes as a response only if it is
/// `'static`.
fn is_borrowed_text(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else { return false };
    let is_static = reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static");
    let is_text = match &*reference.elem {
        Type::Path(path) => path.path.is_ident("str"),
        other => matches!(other, Type::Slice(_) | Type::Array(_)),
    };
    is_text && !is_static
}
