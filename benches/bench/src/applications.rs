//! What it costs a user to build a minimal application with each library: crates, and seconds of the processor.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Failures, failure};
use crate::options::Options;
use crate::plan::{OURS, YARDSTICK};
use crate::server::TICKS;

/// A minimal application, with one route that counts visits.
struct Application {
    library: &'static str,
    store: &'static str,
    program: &'static str,
    /// Its dependencies beside axum and tokio, as each library's documentation has them.
    dependencies: &'static str,
}

macro_rules! applications {
    ($($library:expr, $store:literal, $program:literal, $dependencies:expr;)*) => {
        &[$(Application {
            library: $library,
            store: $store,
            program: include_str!(concat!("../applications/", $program, ".rs")),
            dependencies: $dependencies,
        }),*]
    };
}

/// This library's dependency, but for what follows its path.
macro_rules! ours {
    ($rest:literal) => {
        concat!(
            "session-axum = { path = \"",
            env!("CARGO_MANIFEST_DIR"),
            "/../../session-axum\"",
            $rest,
            " }"
        )
    };
}

const ALL: &[Application] = applications! {
    "axum", "no sessions", "axum", "";
    OURS, "memory", "session_memory", ours!("");
    OURS, "PostgreSQL", "session_postgres", ours!(", features = [\"postgres\"]");
    YARDSTICK, "memory", "tower_sessions_memory", "tower-sessions = \"0.15\"";
    YARDSTICK, "PostgreSQL", "tower_sessions_postgres", "tower-sessions = \"0.14\"\n\
        tower-sessions-sqlx-store = { version = \"0.15\", features = [\"postgres\"] }";
    "axum_session", "memory", "axum_session_memory", "axum_session = \"0.22\"";
    "axum_session", "PostgreSQL", "axum_session_postgres", "axum_session = \"0.22\"\n\
        axum_session_sqlx = { version = \"0.12\", default-features = false, features = [\"postgres\"] }\n\
        sqlx = { version = \"0.9\", default-features = false, features = [\"postgres\", \"runtime-tokio\"] }";
};

/// What building one of them took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Built {
    pub(crate) library: String,
    pub(crate) store: String,
    /// Packages, also those that run while it is built, without the application itself.
    pub(crate) crates: usize,
    /// Seconds of the processor for a build of everything, unoptimized.
    pub(crate) cpu: f64,
}

impl Built {
    pub(crate) fn name(&self) -> String {
        format!("{}, {}", self.library, self.store)
    }
}

/// Builds each of them with nothing built before.
pub(crate) fn build(options: &Options, failures: &mut Failures) -> Vec<Built> {
    let mut all = Vec::new();
    for application in ALL {
        if options.wants(&format!("{}, {}", application.library, application.store)) {
            all.extend(failures.unless_failed(application.build()));
        }
    }
    all
}

impl Application {
    fn build(&self) -> Result<Built, Failure> {
        let name = format!("session-application-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        let built = self.build_in(&directory);
        let _ = fs::remove_dir_all(&directory);
        let built = built?;
        eprintln!("built {}: {} crates, {:.0} s of CPU", built.name(), built.crates, built.cpu);
        Ok(built)
    }

    fn build_in(&self, directory: &Path) -> Result<Built, Failure> {
        let failed = |error| failure!("the files of an application: {error}");
        fs::create_dir_all(directory.join("src")).map_err(failed)?;
        fs::write(directory.join("src/main.rs"), self.program).map_err(failed)?;
        fs::write(directory.join("Cargo.toml"), self.manifest()).map_err(failed)?;
        // The versions that the servers are built of; what the application does not need is left out.
        let workspace = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        fs::copy(workspace.join("Cargo.lock"), directory.join("Cargo.lock")).map_err(failed)?;

        let tree = ["tree", "--prefix", "none", "--edges", "normal,build", "--no-dedupe"];
        let tree = self.cargo(directory, &tree)?;
        let name_and_version = |line: &str| {
            let (name, rest) = line.split_once(' ')?;
            let version = rest.split(' ').next()?;
            Some((name.to_owned(), version.to_owned()))
        };
        let packages: BTreeSet<_> = tree.lines().filter_map(name_and_version).collect();
        // Downloads are no part of the build.
        self.cargo(directory, &["fetch"])?;
        let before = of_children();
        self.cargo(directory, &["build"])?;
        let cpu = of_children() - before;
        let crates = packages.len() - 1;
        Ok(Built { library: self.library.to_owned(), store: self.store.to_owned(), crates, cpu })
    }

    fn manifest(&self) -> String {
        format!(
            "[package]
name = \"application\"
version = \"0.0.0\"
edition = \"2024\"
publish = false

[dependencies]
axum = \"0.8\"
tokio = {{ version = \"1\", features = [\"macros\", \"net\", \"rt-multi-thread\"] }}
{}

[workspace]
",
            self.dependencies
        )
    }

    /// What cargo prints, in a target directory of the application's own.
    fn cargo(&self, directory: &Path, args: &[&str]) -> Result<String, Failure> {
        let output = Command::new(env!("CARGO"))
            .args(args)
            .current_dir(directory)
            .env("CARGO_TARGET_DIR", directory.join("target"))
            // This library's crates are built from their sources like those of others, not to be changed.
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTC_WRAPPER")
            .stderr(Stdio::piped())
            .output();
        let output = output.map_err(|error| failure!("cargo: {error}"))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(failure!("{} on {} does not build:\n{errors}", self.library, self.store));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// How many seconds of processor time the processes have used that this one started and that have ended.
fn of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux has it");
    let (_, fields) = stat.rsplit_once(") ").expect("the format is fixed");
    let ticks = fields.split(' ').skip(13).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().expect("it is a number")).sum::<f64>() / TICKS
}
