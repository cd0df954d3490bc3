//! Where a node finds its store: words of its command line.

use super::kind::Kind;

/// A kind of store, and its URLs.
#[derive(Clone, Debug)]
pub struct Place {
    pub(crate) kind: Kind,
    pub(crate) urls: Vec<String>,
}

impl Place {
    pub(crate) fn new(kind: Kind, urls: impl IntoIterator<Item = String>) -> Self {
        Self { kind, urls: urls.into_iter().collect() }
    }

    /// As a command line has it.
    pub(crate) fn words(&self) -> Vec<String> {
        std::iter::once(self.kind.name().to_owned()).chain(self.urls.iter().cloned()).collect()
    }

    pub(crate) fn parse(words: &[String]) -> Self {
        let (name, urls) = words.split_first().expect("a store comes first");
        let kind = Kind::named(name).expect("it is a store");
        Self { kind, urls: urls.to_vec() }
    }
}
