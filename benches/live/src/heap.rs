//! The heap: the allocator that counts.

use peak_alloc::PeakAlloc;

#[global_allocator]
pub(crate) static HEAP: PeakAlloc = PeakAlloc;
