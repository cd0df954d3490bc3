//! The chapter's programs are ignored where their crates are not at hand: here they are.

use std::path::Path;
use std::{env, fs};

fn main() {
    let chapter = "../../docs/guide/recipes.md";
    println!("cargo::rerun-if-changed={chapter}");
    let text = fs::read_to_string(chapter).expect("the chapter is there");
    let programs = text.replace("```rust,ignore", "```rust");
    assert_ne!(programs, text, "some programs use other crates");
    let folder = env::var_os("OUT_DIR").expect("cargo says where");
    fs::write(Path::new(&folder).join("recipes.md"), programs).expect("it can be written");
}
