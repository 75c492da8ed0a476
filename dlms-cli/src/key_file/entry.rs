use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::connection::Octets;

/// The keys of one meter, and how it is to be talked to.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// Global unicast encryption key.
    pub(crate) ek: Option<Octets>,
    /// Authentication key.
    pub(crate) ak: Option<Octets>,
    /// Global broadcast encryption key.
    pub(crate) bk: Option<Octets>,
    /// Key encryption key.
    pub(crate) kek: Option<Octets>,
    /// Our password there.
    pub(crate) password: Option<Octets>,
    /// Our system title there.
    pub(crate) system_title: Option<Octets>,
    /// The security suite.
    pub(crate) suite: Option<u8>,
    /// The least protection: none, auth, enc or auth-enc.
    pub(crate) security: Option<String>,
    /// The file of our key to sign with.
    pub(crate) signing_key: Option<PathBuf>,
    /// The file of our key to agree on keys with.
    pub(crate) agreement_key: Option<PathBuf>,
    /// The file of the meter's certificate.
    pub(crate) server_cert: Option<PathBuf>,
}

impl Entry {
    /// What a table says; files it names are looked for in `folder`.
    pub(super) fn new(table: &Table, folder: &Path) -> Result<Self, String> {
        let mut entry = Self::default();
        for (name, value) in table {
            let text = || value.as_str().ok_or_else(|| format!("{name} is a text"));
            let octets = || text()?.parse::<Octets>().map_err(|_| format!("{name} is no hex"));
            let key = || {
                let key = octets()?;
                match key.as_bytes().len() {
                    16 | 32 => Ok(Some(key)),
                    _ => Err(format!("{name} has 16 or 32 octets")),
                }
            };
            let file = || Ok::<_, String>(Some(folder.join(text()?)));
            match name.as_str() {
                "ek" => entry.ek = key()?,
                "ak" => entry.ak = key()?,
                "bk" => entry.bk = key()?,
                "kek" => entry.kek = key()?,
                "password" => entry.password = Some(crate::connection::password(text()?)?),
                "system-title" => entry.system_title = Some(octets()?),
                "suite" => entry.suite = Some(suite(value).ok_or("suite is 0, 1 or 2")?),
                "security" => entry.security = Some(text()?.to_owned()),
                "signing-key" => entry.signing_key = file()?,
                "agreement-key" => entry.agreement_key = file()?,
                "server-cert" => entry.server_cert = file()?,
                _ => {
                    return Err(format!(
                        "{name} is not known: ek, ak, bk, kek, password, system-title, suite, security, signing-key, \
                         agreement-key, server-cert"
                    ));
                }
            }
        }
        Ok(entry)
    }
}

fn suite(value: &Value) -> Option<u8> {
    value.as_integer().and_then(|id| u8::try_from(id).ok()).filter(|id| *id <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(toml: &str) -> Result<Entry, String> {
        Entry::new(&toml.parse().unwrap(), Path::new("/keys"))
    }

    #[test]
    fn files_are_looked_for_beside_the_key_file() {
        let read = entry("signing-key = 'sign.pem'\nserver-cert = '/etc/meter.pem'\nsuite = 2").unwrap();
        assert_eq!(read.signing_key.as_deref(), Some(Path::new("/keys/sign.pem")));
        assert_eq!(read.server_cert.as_deref(), Some(Path::new("/etc/meter.pem")));
        assert_eq!(read.suite, Some(2));
    }

    #[test]
    fn what_is_wrong_is_named_and_not_shown() {
        for (toml, name) in
            [("ek = '0011'", "ek"), ("ak = 'secret'", "ak"), ("suite = 3", "suite"), ("key = 1", "key")]
        {
            let error = entry(toml).unwrap_err();
            assert!(error.contains(name) && !error.contains("secret"), "{error}");
        }
    }
}
