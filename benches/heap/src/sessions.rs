//! Idle sessions in a `MemoryStore`.

use std::fs;

use session_axum::MemoryStore;
use site::Site;

use crate::heap::{HEAP, print};

/// Begins so many, each of another visitor, and prints the bytes of each: as asked of the allocator, and as the system sees it.
pub(crate) async fn count(number: u64) {
    let capacity = usize::try_from(number).expect("it fits in memory") + 1;
    let store = MemoryStore::with_capacity(capacity);
    let site = Site::on(store).await;
    let (heap, resident) = (HEAP.current_usage(), resident());
    for n in 1..=number {
        site.begin_as(n).await;
    }
    let more = |now: usize, before: usize| {
        let bytes = u32::try_from(now.saturating_sub(before) / 1024).expect("it is below 4 TB");
        let number = u32::try_from(number).expect("it fits in memory");
        f64::from(bytes) * 1024.0 / f64::from(number)
    };
    print("session", number, more(HEAP.current_usage(), heap));
    print("session, resident", number, more(self::resident(), resident));
}

/// How much memory this process has, in bytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes.and_then(|number| number.parse::<usize>().ok()).expect("it is in kB") * 1024
}
