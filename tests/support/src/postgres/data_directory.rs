//! PostgreSQL data directories: `initdb` runs once in a process, and each server gets a copy of what it made.

use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rustix::process::geteuid;

use crate::TempDirectory;

/// The settings of every server. Dynamic shared memory lies in files of the data directory, so that a killed server
/// leaves none behind in `/dev/shm`. Statements of hundreds of databases are counted, and none may be forgotten.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
max_connections = 300
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.max = 50000
dynamic_shared_memory_type = mmap
";

/// A directory with a new data directory in `data`.
pub(crate) fn new() -> TempDirectory {
    static TEMPLATE: OnceLock<TempDirectory> = OnceLock::new();
    let template = TEMPLATE.get_or_init(template);
    // The data is not needed any more, but the server gives its shared memory back.
    let directory = owned_directory("QUIT");
    let data = template.path().join("data");
    run(Command::new("cp").arg("-a").arg(data).arg(directory.path()), &directory, "");
    directory
}

/// A command that runs one of PostgreSQL's programs, as a user that it agrees to run as.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(binaries().join(program));
    command.env("LC_ALL", "C");
    run_as_server(&mut command);
    command
}

/// Has a program run as the servers' user, if we are root.
pub(crate) fn run_as_server(command: &mut Command) {
    if let Some((user, group)) = server_user() {
        command.uid(user).gid(group);
    }
}

fn template() -> TempDirectory {
    // `initdb` is left to finish: it gives its shared memory back at its own end only.
    let directory = owned_directory("CONT");
    let data = directory.path().join("data");
    let mut initdb = command("initdb");
    initdb.arg("-D").arg(&data).args(["--username=postgres", "--auth=trust"]);
    initdb.args(["--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--no-sync"]);
    run(&mut initdb, &directory, "");

    File::options()
        .append(true)
        .open(data.join("postgresql.conf"))
        .and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
        .expect("initdb wrote postgresql.conf");

    let mut single = command("postgres");
    single.arg("--single").arg("-D").arg(&data).args(["-c", "fsync=off", "postgres"]);
    run(&mut single, &directory, "CREATE EXTENSION pg_stat_statements;\n");
    directory
}

/// A directory of the servers' user.
pub(crate) fn owned_directory(stop_signal: &str) -> TempDirectory {
    let directory = TempDirectory::new(stop_signal);
    if let Some((user, group)) = server_user() {
        chown(directory.path(), Some(user), Some(group)).expect("root may give a directory away");
    }
    directory
}

/// The newest installed server: the one in the `PATH`, else where Debian puts it.
fn binaries() -> &'static Path {
    static BINARIES: OnceLock<PathBuf> = OnceLock::new();
    BINARIES.get_or_init(|| {
        let path = env::var_os("PATH").unwrap_or_default();
        let complete = |directory: &PathBuf| {
            ["initdb", "postgres"].iter().all(|name| directory.join(name).is_file())
        };
        if let Some(directory) = env::split_paths(&path).find(complete) {
            // Where links lead to, which has the others as well.
            let server = fs::canonicalize(directory.join("postgres")).expect("it is there");
            return server.parent().expect("a file lies in a directory").to_owned();
        }
        fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let version = entry.ok()?;
                Some((
                    version.file_name().to_str()?.parse::<u32>().ok()?,
                    version.path().join("bin"),
                ))
            })
            .filter(|(_, directory)| complete(directory))
            .max()
            .expect("PostgreSQL's server is installed: scripts/test.sh sees to it")
            .1
    })
}

/// User and group id to run as, if we are root: PostgreSQL refuses to run as root.
fn server_user() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("every system has /etc/passwd");
    let ids = |name: &str| {
        let mut fields = users
            .lines()
            .map(|line| line.split(':'))
            .find(|line| line.clone().next() == Some(name))?;
        Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(
        ids("postgres")
            .or_else(|| ids("nobody"))
            .expect("the system has a user `postgres` or `nobody`"),
    )
}

/// Runs a command in `directory` to its end, which it reaches even if the test process is gone before.
pub(crate) fn run(command: &mut Command, directory: &TempDirectory, input: &str) {
    let log = directory.open_log();
    let mut child = command
        .current_dir(directory.path())
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a file can be written through two descriptors"))
        .stderr(log)
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let mut stdin = child.stdin.take().expect("it is piped");
    // A program that ends without reading says why in its output.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let status = child.wait().expect("it is our own child");
    assert!(status.success(), "{command:?} failed:\n{}", directory.log());
}
