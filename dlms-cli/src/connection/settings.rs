use std::path::{Path, PathBuf};

use dlms::client::{Ciphering, ClientConfig};
use dlms::{Authentication, Secret};
use dlms_core::crypto::SecuritySuite;
use dlms_core::link::Saps;
use dlms_hdlc::PrimarySettings;
use dlms_io::Habits;
use dlms_io::recipe::RecipeError;
use dlms_security::certificate::{Authority, CertificateError, Expected, Purpose, check};
use dlms_security::{Protection, PublicKey, ServiceCiphering, SystemTitle};
use getrandom::SysRng;
use iec62056_21::CharacterFormat;
use obis::ObisCode;

use super::flags::DedicatedKey;
use super::octets::Octets;
use super::serial::SerialLine;
use super::word::Referencing;
use super::{Auth, ConnectionFlags, Form, Keys, Provider, Security, TraceTo, hdlc};
use crate::failure::{Failure, FailureKind};
use crate::key_file::{CertificateFile, now, untrusted};
use crate::virtual_meter::keys;

/// The service access point of the public client.
const PUBLIC: u16 = 16;

/// How to reach the meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The wrapper over TCP.
    Tcp(String),
    /// The wrapper over UDP.
    Udp(String),
    /// HDLC over a TCP byte stream.
    HdlcTcp(String),
    /// HDLC on a serial line.
    Serial(SerialLine),
    /// HDLC on a serial line that mode E opens.
    ModeE(SerialLine),
    /// The built-in meter.
    Demo,
}

impl Target {
    /// Where the flags point, the built-in meter if nowhere.
    fn new(flags: &ConnectionFlags) -> Result<Self, Failure> {
        let target = match flags {
            ConnectionFlags { tcp: Some(address), .. } => Self::Tcp(address.clone()),
            ConnectionFlags { udp: Some(address), .. } => Self::Udp(address.clone()),
            ConnectionFlags { hdlc_tcp: Some(address), .. } => Self::HdlcTcp(address.clone()),
            ConnectionFlags { serial: Some(line), mode_e: Some(true), .. } => Self::ModeE(line.clone()),
            ConnectionFlags { serial: Some(line), .. } => Self::Serial(line.clone()),
            _ => Self::Demo,
        };
        match &target {
            Self::Serial(line) if line.format == Some(CharacterFormat::SevenEvenOne) => {
                Err(Failure::usage("HDLC needs eight bits: 7E1 goes with --mode-e"))
            }
            Self::ModeE(_) | Self::Serial(_) => Ok(target),
            _ if flags.mode_e == Some(true) => Err(Failure::usage("--mode-e goes with --serial")),
            _ => Ok(target),
        }
    }

    /// Whether frames of HDLC go over the line.
    pub(crate) const fn is_hdlc(&self) -> bool {
        matches!(self, Self::HdlcTcp(_) | Self::Serial(_) | Self::ModeE(_))
    }
}

/// Where our invocation counter comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Counting {
    /// It goes on where the last run left it.
    Kept(PathBuf),
    /// It begins at the time.
    FromTime,
}

/// What the flags come to.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) target: Target,
    pub(crate) config: ClientConfig,
    pub(crate) hdlc: PrimarySettings,
    pub(crate) auth: Auth,
    pub(crate) security: Security,
    pub(crate) suite: SecuritySuite,
    pub(crate) keys: Keys,
    pub(crate) counting: Counting,
    pub(crate) counter_obis: Option<ObisCode>,
    /// The client that may ask for it.
    pub(crate) counter_client: u16,
    pub(crate) habits: Habits,
    pub(crate) retries: u8,
    pub(crate) trace: Option<TraceTo>,
    pub(crate) pcap: Option<PathBuf>,
    /// Whether a terminal is told how many octets came, where that takes its time.
    pub(crate) shows_octets: bool,
}

