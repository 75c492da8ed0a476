use core::convert::Infallible;
use core::str::FromStr;
use std::path::PathBuf;

use clap::ValueEnum;
use dlms_security::SystemTitle;
use obis::ObisCode;

use super::octets::{Octets, password};
use super::recipe::Recipe;
use super::serial::SerialLine;
use super::word::{Auth, Form, Referencing, Security};
use crate::failure::Failure;
use crate::key_file::KeyFile;

/// The arguments of every subcommand that talks to a meter.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct OnlineArgs {
    #[command(flatten)]
    pub(crate) connection: ConnectionFlags,
    /// Take defaults for these flags from the table [NAME] of the configuration file.
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub(crate) profile: Option<String>,
    /// The configuration file, in TOML.
    #[arg(long, value_name = "FILE", default_value = "dlms.toml", help_heading = "Connection")]
    pub(crate) config: PathBuf,
}

macro_rules! flags {
    ($(#[$sm:meta])* struct $name:ident { $($(#[$m:meta])* $flag:ident: $type:ty,)* }) => {
        $(#[$sm])*
        pub(crate) struct $name {
            $($(#[$m])* pub(crate) $flag: Option<$type>,)*
        }

        impl $name {
            /// These flags, and where one is not given, that of `defaults`.
            pub(super) fn or(self, defaults: Self) -> Self {
                Self { $($flag: self.$flag.or(defaults.$flag),)* }
            }
        }
    };
}

flags! {
    /// How to reach a meter and how to talk to it. Every one of these can stand in a configuration file.
    #[derive(Debug, Clone, Default, clap::Args)]
    #[command(next_help_heading = "Connection")]
    struct ConnectionFlags {
        /// The wrapper over TCP.
        #[arg(long, value_name = "HOST:PORT", group = "transport")]
        tcp: String,
        /// The wrapper over UDP.
        #[arg(long, value_name = "HOST:PORT", group = "transport")]
        udp: String,
        /// HDLC over a TCP byte stream.
        #[arg(long, value_name = "HOST:PORT", group = "transport")]
        hdlc_tcp: String,
        /// HDLC on a serial line.
        #[arg(long, value_name = "PATH[:BAUD[,8N1|7E1]]", group = "transport")]
        serial: SerialLine,
        /// The built-in virtual meter, over a loopback socket; this is what you get without any of these.
        #[arg(long, group = "transport", num_args = 0, default_missing_value = "true")]
        demo: bool,
        /// Open the serial line by IEC 62056-21 mode E first, from 300 baud 7E1. A speed given with --serial is the
        /// fastest to go on with then.
        #[arg(long, num_args = 0, default_missing_value = "true")]
        mode_e: bool,
        /// How the meter wants to be talked to, in a file of TOML or JSON: docs/recipes.md. In a configuration file a table
        /// of that name does as well. Flags come before what it says.
        #[arg(long, value_name = "FILE")]
        recipe: Recipe,
        /// Our service access point [default: 16, the public client; 1 with --demo].
        #[arg(long, value_name = "SAP")]
        client: u16,
        /// The logical device [default: 1].
        #[arg(long, value_name = "SAP")]
        server: u16,
        /// The physical device, for HDLC [default: 17, where the address has two or four octets].
        #[arg(long, value_name = "ADDR")]
        physical: u16,
        /// Octets of a server address, for HDLC [default: 1; with --physical 2, or 4 where it takes as many].
        #[arg(long, value_name = "1|2|4", value_parser = clap::builder::PossibleValuesParser::new(["1", "2", "4"]))]
        address_size: String,
        /// Frames in a row to propose, for HDLC [default: 7].
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=7))]
        window: u8,
        /// Octets of the largest information field to propose, for HDLC [default: 2030].
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(32..=2030))]
        frame_size: u16,
        /// Milliseconds that the line needs between an answer and our next frame, for HDLC [default: 0].
        #[arg(long, value_name = "MS")]
        turnaround: u16,
        /// How we prove who we are [default: none; as the client wants it with --demo].
        #[arg(long)]
        auth: Auth,
        /// The password, as text or as hex:DIGITS.
        #[arg(long, value_name = "TEXT|hex:…", value_parser = password)]
        password: Octets,
        /// The security suite [default: 0].
        #[arg(long, value_name = "0|1|2", value_parser = clap::value_parser!(u8).range(0..=2))]
        suite: u8,
        /// What we apply to requests and require of responses [default: auth-enc with --ek or hls-gmac, else none].
        #[arg(long)]
        security: Security,
        /// The global unicast encryption key.
        #[arg(long, value_name = "HEX")]
        ek: Octets,
        /// The authentication key.
        #[arg(long, value_name = "HEX")]
        ak: Octets,
        /// The key encryption (master) key, for `dlms keys`.
        #[arg(long, value_name = "HEX")]
        kek: Octets,
        /// Take keys from this file, as `dlms listen --keys` does; nobody but its owner may read it.
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
        /// The system title of the meter: whose keys to take from --keys [default: those of `any`].
        #[arg(long, value_name = "HEX")]
        meter: Octets,
        /// The dedicated key to propose, for --ciphering ded and general-ded [default: random].
        #[arg(long, value_name = "HEX|random")]
        dedicated_key: DedicatedKey,
        /// Our system title.
        #[arg(long, value_name = "HEX")]
        system_title: Octets,
        /// Our key to sign with.
        #[arg(long, value_name = "FILE")]
        signing_key: PathBuf,
        /// Our key to agree on keys with.
        #[arg(long, value_name = "FILE")]
        agreement_key: PathBuf,
        /// The meter's certificate for signatures: PEM or DER.
        #[arg(long, value_name = "FILE")]
        server_cert: PathBuf,
        /// The certificates of the authorities that have to vouch for it [default: it is taken as it is].
        #[arg(long, value_name = "FILE")]
        trust: PathBuf,
        /// The form of ciphered messages [default: glo].
        #[arg(long)]
        ciphering: Form,
        /// Keep our invocation counter in this file. Without, counting begins at the time: for meters and keys that
        /// are used for tests only.
        #[arg(long, value_name = "FILE")]
        counter: PathBuf,
        /// Where the meter says what invocation counter it expects: read first, through the public client.
        #[arg(long, value_name = "OBIS")]
        counter_obis: ObisCode,
        /// General block transfer with this window.
        #[arg(long, value_name = "WINDOW")]
        gbt: u8,
        /// How objects are named [default: ln].
        #[arg(long)]
        referencing: Referencing,
        /// The largest APDU we take [default: 1024].
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(12..))]
        pdu_size: u16,
        /// Seconds to wait for a connection and for each answer [default: 5].
        #[arg(long, value_name = "S", value_parser = seconds)]
        timeout: f64,
        /// How often to try again what was not answered: to connect, and to read [default: 0].
        #[arg(long, value_name = "N")]
        retries: u8,
        /// Show every frame, and what is in the ciphered ones, on stderr or in a file. Passwords and keys are blanked.
        #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
        trace: TraceTo,
        /// Keep what goes over the line in a capture file, for Wireshark: as it is, a password in the clear included.
        #[arg(long, value_name = "FILE")]
        pcap: PathBuf,
    }
}

