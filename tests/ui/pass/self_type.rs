//! `Self` in a struct with `#[session]` is the session type.

use std::collections::BTreeMap;

use session_axum::session;

#[session]
#[derive(Debug)]
struct Page {
    #[session(merge = Self::join)]
    below: Vec<Self>,
    above: Option<Box<Self>>,
    #[session(merge = union)]
    beside: BTreeMap<u8, Self>,
    #[session(default = Self::COLOURS)]
    colours: [u8; 3],
}

impl Page {
    const COLOURS: [u8; 3] = [1, 2, 3];

    fn join(_base: &[Self], mine: &[Self], theirs: &[Self]) -> Vec<Self> {
        [mine, theirs].concat()
    }
}

fn main() {
    let page = Page { below: vec![Page::default()], ..Page::default() };
    assert_eq!(page.below[0].colours, [1, 2, 3]);
    assert!(page.above.is_none() && page.beside.is_empty());
}