impl Settings {
    /// What the flags come to, with defaults for what is not given.
    ///
    /// # Errors
    /// `unsupported` for what is not built, `missing-key`, or `usage` for what does not go together.
    pub(crate) fn new(flags: ConnectionFlags) -> Result<Self, Failure> {
        let target = Target::new(&flags)?;
        let recipe = flags.recipe.clone().unwrap_or_default();
        let flags = flags.or(recipe.flags(target.is_hdlc()));
        refuse_unbuilt(&flags)?;
        let recipe = recipe.rest();
        let wrong = |error: RecipeError| Failure::usage(format!("the recipe: {error}"));
        let flags = if target == Target::Demo { with_demo_defaults(flags) } else { flags };
        let auth = flags.auth.unwrap_or(Auth::None);
        let ciphers = flags.ek.is_some() || auth == Auth::HlsGmac;
        let security = flags.security.unwrap_or(if ciphers { Security::AuthEnc } else { Security::None });
        let suite = suite(&flags);
        let keys = Keys::new(&flags, auth, suite)?;
        let mut config = ClientConfig::new(flags.client.unwrap_or(PUBLIC), flags.server.unwrap_or(1));
        if flags.referencing == Some(Referencing::Sn) {
            config.referencing = dlms::Referencing::ShortName;
        }
        config.authentication = authentication(auth, flags.password.as_ref())?;
        config.max_receive_pdu_size = flags.pdu_size.unwrap_or(config.max_receive_pdu_size);
        config = match flags.gbt {
            Some(window @ 1..=63) => config.with_general_block_transfer(window),
            Some(_) => return Err(Failure::usage("--gbt takes a window of 1 to 63 blocks")),
            None => config,
        };
        config.response_time_out = flags.timeout.map_or(config.response_time_out, milliseconds);
        if security != Security::None || auth.needs_title() {
            config.ciphering = Some(ciphering(&flags, suite, security.protection())?);
            config.dedicated_key = dedicated_key(suite, flags.dedicated_key.as_ref())?;
        }
        if auth == Auth::HlsEcdsa {
            keys.check_signing()?;
            if suite == SecuritySuite::Suite0 || flags.server_cert.is_none() {
                return Err(Failure::usage("--auth hls-ecdsa needs --suite 1 or 2, and --server-cert"));
            }
        }
        if security != Security::None || auth == Auth::HlsGmac {
            keys.check(suite, security.protection().authenticated || auth == Auth::HlsGmac)?;
        }
        if flags.dedicated_key.is_some() && !config.ciphering.is_some_and(|c| c.form.is_dedicated()) {
            return Err(Failure::usage("--dedicated-key goes with --ciphering ded or general-ded"));
        }
        recipe.apply(&mut config).map_err(wrong)?;
        let mut hdlc = hdlc::settings(&flags, &target)?;
        recipe.apply_hdlc(&mut hdlc).map_err(wrong)?;
        if let Some(milliseconds) = flags.turnaround {
            hdlc.turnaround = milliseconds.into();
        }
        let counting = flags.counter.map_or(Counting::FromTime, Counting::Kept);
        let counter_from_refusal = recipe.security.counter_from_refusal;
        Ok(Self {
            habits: Habits {
                // Whoever can send us a message could use up all the values of a counter that lasts.
                counter_from_refusal: counter_from_refusal.unwrap_or(counting == Counting::FromTime),
                ..recipe.habits()
            },
            counter_client: recipe.security.counter_client.unwrap_or(PUBLIC),
            hdlc,
            target,
            config,
            auth,
            security,
            suite,
            keys,
            counting,
            counter_obis: flags.counter_obis,
            retries: flags.retries.unwrap_or(0),
            trace: flags.trace,
            pcap: flags.pcap,
            shows_octets: true,
        })
    }

    /// The same meter seen by the public client, or who else may ask for the counter, that proves and ciphers nothing.
    pub(crate) fn public(&self) -> Self {
        let config = ClientConfig {
            saps: Saps { client: self.counter_client, ..self.config.saps },
            authentication: Authentication::None,
            ciphering: None,
            dedicated_key: None,
            ..self.config.clone()
        };
        Self { config, auth: Auth::None, security: Security::None, counter_obis: None, ..self.clone() }
    }
}

/// Flags for what is not built are refused by name: ignored, they would promise what is not done.
fn refuse_unbuilt(flags: &ConnectionFlags) -> Result<(), Failure> {
    let auth = flags.auth.filter(|auth| *auth == Auth::HlsManufacturer);
    let auth = auth.map(|auth| format!("--auth {}", auth.name()));
    let named = [(auth.is_some(), auth.as_deref().unwrap_or_default())];
    match named.into_iter().find(|(given, _)| *given) {
        Some((_, name)) => Err(Failure::unsupported(format!("{name} is not built yet"))),
        None => Ok(()),
    }
}

