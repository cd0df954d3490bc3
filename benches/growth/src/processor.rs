//! The processor time of a server and of this program together, which what else runs on the machine disturbs less than the clock.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Counts from when it was made.
#[derive(Debug)]
pub(crate) struct Processor {
    directory: PathBuf,
    before: HashMap<PathBuf, f64>,
}

impl Processor {
    /// That of the processes that work in this directory.
    pub(crate) fn count(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), before: threads(directory) }
    }

    /// Microseconds since. What a process that has ended meanwhile used at last is lost.
    pub(crate) fn used(&self) -> f64 {
        let now = threads(&self.directory);
        let more = |(thread, time): (&PathBuf, &f64)| {
            time - self.before.get(thread).copied().unwrap_or_default()
        };
        now.iter().map(more).sum()
    }
}

/// Each thread of theirs and ours, with the microseconds that it has used.
fn threads(directory: &Path) -> HashMap<PathBuf, f64> {
    let theirs = |process: &PathBuf| {
        fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(directory))
    };
    let processes = entries(Path::new("/proc")).into_iter().filter(theirs);
    let threads = processes.chain([PathBuf::from("/proc/self")]);
    let threads = threads.flat_map(|process| entries(&process.join("task")));
    threads.filter_map(|thread| Some((thread.clone(), used(&thread)?))).collect()
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// A thread may end at any time.
fn used(thread: &Path) -> Option<f64> {
    let text = fs::read_to_string(thread.join("schedstat")).ok()?;
    let nanoseconds = text.split(' ').next()?.parse::<f64>().ok()?;
    Some(nanoseconds / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_counted_and_waiting_is_not() {
        let processor = Processor::count(Path::new("/nowhere"));
        std::thread::sleep(std::time::Duration::from_millis(20));
        let slept = processor.used();
        let begun = std::time::Instant::now();
        let mut sum = 0_u64;
        while begun.elapsed().as_millis() < 300 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let worked = processor.used() - slept;
        // Other tests run beside this one, and the machine may be busy.
        assert!(worked > 20_000.0, "{worked} µs");
    }
}
