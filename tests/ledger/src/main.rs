//! The program: runs what its command line asks for, and prints a table.

use std::process::ExitCode;

use session_ledger::options::{HELP, Options};
use session_ledger::report::table;
use session_ledger::{Violation, run, serve};

/// How many findings of a kind are printed of a run.
const SHOWN: usize = 4;

#[tokio::main(worker_threads = 4)]
async fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    match words.split_first() {
        Some((word, words)) if word == "node" => {
            serve(words).await;
            ExitCode::SUCCESS
        }
        Some((word, _)) if word == "--help" => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        _ => match Options::parse(&words) {
            Ok(options) => run_all(&options).await,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::from(2)
            }
        },
    }
}

async fn run_all(options: &Options) -> ExitCode {
    let mut lines = Vec::new();
    let mut is_kept = true;
    for plan in &options.plans {
        eprintln!("{}, {}, seed {} …", plan.store, plan.fault, plan.seed);
        let results = run::run(plan).await;
        for (kind, findings) in [("VIOLATION", &results.violations), ("allowed", &results.allowed)]
        {
            for violation in Violation::ALL {
                let these: Vec<_> =
                    findings.iter().filter(|found| found.violation == violation).collect();
                for finding in these.iter().take(SHOWN) {
                    eprintln!("  {kind}: {}", finding.told(results.began));
                }
                if these.len() > SHOWN {
                    eprintln!("  … and {} more", these.len() - SHOWN);
                }
            }
        }
        if options.log && !results.violations.is_empty() {
            eprintln!("{}", results.log);
        }
        is_kept &= results.violations.is_empty();
        let line = table::line(&results);
        eprintln!("{line}");
        lines.push(line);
    }
    println!("{}", table::HEAD);
    println!("{}", lines.join("\n"));
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
