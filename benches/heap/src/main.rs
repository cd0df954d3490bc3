//! Counts what so many sessions in memory take up on the heap or, without a number, what requests in flight do. It prints a
//! line for each: what, how many, and the bytes of each.

mod heap;
mod requests;
mod sessions;

use std::env;

fn main() {
    let number = env::args().nth(1).map(|number| number.parse().expect("it is a number"));
    // One thread: nothing else allocates meanwhile.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        match number {
            Some(number) => sessions::count(number).await,
            None => requests::count().await,
        }
    });
}
