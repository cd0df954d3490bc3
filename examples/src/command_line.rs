//! The command lines of the examples: options, switches, and errors that say what to do.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::io;
use std::net::IpAddr;
use std::process;

/// An error that ends the program. [`Debug`], as which `main` prints it, is the sentence.
pub struct Failure(String);

impl Failure {
    /// With this sentence, which says what failed and what to do.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// That the program cannot listen at this address and port.
    pub fn listening(host: &str, port: u16, error: &io::Error) -> Self {
        let cure = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "another program uses this port; stop it, or choose another port with `--port N`"
            }
            io::ErrorKind::PermissionDenied => {
                "this port needs more rights; choose one above 1023 with `--port N`"
            }
            _ => "is this an address of this machine? `--host 127.0.0.1` always is",
        };
        Self(format!("cannot listen on {host}, port {port}: {error}\n{cure}"))
    }

    /// That something failed, for this reason, and what to do about it.
    pub fn caused(what: &str, error: &dyn Error, cure: &str) -> Self {
        let mut sentence = format!("{what}: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !sentence.ends_with(&text) {
                _ = write!(sentence, ": {text}");
            }
            source = cause.source();
        }
        Self(format!("{sentence}\n{cure}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// The value of `--port`.
///
/// # Errors
/// If it is no port.
pub fn port(text: &str) -> Result<u16, Failure> {
    text.parse().map_err(|_| {
        Failure(format!("`--port {text}`: a port is a number from 0 to 65535, as 3000"))
    })
}

/// The address to open in a browser of this machine, for a program that listens here.
pub fn origin(host: &str, port: u16) -> String {
    match host.parse::<IpAddr>() {
        Ok(address) if !is_local(host) && !address.is_unspecified() && address.is_ipv6() => {
            format!("http://[{address}]:{port}")
        }
        Ok(address) if !is_local(host) && !address.is_unspecified() => {
            format!("http://{address}:{port}")
        }
        Ok(_) => format!("http://localhost:{port}"),
        Err(_) => format!("http://{host}:{port}"),
    }
}

/// What to know of `--host` and `--insecure-cookie` beside each other, if anything.
pub fn advice(host: &str, insecure_cookie: bool) -> &'static str {
    if insecure_cookie || is_local(host) {
        ""
    } else {
        "note: over plain HTTP browsers keep a `Secure` cookie on localhost alone; `--insecure-cookie` makes another one\n"
    }
}

/// Whether a program that listens here can be reached from this machine alone.
fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An option that a program knows.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    name: &'static str,
    value: Option<&'static str>,
    help: &'static str,
}

/// An option with a value: `option("--port", "N", "the port")`.
pub const fn option(name: &'static str, value: &'static str, help: &'static str) -> Known {
    Known { name, value: Some(value), help }
}

/// An option without a value.
pub const fn switch(name: &'static str, help: &'static str) -> Known {
    Known { name, value: None, help }
}

/// The options that the program was started with, and their values (empty for a switch). `--help` prints what there is, between
/// `about` and `more`, and ends the program.
///
/// # Errors
/// If an option is unknown, or lacks its value.
pub fn options(about: &str, known: &[Known], more: &str) -> Result<Vec<Given>, Failure> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| matches!(arg.as_str(), "--help" | "-h" | "help")) {
        println!("{}", help(about, known, more));
        process::exit(0);
    }
    parse(args, known)
}

/// An option, and its value.
pub type Given = (&'static str, String);

fn parse(args: impl IntoIterator<Item = String>, known: &[Known]) -> Result<Vec<Given>, Failure> {
    let mut args = args.into_iter();
    let mut given = Vec::new();
    while let Some(arg) = args.next() {
        let (name, value) = match arg.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (arg.as_str(), None),
        };
        let Some(option) = known.iter().find(|known| known.name == name) else {
            return Err(unknown(name, known));
        };
        let value = match (option.value, value) {
            (None, None) => String::new(),
            (None, Some(_)) => return Err(Failure(format!("`{name}` takes no value"))),
            (Some(_), Some(value)) => value,
            (Some(example), None) => args
                .next()
                .filter(|value| !value.starts_with("--"))
                .ok_or_else(|| Failure(format!("`{name}` needs a value: `{name} {example}`")))?,
        };
        given.push((option.name, value));
    }
    Ok(given)
}

