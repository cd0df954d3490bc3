//! The command line.

use std::fmt;

const USAGE: &str = "usage: quickstart [--port N] [--store memory:|postgres://USER@HOST/DATABASE]";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) store: Place,
}

/// Where the sessions are kept.
#[derive(Debug)]
pub(crate) enum Place {
    Memory,
    Postgres(String),
}

impl Options {
    pub(crate) fn from_args() -> Result<Self, String> {
        let mut options = Self { port: 3000, store: Place::Memory };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let value = args.next().ok_or(USAGE)?;
            match arg.as_str() {
                "--port" => {
                    options.port =
                        value.parse().map_err(|_| format!("`{value}` is no port; {USAGE}"))?
                }
                "--store" => options.store = Place::parse(value)?,
                _ => return Err(USAGE.to_owned()),
            }
        }
        Ok(options)
    }
}

impl Place {
    fn parse(text: String) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("memory", "")) => Ok(Self::Memory),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text)),
            _ => Err(format!("`{text}` is no store; {USAGE}")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory, until this program stops",
            Self::Postgres(_) => "PostgreSQL",
        })
    }
}
