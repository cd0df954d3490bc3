//! The heap: the allocator that counts, and a line of what it has counted.

use peak_alloc::PeakAlloc;

#[global_allocator]
pub(crate) static HEAP: PeakAlloc = PeakAlloc;

/// Says what was counted.
pub(crate) fn print(what: &str, number: u64, bytes: f64) {
    println!("{what}\t{number}\t{bytes:.0}");
}
