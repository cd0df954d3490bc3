//! A small made-up tree of files, for the tests of the checks.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

/// A folder that is removed when the test ends.
pub(crate) struct Fixture(PathBuf);

impl Fixture {
    /// A tree of files: path and text of each.
    pub(crate) fn new(tree: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("session-layout-{}-{number}", process::id()));
        for (path, text) in tree {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file's path as the test wrote it.
    pub(crate) fn name(&self, file: &Path) -> String {
        file.strip_prefix(&self.0).unwrap().display().to_string()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
