//! Where mutation begins: valid inputs, drawn anew by each run, so that no file of them goes stale.

use libfuzzer_sys::fuzzer_mutate;

/// Mutates what libFuzzer offers or, one time in sixteen, one of the samples.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    samples: &[Vec<u8>],
) -> usize {
    let (choice, rest) = (seed % 16, seed as usize / 16);
    let sample = &samples[rest % samples.len()];
    if choice > 0 || sample.len() > max_size.min(data.len()) {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..sample.len()].copy_from_slice(sample);
    fuzzer_mutate(data, sample.len(), max_size)
}