/// What the built-in meter wants of the client that is asked for, and its keys, which everybody knows.
fn with_demo_defaults(flags: ConnectionFlags) -> ConnectionFlags {
    let suite = suite(&flags);
    let client = flags.client.unwrap_or(match flags.auth {
        None | Some(Auth::HlsGmac) => keys::MANAGEMENT,
        Some(Auth::Lls) => keys::READER,
        Some(auth) if auth.hashes() => keys::ANY_PROTECTION,
        Some(_) => keys::PUBLIC,
    });
    let auth = flags.auth.unwrap_or(match client {
        keys::MANAGEMENT | keys::ANY_PROTECTION => Auth::HlsGmac,
        keys::READER => Auth::Lls,
        _ => Auth::None,
    });
    let security = if auth == Auth::HlsGmac { Security::AuthEnc } else { Security::None };
    flags.or(ConnectionFlags {
        client: Some(client),
        auth: Some(auth),
        security: Some(security),
        password: Some(keys::PASSWORD.into()),
        ek: Some(keys::in_suite(&keys::EK, suite).as_slice().into()),
        ak: Some(keys::in_suite(&keys::AK, suite).as_slice().into()),
        kek: Some(keys::in_suite(&keys::KEK, suite).as_slice().into()),
        system_title: Some(keys::CLIENT_TITLE.0[..].into()),
        ..ConnectionFlags::default()
    })
}

fn authentication(auth: Auth, password: Option<&Octets>) -> Result<Authentication, Failure> {
    if auth == Auth::Lls || auth.hashes() {
        let password =
            password.ok_or_else(|| Failure::usage(format!("--auth {} needs --password", auth.name())))?;
        let most = Secret::MAX;
        let secret = Secret::new(password.as_bytes());
        let secret =
            secret.ok_or_else(|| Failure::usage(format!("a password of more than {most} octets")))?;
        if auth == Auth::Lls {
            return Ok(Authentication::Lls(secret));
        }
    }
    Ok(auth.mechanism().map_or(Authentication::None, Authentication::Hls))
}

fn suite(flags: &ConnectionFlags) -> SecuritySuite {
    flags.suite.and_then(SecuritySuite::from_id).unwrap_or_default()
}

fn ciphering(
    flags: &ConnectionFlags,
    suite: SecuritySuite,
    protection: Protection,
) -> Result<Ciphering, Failure> {
    let title = flags.system_title.as_ref();
    let title =
        title.ok_or_else(|| Failure::usage("ciphering, hls-gmac and hls-sha256 need --system-title"))?;
    let title =
        <[u8; 8]>::try_from(title.as_bytes()).map_err(|_| Failure::usage("--system-title has 8 octets"))?;
    let (server_title, server_signing_key) = match &flags.server_cert {
        Some(file) => server(file, flags.trust.as_deref(), suite)?,
        None => (None, None),
    };
    Ok(Ciphering {
        suite,
        server_title,
        server_signing_key,
        protection,
        form: flags.ciphering.map_or(ServiceCiphering::Global, Form::service),
        // HLS by keys alone goes without: meters refuse the context with ciphering where nothing is ciphered.
        context: protection != Protection::NONE,
        ..Ciphering::new(SystemTitle(title))
    })
}

/// Whose the meter's certificate is, and its key for signatures. It is taken on the word of who gave it, or on that of the
/// authorities in `trust`.
fn server(
    file: &Path,
    trust: Option<&Path>,
    suite: SecuritySuite,
) -> Result<(Option<SystemTitle>, Option<PublicKey>), Failure> {
    let file = CertificateFile::read(file)?;
    let certificate = file.certificate()?;
    let expected = Expected { purpose: Purpose::Signing, suite, system_title: None, now: now() };
    let checked = match trust {
        Some(trust) => {
            let authorities = CertificateFile::read_all(trust)?;
            let authorities: Vec<_> =
                authorities.iter().map(|one| Authority { der: one.der(), anchor: true }).collect();
            check(&mut Provider::new(SysRng), &certificate, &authorities[..], &expected)
        }
        None => now().ok_or(CertificateError::NoTime).and_then(|now| certificate.check_time(now)),
    };
    checked.map_err(untrusted)?;
    if !certificate.is_for(Purpose::Signing) || certificate.public_key().suite() != suite {
        return Err(Failure::new(
            FailureKind::UntrustedCertificate,
            format!("--server-cert is not for signatures in suite {}", suite.id()),
        ));
    }
    Ok((certificate.system_title(), Some(*certificate.public_key())))
}

