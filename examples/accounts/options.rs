//! The command line.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

const USAGE: &str = "usage: accounts [--host ADDRESS] [--port N] [--db FILE]
  --host ADDRESS   where to listen: 127.0.0.1, or 0.0.0.0 in a container
  --port N         the port: 3000
  --db FILE        users and sessions: accounts.db";

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) host: IpAddr,
    pub(crate) port: u16,
    pub(crate) db: PathBuf,
}

impl Options {
    pub(crate) fn from_args() -> Result<Self, String> {
        let mut options =
            Self { host: Ipv4Addr::LOCALHOST.into(), port: 3000, db: "accounts.db".into() };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let value = args.next().ok_or(USAGE)?;
            match arg.as_str() {
                "--host" => {
                    options.host =
                        value.parse().map_err(|_| format!("`{value}` is no address\n{USAGE}"))?;
                }
                "--port" => {
                    options.port =
                        value.parse().map_err(|_| format!("`{value}` is no port\n{USAGE}"))?;
                }
                "--db" => options.db = value.into(),
                _ => return Err(USAGE.to_owned()),
            }
        }
        Ok(options)
    }
}
