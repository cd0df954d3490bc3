//! A temporary directory, and the processes that work in it: all of them end with the test process.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long a process may take to start, or to obey a signal.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A directory, the program that was launched in it, and that program's children.
///
/// A process belongs to the directory if its working directory lies in it or its command line names it. All of
/// them end and the directory is removed when this is dropped; and also when the test process is killed, because
/// a shell in a process group of its own waits for its end and cleans up.
#[derive(Debug)]
pub struct TempDirectory {
    path: PathBuf,
    program: Mutex<Option<Child>>,
    cleaner: Child,
}

impl TempDirectory {
    /// Makes an empty directory. `stop_signal` names the signal that asks the programs in it to end (`"TERM"`); those
    /// that still run 5 s later are killed.
    pub fn new(stop_signal: &str) -> Self {
        let path = tempfile::Builder::new()
            .prefix("session-tests-")
            .tempdir()
            .expect("the system's temporary directory can be written to")
            .keep();
        let cleaner = Command::new("sh")
            .args(["-c", include_str!("clean_up.sh")])
            .env("DIRECTORY", &path)
            .env("STOP_SIGNAL", stop_signal)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`sh` is installed");
        Self { path, program: Mutex::new(None), cleaner }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `command` in the directory, its output in the file `log`, and waits until `ready` answers true. False
    /// if the program ended before.
    pub async fn launch(&self, command: &mut Command, ready: impl AsyncFn() -> bool) -> bool {
        let log = self.open_log();
        let program = command
            .current_dir(&self.path)
            // Ctrl-C in a terminal is for the test process; the clean-up script sees to the rest.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be written through two descriptors"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        *self.program() = Some(program);

        let deadline = Instant::now() + TIMEOUT;
        while self.is_running() {
            let answer = tokio::time::timeout(Duration::from_secs(5), ready()).await;
            if answer.unwrap_or(false) {
                return self.is_running();
            }
            assert!(
                Instant::now() < deadline,
                "{command:?} is not ready after {TIMEOUT:?}:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// Whether the launched program runs (a frozen one does).
    pub fn is_running(&self) -> bool {
        self.program()
            .as_mut()
            .is_some_and(|child| child.try_wait().expect("it is our own child").is_none())
    }

    /// What the launched programs have printed.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path.join("log")).unwrap_or_default()
    }

    pub(crate) fn open_log(&self) -> File {
        let log = File::options().create(true).append(true).open(self.path.join("log"));
        log.expect("the directory is ours to write to")
    }

    /// Stops every process where it stands (`SIGSTOP`); its connections stay open and say nothing.
    pub fn freeze(&self) {
        self.signal_until(Signal::STOP, |state| state == b'T');
    }

    /// Lets frozen processes go on (`SIGCONT`).
    pub fn thaw(&self) {
        self.signal_until(Signal::CONT, |state| state != b'T');
    }

    /// Asks the launched program to end, as Ctrl-C does (`SIGINT`).
    pub fn interrupt(&self) {
        self.ask_to_end(Signal::INT);
    }

    /// Asks the launched program to end, as a service manager does (`SIGTERM`).
    pub fn terminate(&self) {
        self.ask_to_end(Signal::TERM);
    }

    /// Waits first until the program handles the signal. One that has only just begun does not, even if connections to
    /// it are accepted: it would be ended on the spot.
    fn ask_to_end(&self, signal: Signal) {
        let deadline = Instant::now() + TIMEOUT;
        while self.is_running() {
            let pid = self.program().as_ref().map(Pid::from_child).expect("it runs");
            if handles(pid, signal) {
                return kill_process(pid, signal).expect("it is our own child");
            }
            assert!(
                Instant::now() < deadline,
                "the program does not handle {signal:?} after {TIMEOUT:?}:\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Ends every process at once (`SIGKILL`), as a crash does.
    pub fn kill(&self) {
        // First all stand still, so that none sees another's end and ends itself in good order.
        self.freeze();
        self.signal_until(Signal::KILL, |_| false);
        if let Some(mut program) = self.program().take() {
            program.wait().expect("it is our own child");
        }
    }

    /// Lets no process write a file beyond this many bytes, as on a full disk; none lifts the limit. A process that
    /// does not ignore `SIGXFSZ` is ended by it.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        for (pid, _) in self.processes() {
            let process = format!("/proc/{}", pid.as_raw_nonzero());
            let Ok(owner) = fs::metadata(&process) else { continue };
            // As its own user: root in a container may not do this to others' processes.
            let status = Command::new("prlimit")
                .arg(format!("--pid={}", pid.as_raw_nonzero()))
                .arg(format!("--fsize={limit}:"))
                .uid(owner.uid())
                .gid(owner.gid())
                .stderr(Stdio::null())
                .status()
                .expect("`prlimit` is installed: it is part of util-linux");
            let is_gone = || self.processes().iter().all(|(other, _)| *other != pid);
            assert!(status.success() || is_gone(), "the limit of {process} cannot be set");
        }
    }

    fn program(&self) -> MutexGuard<'_, Option<Child>> {
        self.program.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends `signal` to each process that is not `done`, until all are.
    fn signal_until(&self, signal: Signal, done: impl Fn(u8) -> bool) {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let mut waiting = self.processes();
            waiting.retain(|&(_, state)| !done(state));
            if waiting.is_empty() {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{waiting:?} did not obey {signal:?} for {TIMEOUT:?}"
            );
            for (pid, _) in waiting {
                // One that is gone meanwhile is not there in the next round.
                let _ = kill_process(pid, signal);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The processes of the directory, each with its state letter as in `/proc/PID/stat`.
    fn processes(&self) -> Vec<(Pid, u8)> {
        fs::read_dir("/proc")
            .expect("/proc is mounted")
            .filter_map(|entry| {
                let process = entry.ok()?.path();
                let pid = Pid::from_raw(process.file_name()?.to_str()?.parse().ok()?)?;
                // The state follows the program's name, which ends at the last parenthesis.
                let stat = fs::read_to_string(process.join("stat")).ok()?;
                let state = *stat.rsplit_once(") ")?.1.as_bytes().first()?;
                (state != b'Z' && self.owns(&process)).then_some((pid, state))
            })
            .collect()
    }

    fn owns(&self, process: &Path) -> bool {
        // Both, because without CAP_SYS_PTRACE (as in a container) root may not see another user's directory,
        // and because programs rewrite their command line.
        let name = self.path.file_name().expect("a temporary directory has a name").as_bytes();
        let names = |text: &[u8]| text.windows(name.len()).any(|part| part == name);
        fs::read_link(process.join("cwd")).is_ok_and(|cwd| names(cwd.as_os_str().as_bytes()))
            || fs::read(process.join("cmdline")).is_ok_and(|cmdline| names(&cmdline))
    }
}

/// Whether the process has a handler of its own for the signal.
fn handles(process: Pid, signal: Signal) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", process.as_raw_nonzero()));
    let status = status.unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|caught| u64::from_str_radix(caught.trim(), 16).ok());
    caught.is_some_and(|caught| caught & (1 << (signal.as_raw() - 1)) != 0)
}

impl Drop for TempDirectory {
    fn drop(&mut self) {
        drop(self.cleaner.stdin.take());
        let _ = self.cleaner.wait();
        if let Some(program) = self.program().as_mut() {
            let _ = program.wait();
        }
    }
}