fn dedicated_key(suite: SecuritySuite, key: Option<&DedicatedKey>) -> Result<Option<Secret>, Failure> {
    let Some(DedicatedKey::Given(key)) = key else { return Ok(None) };
    match key.as_bytes() {
        octets if octets.len() == suite.key_len() => Ok(Secret::new(octets)),
        _ => Err(Failure::usage(format!("--dedicated-key has {} octets", suite.key_len()))),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of 0.001 to 86400")]
pub(crate) const fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1_000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureKind;

    fn settings(flags: ConnectionFlags) -> Result<Settings, Failure> {
        Settings::new(flags)
    }

    fn kind(flags: ConnectionFlags) -> FailureKind {
        settings(flags).unwrap_err().kind()
    }

    fn tcp() -> ConnectionFlags {
        ConnectionFlags { tcp: Some("meter:4059".into()), ..ConnectionFlags::default() }
    }

    fn octets(n: usize) -> Option<Octets> {
        Some(vec![7; n].as_slice().into())
    }

    #[test]
    fn the_built_in_meter_needs_no_flag() {
        let demo = settings(ConnectionFlags::default()).unwrap();
        assert_eq!((demo.target, demo.config.saps.client), (Target::Demo, 1));
        assert_eq!((demo.auth, demo.security), (Auth::HlsGmac, Security::AuthEnc));
        let reader = settings(ConnectionFlags { client: Some(32), ..ConnectionFlags::default() }).unwrap();
        assert_eq!((reader.auth, reader.security), (Auth::Lls, Security::None));
        assert!(reader.config.ciphering.is_none());
        let public =
            settings(ConnectionFlags { auth: Some(Auth::None), ..ConnectionFlags::default() }).unwrap();
        assert_eq!(public.config.saps.client, 16);
    }

    #[test]
    fn another_meter_is_nobodys_client_unless_told() {
        let plain = settings(tcp()).unwrap();
        assert_eq!((plain.config.saps.client, plain.auth, plain.security), (16, Auth::None, Security::None));
    }

    #[test]
    fn hls_by_keys_alone_goes_without_a_ciphered_context() {
        let flags = ConnectionFlags {
            auth: Some(Auth::HlsGmac),
            security: Some(Security::None),
            ek: octets(16),
            ak: octets(16),
            system_title: octets(8),
            ..tcp()
        };
        let ciphering = settings(flags.clone()).unwrap().config.ciphering.unwrap();
        assert!(!ciphering.context && ciphering.protection == Protection::NONE);
        let ciphered = ConnectionFlags { security: None, ..flags };
        assert!(settings(ciphered).unwrap().config.ciphering.unwrap().context);
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let keyed = ConnectionFlags { ek: octets(16), ak: octets(16), system_title: octets(8), ..tcp() };
        assert!(settings(keyed.clone()).is_ok());
        assert_eq!(kind(ConnectionFlags { ak: None, ..keyed.clone() }), FailureKind::MissingKey);
        assert_eq!(kind(ConnectionFlags { ek: octets(15), ..keyed.clone() }), FailureKind::Usage);
        assert_eq!(kind(ConnectionFlags { system_title: octets(7), ..keyed.clone() }), FailureKind::Usage);
        assert_eq!(kind(ConnectionFlags { auth: Some(Auth::Lls), ..tcp() }), FailureKind::Usage);
        assert_eq!(kind(ConnectionFlags { gbt: Some(64), ..tcp() }), FailureKind::Usage);
        let long = ConnectionFlags { suite: Some(2), ..keyed.clone() };
        assert_eq!(kind(long.clone()), FailureKind::Usage, "keys of suite 2 have 32 octets");
        assert!(settings(ConnectionFlags { ek: octets(32), ak: octets(32), ..long }).is_ok());
        let dedicated = Some(DedicatedKey::Random);
        assert_eq!(kind(ConnectionFlags { dedicated_key: dedicated, ..keyed }), FailureKind::Usage);
    }

    #[test]
    fn what_is_not_built_is_refused_by_name() {
        let flags = ConnectionFlags { auth: Some(Auth::HlsManufacturer), ..tcp() };
        let failure = settings(flags).unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Unsupported);
        assert!(failure.to_string().starts_with("--"), "{failure}");
    }
}
