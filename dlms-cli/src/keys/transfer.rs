use std::path::PathBuf;

use dlms_core::crypto::{CryptoProvider, SecuritySuite};
use dlms_security::SystemTitle;
use obis::ObisCode;
use serde_json::json;
use zeroize::Zeroizing;

use super::SECURITY_SETUP;
use super::kept::Kept;
use super::kind::Kind;
use crate::connection::{OnlineArgs, Provider};
use crate::failure::{Failure, FailureKind};
use crate::key_file::KeyFile;
use crate::output::Output;
use crate::session::Session;

/// Replaces global keys of a meter by those of a key file, wrapped with the key encryption key (--kek, or `kek` of
/// --keys): all of them, or none.
///
/// With --generate, they are made at random, and the file is written before they are sent. If no answer comes, the meter
/// has either the old keys or the new: keep both.
///
/// Example: dlms keys transfer --generate ek,ak --new new.toml --tcp meter:4059 --keys meters.toml --auth hls-gmac
#[derive(Debug, clap::Args)]
pub(crate) struct TransferArgs {
    /// The file of the new keys, under the meter's system title or under `any`.
    #[arg(long, value_name = "FILE")]
    new: PathBuf,
    /// Make these at random; the file must not be there yet.
    #[arg(long, value_name = "KEY,…", value_delimiter = ',')]
    generate: Vec<Kind>,
    /// Another Security setup object than the main one.
    #[arg(long, value_name = "OBIS", default_value_t = SECURITY_SETUP)]
    object: ObisCode,
    #[command(flatten)]
    online: OnlineArgs,
}

type NewKeys = Vec<(Kind, Zeroizing<Vec<u8>>)>;

/// Runs `dlms keys transfer`.
pub(super) fn run(args: &TransferArgs, output: &Output) -> Result<(), Failure> {
    let names = Session::run(&args.online, |session| {
        let meter = session.negotiated().server_title;
        let suite = session.settings().config.ciphering.map(|ciphering| ciphering.suite);
        let suite = suite.ok_or_else(|| Failure::usage("keys are transferred in ciphered messages"))?;
        let keys = match args.generate.as_slice() {
            [] => given(args, meter)?,
            kinds => {
                let keys = generated(kinds, suite, session.crypto())?;
                Kept::create(&args.new)?.write(meter, &keys)?;
                keys
            }
        };
        let sent: Vec<_> = keys.iter().map(|(kind, key)| (kind.id(), key.as_slice())).collect();
        session.transfer_keys(args.object, &sent)?;
        Ok(keys.iter().map(|(kind, _)| kind.name()).collect::<Vec<_>>())
    })?;
    let done = json!({"result": "success", "keys": names});
    output.print(&done, |_| format!("replaced: {}\n", names.join(", ")))
}

fn given(args: &TransferArgs, meter: Option<SystemTitle>) -> Result<NewKeys, Failure> {
    let entry = KeyFile::read(&args.new)?.entry_of(meter)?;
    let keys = Kind::ALL.into_iter().filter_map(|kind| {
        let key = match kind {
            Kind::Ek => &entry.ek,
            Kind::Ak => &entry.ak,
            Kind::Bk => &entry.bk,
            Kind::Kek => &entry.kek,
        };
        Some((kind, Zeroizing::new(key.as_ref()?.as_bytes().to_vec())))
    });
    let keys: NewKeys = keys.collect();
    match keys.is_empty() {
        true => Err(Failure::usage(format!("{}: no keys of the meter", args.new.display()))),
        false => Ok(keys),
    }
}

fn generated(kinds: &[Kind], suite: SecuritySuite, crypto: &mut Provider) -> Result<NewKeys, Failure> {
    let random = |kind: &Kind| {
        let mut key = Zeroizing::new(vec![0; suite.key_len()]);
        let made = crypto.random(&mut key);
        made.map_err(|error| Failure::new(FailureKind::Io, error.to_string()))?;
        Ok((*kind, key))
    };
    kinds.iter().map(random).collect()
}
