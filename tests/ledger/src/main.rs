//! The program: runs what its command line asks for, and prints a table.

use std::process::ExitCode;

use session_ledger::options::{HELP, Options};
use session_ledger::report::table;
use session_ledger::{run, serve};

/// How many findings of a run are printed.
const SHOWN: usize = 12;

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
        for (kind, findings) in [("VIOLATION", &results.violations), ("bounded", &results.bounded)]
        {
            for finding in findings.iter().take(SHOWN) {
                eprintln!("  {kind}: {finding}");
            }
            if findings.len() > SHOWN {
                eprintln!("  … and {} more", findings.len() - SHOWN);
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
