use std::path::PathBuf;

use aes_kw::{KeyInit, KwAes128, KwAes256};
use clap::ValueEnum;
use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind, SecuritySuite};
use dlms_security::AlgorithmIds;
use obis::ObisCode;
use serde_json::json;
use zeroize::Zeroizing;

use super::SECURITY_SETUP;
use super::kept::Kept;
use super::kind::Kind;
use crate::connection::{OnlineArgs, Provider};
use crate::failure::{Failure, FailureKind};
use crate::output::Output;
use crate::session::Session;

/// Agrees on new global keys with a meter that knows our certificate for signatures, and keeps them in a key file.
///
/// Example: dlms keys agree ek,ak --new new.toml --suite 1 --signing-key sign.pem --server-cert meter.pem --keys meters.toml
#[derive(Debug, clap::Args)]
pub(crate) struct AgreeArgs {
    /// The keys to agree on.
    #[arg(value_name = "KEY,…", value_delimiter = ',', required = true)]
    which: Vec<Kind>,
    /// The file to keep them in; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    new: PathBuf,
    /// How algorithms are written in the derivation of keys: as they are encoded, or as early printings of the standard
    /// have it.
    #[arg(long, value_enum, default_value_t = Ids::Encoded)]
    algorithm_ids: Ids,
    /// Another Security setup object than the main one.
    #[arg(long, value_name = "OBIS", default_value_t = SECURITY_SETUP)]
    object: ObisCode,
    #[command(flatten)]
    online: OnlineArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ids {
    Encoded,
    Printed,
}

/// Runs `dlms keys agree`.
pub(super) fn run(args: &AgreeArgs, output: &Output) -> Result<(), Failure> {
    let algorithm_ids = match args.algorithm_ids {
        Ids::Encoded => AlgorithmIds::Encoded,
        Ids::Printed => AlgorithmIds::Printed,
    };
    let ids: Vec<_> = args.which.iter().map(|kind| kind.id()).collect();
    Session::run(&args.online, |session| {
        let ciphering = session.settings().config.ciphering;
        let server = ciphering.and_then(|c| Some((c.suite, c.server_signing_key?)));
        let (suite, server) = server.ok_or_else(|| {
            Failure::new(FailureKind::MissingKey, "--server-cert is needed: who is agreed with?")
        })?;
        let mut kept = Kept::create(&args.new)?;
        if let Err(failure) = session.agree_keys(args.object, &ids, algorithm_ids, &server) {
            // Where no answer came, the meter may have them; here there is nothing to keep.
            kept.discard();
            return Err(failure);
        }
        let meter = session.negotiated().server_title;
        let keys = args.which.iter().map(|kind| Ok((*kind, out_of(session.crypto(), suite, *kind)?)));
        kept.write(meter, &keys.collect::<Result<Vec<_>, Failure>>()?)
    })?;
    let names: Vec<_> = args.which.iter().map(|kind| kind.name()).collect();
    let done = json!({"result": "success", "keys": names});
    output.print(&done, |_| format!("agreed on: {}\n", names.join(", ")))
}

/// Takes a key out of the provider, which gives it away only wrapped: with a key made for that.
fn out_of(crypto: &mut Provider, suite: SecuritySuite, kind: Kind) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error: &dyn core::fmt::Display| Failure::new(FailureKind::Io, error.to_string());
    let mut secret = Zeroizing::new(vec![0; suite.key_len()]);
    crypto.random(&mut secret).map_err(|error| failed(&error))?;
    let wrapping = KeyId { setup: u8::MAX, kind: KeyKind::KeyEncryption };
    crypto.set_key(wrapping, &secret).map_err(|error| failed(&error))?;
    let mut wrapped = [0; 40];
    let len = crypto.wrap_key(wrapping, KeyId { setup: 0, kind: kind.kind() }, &mut wrapped);
    crypto.remove_key(wrapping);
    let wrapped = wrapped.get(..len.map_err(|error| failed(&error))?).unwrap_or_default();
    let mut key = Zeroizing::new(vec![0; suite.key_len()]);
    let unwrapped = match suite {
        SecuritySuite::Suite2 => KwAes256::new_from_slice(&secret)
            .map_err(|error| failed(&error))?
            .unwrap_key(wrapped, &mut key)
            .map(|_| ()),
        _ => KwAes128::new_from_slice(&secret)
            .map_err(|error| failed(&error))?
            .unwrap_key(wrapped, &mut key)
            .map(|_| ()),
    };
    unwrapped.map_err(|error| failed(&error))?;
    Ok(key)
}
