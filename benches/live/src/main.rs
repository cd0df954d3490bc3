//! Measures live sessions: how soon an ending closes the open connections of its session on every node, what the watching
//! costs, and what faults do to both.
//!
//! The driver (this program) starts throw-away databases, and node processes (this program again, with `node` as its first
//! argument) that serve HTTP. It holds event streams open, ends their sessions, and notes when each is closed.
//! `benches/README.md` says what is measured and how.

mod driver;
mod heap;
mod node;

use std::env;

#[tokio::main]
async fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.split_first() {
        Some((first, rest)) if first == "node" => node::run(rest).await,
        _ => driver::run(args).await,
    }
}
