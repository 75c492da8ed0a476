//! Keys on disk: a TOML file with the keys of meters, private keys in PEM, certificates.
//!
//! ```toml
//! ["4D41430000000001"]            # a meter's system title, or `any` for all others
//! ek = "000102030405060708090A0B0C0D0E0F"
//! ak = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
//! bk = "…"                        # broadcast key
//! kek = "…"                       # key encryption key
//! suite = 0
//! security = "auth-enc"
//! password = "…"
//! system-title = "434C49454E543031"
//! signing-key = "sign.pem"        # files are looked for beside this one
//! agreement-key = "agree.pem"
//! server-cert = "meter.pem"
//! ```
//!
//! What holds secrets is read only where nobody else may read it; what was read is wiped.

mod certificate_file;
mod entry;
mod guarded;
mod private_key;

use std::path::{Path, PathBuf};

use dlms_security::SystemTitle;
use toml::{Table, Value};
use zeroize::Zeroize;

use crate::failure::Failure;
use crate::hex;

pub(crate) use certificate_file::{CertificateFile, now, untrusted};
pub(crate) use entry::Entry;
pub(crate) use guarded::may_be_read_by_others;
use guarded::read as read_guarded;
pub(crate) use private_key::PrivateKey;

/// The table for meters that have none of their own.
const ANY: &str = "any";

/// The keys of meters.
pub(crate) struct KeyFile {
    path: PathBuf,
    meters: Table,
}

impl KeyFile {
    /// Reads a key file.
    ///
    /// # Errors
    /// `usage`: it cannot be read, or is not as it should be; `exposed-key-file`.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let wrong = |what: String| Failure::usage(format!("{}: {what}", path.display()));
        let octets = read_guarded(path)?;
        let text = core::str::from_utf8(&octets).map_err(|error| wrong(error.to_string()))?;
        // The text around a mistake, which the error shows, may be a key.
        let table: Table =
            text.parse().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
        let file = Self { path: path.into(), meters: table };
        for (name, value) in &file.meters {
            if !value.is_table() {
                return Err(wrong(format!("{name} is no table")));
            }
            if name != ANY && title(name).is_none() {
                return Err(wrong(format!("{name} is no system title of 8 octets")));
            }
        }
        Ok(file)
    }

    /// The entries: of the meters with these titles, and without a title that of all others.
    ///
    /// # Errors
    /// `usage`: one is not as it should be.
    pub(crate) fn entries(&self) -> Result<Vec<(Option<SystemTitle>, Entry)>, Failure> {
        self.meters.keys().map(|name| Ok((title(name), self.entry(name)?))).collect()
    }

    /// The entry of a meter: its own, that of all others, or, where nothing is said of the meter, the only one.
    ///
    /// # Errors
    /// `usage`: there is none, or it is not as it should be.
    pub(crate) fn entry_of(&self, meter: Option<SystemTitle>) -> Result<Entry, Failure> {
        let own = self.meters.keys().find(|name| meter.is_some() && title(name) == meter);
        let mut names = self.meters.keys();
        let only = names.next().filter(|_| meter.is_none() && names.next().is_none());
        match own.or_else(|| self.meters.keys().find(|name| *name == ANY)).or(only) {
            Some(name) => self.entry(name),
            None => {
                let which = meter.map_or("--meter says whose keys to take".to_owned(), |meter| {
                    format!("no keys of meter {meter}, and none of any")
                });
                Err(Failure::usage(format!("{}: {which}", self.path.display())))
            }
        }
    }

    fn entry(&self, name: &str) -> Result<Entry, Failure> {
        let wrong = |what: String| Failure::usage(format!("{}: {name}: {what}", self.path.display()));
        let table = self.meters.get(name).and_then(Value::as_table);
        let table = table.ok_or_else(|| wrong("no such table".into()))?;
        Entry::new(table, self.path.parent().unwrap_or(Path::new(""))).map_err(wrong)
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        wipe(&mut self.meters);
    }
}

fn wipe(table: &mut Table) {
    for (_, value) in table.iter_mut() {
        match value {
            Value::String(text) => text.zeroize(),
            Value::Table(table) => wipe(table),
            _ => {}
        }
    }
}

/// The blocks of PEM in a text.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("-----BEGIN ").filter_map(move |(at, _)| {
        let rest = text.get(at..)?;
        let end = rest.find("-----END ")?;
        let line = rest.get(end..)?.find('\n').map_or(rest.len(), |line| end + line);
        rest.get(..line)
    })
}

fn title(name: &str) -> Option<SystemTitle> {
    hex::from_text(name).ok().and_then(|octets| SystemTitle::from_slice(&octets))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLE: SystemTitle = SystemTitle(*b"MAC\0\0\0\0\x01");

    fn file(toml: &str) -> KeyFile {
        KeyFile { path: "/keys/meters.toml".into(), meters: toml.parse().unwrap() }
    }

    #[test]
    fn a_meter_has_its_own_keys_or_those_of_any() {
        let both = file("any.suite = 0\n[4D41430000000001]\nsuite = 1");
        assert_eq!(both.entry_of(Some(TITLE)).unwrap().suite, Some(1));
        assert_eq!(both.entry_of(Some(SystemTitle([0; 8]))).unwrap().suite, Some(0));
        assert_eq!(both.entry_of(None).unwrap().suite, Some(0));
        assert_eq!(both.entries().unwrap().len(), 2);
        let one = file("[4D41430000000001]\nsuite = 1");
        assert_eq!(one.entry_of(None).unwrap().suite, Some(1));
        assert!(one.entry_of(Some(SystemTitle([0; 8]))).is_err());
        let two = file("[4D41430000000001]\nsuite = 1\n[4D41430000000002]\nsuite = 1");
        assert!(two.entry_of(None).unwrap_err().to_string().contains("--meter"));
    }

    #[test]
    fn what_is_read_is_wiped() {
        let mut table: Table = "[any]\nek = '0011'".parse().unwrap();
        wipe(&mut table);
        assert_eq!(table["any"]["ek"].as_str(), Some(""));
    }
}
