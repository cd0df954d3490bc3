//! The machine: which core is whose, and what it is.

use std::fs;
use std::path::Path;
use std::process::{self, Command};
use std::thread;

/// Servers have the first core, and everything else the second.
const SERVER: &str = "0";
const LOAD: &str = "1";

/// Moves this process to the core of the load; what it starts stays there, unless told otherwise.
pub(crate) fn pin_to_the_load_core() {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    assert!(cores >= 2, "two cores are needed: one for the server, one for the load");
    let pid = process::id().to_string();
    // All of its threads.
    let output = Command::new("taskset").args(["-acp", LOAD, &pid]).output();
    assert!(output.is_ok_and(|output| output.status.success()), "`taskset` does not work");
}

/// This program, on the core of the servers.
pub(crate) fn on_the_server_core(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER]).arg(program);
    command
}

/// What it is, in a sentence.
pub(crate) fn description() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let processors = read("/proc/cpuinfo");
    let cores = processors.lines().filter(|line| line.starts_with("processor")).count();
    let memory = value(&read("/proc/meminfo"), "MemTotal");
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{cores} cores ({}), {memory} of memory, Linux {}; {}; {}; {}; {}",
        value(&processors, "model name"),
        kernel.trim(),
        first_line("rustc", "--version"),
        first_line("postgres", "--version"),
        first_line("redis-server", "--version"),
        first_line("wrk", "--version"),
    )
}

fn first_line(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().next().unwrap_or(program).split(" Copyright").next().unwrap_or(program).to_owned()
}
