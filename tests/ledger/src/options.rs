//! The command line.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::faults::Fault;
use crate::plan::Plan;
use crate::stores::Kind;

/// What `--help` says.
pub const HELP: &str = "\
Many people use an application on several nodes while a fault comes and goes. A ledger notes what was acknowledged;
what is there afterwards is compared with it. The exit code is 1 if anything acknowledged was lost or undone.

    cargo run --release -p session-ledger -- [OPTION]…

    --store NAME[,NAME…]  memory, sqlite, postgres, pgbouncer, standby, redis, sentinel, guarded (Sentinel with
                          `min-replicas-to-write 1`), cluster, sealed (default: all)
    --fault NAME[,NAME…]  none, kill, restart, freeze, silent, cut, flicker, half-open, slow, failover, replica-kill,
                          pooler-kill, disk-full, locked, node-kill, node-freeze (default: all that the store can suffer)
    --seconds N           how long requests are sent in each run (default: 20)
    --clients N           how many people there are (default: 24)
    --nodes N             how many nodes serve them (default: 3)
    --seed N              repeats the people's decisions (default: the time)
    --log                 prints what the nodes have logged, if there was a violation

It starts its own servers, which need nothing but to be installed: `./scripts/test.sh --install` does that.
";

/// What the command line asks for.
#[derive(Debug)]
pub struct Options {
    /// The runs, one after the other.
    pub plans: Vec<Plan>,
    /// Whether the nodes' logs are to be seen.
    pub log: bool,
}

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// One sentence that says what is wrong with it.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let (mut stores, mut faults) = (Kind::ALL.to_vec(), None);
        let (mut seconds, mut clients, mut nodes, mut log) = (20, 24, 3, false);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut seed = since.as_secs();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--log" {
                log = true;
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--store" | "--fault" if value == "all" => {}
                "--store" => {
                    stores = names(value, Kind::named)?;
                }
                "--fault" => faults = Some(names(value, Fault::named)?),
                "--seconds" => seconds = number(word, value)?,
                "--clients" => clients = number(word, value)?,
                "--nodes" => nodes = number(word, value)?,
                "--seed" => seed = number(word, value)?,
                _ => return Err(format!("there is no option {word}: see --help")),
            }
        }
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let plan = |store, fault| Plan {
            store,
            fault,
            span: Duration::from_secs(seconds),
            clients,
            nodes: usize::try_from(nodes).unwrap_or(usize::MAX),
            seed,
            program: program.clone(),
        };
        let mut plans = Vec::new();
        for store in stores {
            let suffers = Fault::of(store).into_iter();
            let wanted =
                |fault: &Fault| faults.as_ref().is_none_or(|faults| faults.contains(fault));
            plans.extend(suffers.filter(wanted).map(|fault| plan(store, fault)));
        }
        if plans.is_empty() {
            return Err("none of these stores can suffer any of these faults".to_owned());
        }
        Ok(Self { plans, log })
    }
}

fn names<T>(list: &str, find: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    let names = list.split(',');
    names.map(|name| find(name).ok_or_else(|| format!("there is no {name}: see --help"))).collect()
}

fn number(option: &str, value: &str) -> Result<u64, String> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("{option} takes a number above 0, not {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans(words: &str) -> Result<usize, String> {
        let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words).map(|options| options.plans.len())
    }

    #[test]
    fn a_command_line_is_read_or_refused_in_a_sentence() {
        assert_eq!(plans("--store memory"), Ok(1));
        assert_eq!(plans("--store postgres,redis --fault kill,cut --seconds 3"), Ok(4));
        let every: usize = Kind::ALL.into_iter().map(|kind| Fault::of(kind).len()).sum();
        assert_eq!(plans("--store all --fault all"), Ok(every));
        for (words, error) in [
            ("--store mysql", "there is no mysql: see --help"),
            ("--nodes 0", "--nodes takes a number above 0, not 0"),
            ("--seed", "--seed needs a value"),
            ("--verbose yes", "there is no option --verbose: see --help"),
            ("--store memory --fault kill", "none of these stores can suffer any of these faults"),
        ] {
            assert_eq!(plans(words), Err(error.to_owned()));
        }
    }
}
