//! `dlms keys`: the keys and certificates of a meter, through its Security setup.

mod agree;
mod certificate;
mod kept;
mod kind;
mod transfer;

use obis::{ObisCode, obis};

use crate::failure::Failure;
use crate::output::Output;

/// The Security setup of most meters.
const SECURITY_SETUP: ObisCode = obis!("0-0:43.0.0.255");

/// Replaces a meter's keys, and sees to its certificates.
///
/// Example: dlms keys transfer --generate ek,ak --new new.toml --tcp meter:4059 --keys meters.toml --auth hls-gmac
#[derive(Debug, clap::Args)]
pub(crate) struct KeysArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Transfer(transfer::TransferArgs),
    Agree(agree::AgreeArgs),
    Certificate(certificate::CertificateArgs),
}

/// Runs `dlms keys`.
pub(crate) fn run(args: &KeysArgs, output: &Output) -> Result<(), Failure> {
    match &args.action {
        Action::Transfer(args) => transfer::run(args, output),
        Action::Agree(args) => agree::run(args, output),
        Action::Certificate(args) => certificate::run(args, output),
    }
}
