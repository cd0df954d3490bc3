//! The functions that a request runs through: middlewares around a handler, each with its sessions.

use super::session::{Edit, KINDS, Kind};

pub(crate) const BROWSERS: usize = 4;
pub(crate) const NODES: usize = 2;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) browser: usize,
    pub(crate) node: usize,
    /// The outermost one.
    pub(crate) function: Function,
}

/// A handler, or a middleware around others.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) takes: Takes,
    /// `commit = always`.
    pub(crate) always: bool,
    /// What it does before it calls those inside.
    pub(crate) before: Vec<(Kind, Edit)>,
    /// None: it is a handler.
    pub(crate) inside: Option<Inside>,
    /// How many seconds a handler takes.
    pub(crate) stays: u64,
    /// What it does when those inside have answered.
    pub(crate) after: Vec<(Kind, Edit)>,
    pub(crate) outcome: Outcome,
}

/// What a middleware is around.
#[derive(Clone, Debug)]
pub(crate) struct Inside {
    /// One, or two side by side, of which the first begins first and the worse answer is passed on.
    pub(crate) functions: Vec<Function>,
    /// Whether the middleware lends what it may change, or forgets to.
    pub(crate) lends: bool,
    /// Whether a layer in between makes a panic a 500.
    pub(crate) catches: bool,
}

/// Which sessions a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    ReadsShop,
    WritesShop,
    WritesOffice,
    WritesBoth,
    ReadsShopWritesOffice,
    WritesShopReadsOffice,
}

/// How a function takes a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// By `&`.
    Reads,
    /// By `&mut`.
    Writes,
}

/// How a function ends. A handler that passes answers 200.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    Passes,
    /// An error of those inside becomes 200.
    Shields,
    Answers(u16),
    /// By `Err`.
    Fails(u16),
    Panics,
}

impl Takes {
    pub(crate) fn access(self, kind: Kind) -> Option<Access> {
        let (shop, office) = match self {
            Self::ReadsShop => (Some(Access::Reads), None),
            Self::WritesShop => (Some(Access::Writes), None),
            Self::WritesOffice => (None, Some(Access::Writes)),
            Self::WritesBoth => (Some(Access::Writes), Some(Access::Writes)),
            Self::ReadsShopWritesOffice => (Some(Access::Reads), Some(Access::Writes)),
            Self::WritesShopReadsOffice => (Some(Access::Writes), Some(Access::Reads)),
        };
        match kind {
            Kind::Shop => shop,
            Kind::Office => office,
        }
    }

    pub(crate) fn kinds(self) -> impl Iterator<Item = Kind> {
        KINDS.into_iter().filter(move |kind| self.access(*kind).is_some())
    }

    pub(crate) fn written(self) -> impl Iterator<Item = Kind> {
        KINDS.into_iter().filter(move |kind| self.access(*kind) == Some(Access::Writes))
    }
}

impl Function {
    /// Whether it keeps a session from those inside.
    pub(crate) fn holds(&self, kind: Kind) -> bool {
        self.takes.access(kind) == Some(Access::Writes)
            && self.inside.as_ref().is_some_and(|inside| !inside.lends)
    }

    /// The function that a request goes on to before it pauses; none if it pauses in this one.
    pub(crate) fn on_the_way(&self) -> Option<&Function> {
        let [function] = &*self.inside.as_ref()?.functions else { return None };
        KINDS.into_iter().all(|kind| !self.holds(kind)).then_some(function)
    }
}

impl Outcome {
    /// What comes of the status of those inside; none if it panics.
    pub(crate) fn status(self, inside: u16) -> Option<u16> {
        match self {
            Self::Passes => Some(inside),
            Self::Shields => Some(if inside >= 500 { 200 } else { inside }),
            Self::Answers(status) | Self::Fails(status) => Some(status),
            Self::Panics => None,
        }
    }
}
