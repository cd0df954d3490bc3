//! The command line.

use std::fmt;

const USAGE: &str = "usage: quickstart [--port N] [--store STORE], where STORE is one of
  sqlite:./quickstart.db             a file, which is the default
  memory:                            until the program stops
  postgres://USER@HOST/DATABASE
  redis://HOST
  cookie:                            no store; needs SESSION_KEYS
Set SESSION_KEYS to seal sessions: export SESSION_KEYS=$(head -c 32 /dev/urandom | base64)";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) store: Place,
}

/// Where the sessions are kept.
#[derive(Debug)]
pub(crate) enum Place {
    Memory,
    Sqlite(String),
    Postgres(String),
    Redis(String),
    Cookie,
}

impl Options {
    pub(crate) fn from_args() -> Result<Self, String> {
        let mut options =
            Self { port: 3000, store: Place::Sqlite("sqlite:./quickstart.db".to_owned()) };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let value = args.next().ok_or(USAGE)?;
            match arg.as_str() {
                "--port" => {
                    options.port =
                        value.parse().map_err(|_| format!("`{value}` is no port\n{USAGE}"))?;
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
            Some(("cookie", "")) => Ok(Self::Cookie),
            Some(("sqlite", _)) => Ok(Self::Sqlite(text)),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text)),
            Some(("redis" | "rediss", _)) => Ok(Self::Redis(text)),
            _ => Err(format!("`{text}` is no store\n{USAGE}")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory, until this program stops"),
            Self::Sqlite(url) => f.write_str(url),
            Self::Postgres(_) => f.write_str("PostgreSQL"),
            Self::Redis(_) => f.write_str("Redis"),
            Self::Cookie => f.write_str("their cookies"),
        }
    }
}
