//! The machine that was measured on.

use std::fs;
use std::process::Command;

/// What it is, in a sentence, with the versions of these programs.
pub fn description(programs: &[&str]) -> String {
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
    let mut parts = vec![
        format!(
            "{cores} cores ({}), {memory} of memory, Linux {}",
            value(&processors, "model name"),
            kernel.trim(),
        ),
        first_line("rustc"),
    ];
    parts.extend(programs.iter().map(|program| first_line(program)));
    parts.join("; ")
}

fn first_line(program: &str) -> String {
    let output = Command::new(program).arg("--version").output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.lines().next().unwrap_or(program).split(" Copyright").next().unwrap_or(program).to_owned()
}