fn unknown(name: &str, known: &[Known]) -> Failure {
    let nearest = known.iter().map(|known| (distance(name, known.name), known.name)).min();
    let hint = match nearest {
        Some((distance, nearest)) if distance <= 3 => format!("did you mean `{nearest}`? "),
        _ => String::new(),
    };
    Failure(format!("there is no option `{name}`\n{hint}`--help` lists all options"))
}

fn help(about: &str, known: &[Known], more: &str) -> String {
    let mut text = format!("{about}\n\nOptions:\n");
    for Known { name, value, help } in known {
        let usage = format!("{name} {}", value.unwrap_or_default());
        let help = help.replace('\n', &format!("\n{:24}", ""));
        let line = format!("  {:<20}  {help}", usage.trim_end());
        _ = writeln!(text, "{}", line.trim_end());
    }
    text + "  --help                this text\n\n" + more
}

/// How many letters have to be inserted, removed or replaced to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<_> = other.chars().collect();
    let mut row: Vec<_> = (0..=other.len()).collect();
    for (line, char) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, against) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(char != *against);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Known] =
        &[option("--port", "N", "a port\nof this machine"), switch("--open", "")];

    fn parsed(line: &str) -> Result<Vec<Given>, Failure> {
        parse(line.split_whitespace().map(str::to_owned), KNOWN)
    }

    fn refused(line: &str) -> String {
        parsed(line).expect_err("this is no command line").to_string()
    }

    #[test]
    fn values_stand_behind_a_space_or_an_equals_sign() {
        let given = [("--port", "1".to_owned()), ("--open", String::new())];
        assert_eq!(parsed("--port 1 --open").unwrap(), given);
        assert_eq!(parsed("--port=1 --open").unwrap(), given);
    }

    #[test]
    fn a_mistake_is_answered_with_its_cure() {
        assert_eq!(
            refused("--prot 1"),
            "there is no option `--prot`\ndid you mean `--port`? `--help` lists all options"
        );
        assert_eq!(refused("3000"), "there is no option `3000`\n`--help` lists all options");
        assert_eq!(refused("--port"), "`--port` needs a value: `--port N`");
        assert_eq!(refused("--port --open"), "`--port` needs a value: `--port N`");
        assert_eq!(refused("--open=yes"), "`--open` takes no value");
    }

    #[test]
    fn the_help_lists_all_options() {
        let expected = "A shop.\n\nOptions:\n  --port N              a port\n                        of this machine\n  --open\n  --help                this text\n\nThat is all.";
        let help = help("A shop.", KNOWN, "That is all.");
        assert_eq!(help, expected);
    }

    #[test]
    fn the_origin_is_what_a_browser_of_this_machine_opens() {
        for host in ["127.0.0.1", "::1", "localhost", "0.0.0.0", "::"] {
            assert_eq!(origin(host, 80), "http://localhost:80", "{host}");
        }
        assert_eq!(origin("192.0.2.1", 80), "http://192.0.2.1:80");
        assert_eq!(origin("2001:db8::1", 80), "http://[2001:db8::1]:80");
        assert_eq!(origin("shop.example", 80), "http://shop.example:80");
    }

    #[test]
    fn who_can_be_reached_from_elsewhere_reads_of_the_cookie() {
        assert!(advice("0.0.0.0", false).contains("--insecure-cookie"));
        assert_eq!(advice("0.0.0.0", true), "");
        assert_eq!(advice("127.0.0.1", false), "");
    }

    #[test]
    fn causes_are_part_of_the_sentence() {
        let error = io::Error::new(io::ErrorKind::AddrInUse, "in use");
        let failure = Failure::caused("cannot start", &error, "do this");
        assert_eq!(format!("{failure:?}"), "cannot start: in use\ndo this");
        let listening = Failure::listening("localhost", 80, &error).to_string();
        assert!(
            listening.starts_with("cannot listen on localhost, port 80: in use\nanother program")
        );
    }
}
