use clap::{Args, FromArgMatches};
use toml::{Table, Value};

use super::recipe::Recipe;
use super::{ConnectionFlags, OnlineArgs};
use crate::failure::Failure;
use crate::key_file::may_be_read_by_others;

impl OnlineArgs {
    /// The flags, with those that are not given taken from the configuration file.
    ///
    /// # Errors
    /// `usage`: the file cannot be read, has no such table, or something in it is no flag; or as the key file's.
    pub(crate) fn flags(&self) -> Result<ConnectionFlags, Failure> {
        let given = self.connection.clone();
        let Some(profile) = &self.profile else { return given.with_keys() };
        let place = format!("[{profile}] of {}", self.config.display());
        let wrong = |what: String| Failure::usage(format!("{place}: {what}"));
        let text = std::fs::read_to_string(&self.config).map_err(|error| wrong(error.to_string()))?;
        let file: Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
        let table =
            file.get(profile).and_then(Value::as_table).ok_or_else(|| wrong("no such table".into()))?;
        let defaults = from_table(table).map_err(wrong)?;
        if defaults.has_secrets() && may_be_read_by_others(&self.config) {
            let file = self.config.display();
            eprintln!("warning: {file} holds keys or passwords and others may read it: chmod 600 {file}");
        }
        let flags =
            if given.has_transport() { given.or(defaults.without_transport()) } else { given.or(defaults) };
        flags.with_keys()
    }
}

/// The flags in a table, read as if they stood on the command line.
fn from_table(table: &Table) -> Result<ConnectionFlags, String> {
    let mut words = Vec::new();
    let mut recipe = None;
    for (name, value) in table {
        match value {
            Value::Table(table) if name == "recipe" => {
                let read =
                    table.clone().try_into().map_err(|error| format!("recipe: {}", error.message()))?;
                recipe = Some(Recipe(read));
            }
            Value::Boolean(false) => continue,
            Value::Boolean(true) => words.push(format!("--{name}")),
            Value::String(value) => words.push(format!("--{name}={value}")),
            Value::Integer(value) => words.push(format!("--{name}={value}")),
            Value::Float(value) => words.push(format!("--{name}={value}")),
            _ => return Err(format!("{name}: a text, a number or a boolean is expected")),
        }
    }
    let command = ConnectionFlags::augment_args(
        clap::Command::new("dlms").no_binary_name(true).disable_help_flag(true),
    );
    let flags =
        command.try_get_matches_from(words).and_then(|found| ConnectionFlags::from_arg_matches(&found));
    let flags = flags.map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        first.strip_prefix("error: ").unwrap_or(first).to_owned()
    })?;
    Ok(ConnectionFlags { recipe: recipe.or(flags.recipe.clone()), ..flags })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{Auth, TraceTo};

    fn flags(toml: &str) -> Result<ConnectionFlags, String> {
        from_table(&toml.parse().unwrap())
    }

    #[test]
    fn every_flag_can_stand_in_a_table() {
        let read = flags(
            "tcp = 'meter:4059'\nclient = 1\nauth = 'hls-gmac'\nek = '00'\ntimeout = 2\ntrace = true\nmode-e = false\n\
             counter-obis = '0-0:43.1.0.255'\ndedicated-key = 'random'",
        )
        .unwrap();
        assert_eq!(read.tcp.as_deref(), Some("meter:4059"));
        assert_eq!((read.client, read.auth, read.timeout), (Some(1), Some(Auth::HlsGmac), Some(2.0)));
        assert_eq!((read.trace, read.mode_e), (Some(TraceTo::Stderr), None));
    }

    #[test]
    fn what_is_no_flag_is_refused() {
        assert!(flags("colour = 'red'").unwrap_err().contains("--colour"));
        assert!(flags("client = 'one'").unwrap_err().contains("client"));
        assert!(flags("client = [1]").is_err());
        assert!(flags("tcp = 'a'\nudp = 'b'").is_err());
    }

    #[test]
    fn what_is_given_comes_first() {
        let given = ConnectionFlags { udp: Some("here".into()), ..ConnectionFlags::default() };
        let merged = given.or(flags("server = 2").unwrap());
        assert_eq!((merged.udp.as_deref(), merged.server), (Some("here"), Some(2)));
    }
}
