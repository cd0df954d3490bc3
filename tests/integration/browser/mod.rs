//! What a browser decides: what it keeps of pages, which cookies it sends and takes.

mod domains;
mod farewell;
mod other_sites;
mod private_pages;
pub(crate) mod site;
pub(crate) mod visitor;
