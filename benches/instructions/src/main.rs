//! One request, or one step of it, so many times, for callgrind to count: `instructions CASE TIMES`.
//!
//! Without arguments it lists its cases, each with what it is.

mod cases;
mod wide;

use std::env;

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let [name, times] = &args[..] else {
        for case in cases::ALL {
            println!("{}\t{}", case.name, case.about);
        }
        return;
    };
    let case = cases::ALL.iter().find(|case| case.name == name).expect("the case is listed");
    let times = times.parse().expect("it is a number of times");
    // No other threads: their instructions would be counted too.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on((case.run)(times));
}