impl ConnectionFlags {
    /// These flags, with what the key file says of the meter where one is not given.
    ///
    /// # Errors
    /// `exposed-key-file`; `usage`: the file or the entry is not as it should be.
    pub(super) fn with_keys(self) -> Result<Self, Failure> {
        let Some(path) = &self.keys else { return Ok(self) };
        let meter = match &self.meter {
            Some(title) => {
                let title = SystemTitle::from_slice(title.as_bytes());
                Some(title.ok_or_else(|| Failure::usage("--meter has 8 octets"))?)
            }
            None => None,
        };
        let entry = KeyFile::read(path)?.entry_of(meter)?;
        let security = entry.security.map(|name| Security::from_str(&name, false)).transpose();
        let security = security.map_err(|_| {
            Failure::usage(format!("{}: security is none, auth, enc or auth-enc", path.display()))
        })?;
        Ok(self.or(Self {
            ek: entry.ek,
            ak: entry.ak,
            kek: entry.kek,
            password: entry.password,
            system_title: entry.system_title,
            suite: entry.suite,
            security,
            signing_key: entry.signing_key,
            agreement_key: entry.agreement_key,
            server_cert: entry.server_cert,
            ..Self::default()
        }))
    }

    /// Whether secrets stand among them.
    pub(super) const fn has_secrets(&self) -> bool {
        self.ek.is_some() || self.ak.is_some() || self.kek.is_some() || self.password.is_some()
    }

    /// Whether it is said how to reach the meter.
    pub(super) const fn has_transport(&self) -> bool {
        self.tcp.is_some()
            || self.udp.is_some()
            || self.hdlc_tcp.is_some()
            || self.serial.is_some()
            || self.demo.is_some()
    }

    /// The same without that.
    pub(super) fn without_transport(self) -> Self {
        Self { tcp: None, udp: None, hdlc_tcp: None, serial: None, demo: None, ..self }
    }
}

/// `--trace`: where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TraceTo {
    Stderr,
    File(PathBuf),
}

impl FromStr for TraceTo {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" { Self::Stderr } else { Self::File(text.into()) })
    }
}

/// `--dedicated-key`: which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DedicatedKey {
    Random,
    Given(Octets),
}

impl FromStr for DedicatedKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(if text == "random" { Self::Random } else { Self::Given(text.parse()?) })
    }
}

/// A time in seconds, of one that a person would wait.
pub(crate) fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("seconds, from 0.001 to 86400".to_owned()),
    }
}
