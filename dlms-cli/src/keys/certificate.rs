use std::path::PathBuf;

use clap::ValueEnum;
use cosem_classes::security_setup::v1::{
    ByEntityView, BySerialView, CertificateEntity, CertificateIdentificationView, CertificateInfo,
    CertificateType, SecuritySetup,
};
use dlms_core::data::{Array, Data, DataBuf, DataType, Octets};
use obis::ObisCode;
use pkcs8::LineEnding;
use pkcs8::der::Document;
use serde_json::{Value, json};

use super::SECURITY_SETUP;
use crate::connection::{Octets as Hex, OnlineArgs};
use crate::failure::{Failure, FailureKind};
use crate::hex;
use crate::key_file::CertificateFile;
use crate::output::Output;
use crate::session::Session;
use crate::table::Table;

/// The certificates of a meter whose Security setup is of version 1.
///
/// Example: dlms keys certificate list --tcp meter:4059 --suite 1 --keys meters.toml --auth hls-gmac
#[derive(Debug, clap::Args)]
pub(crate) struct CertificateArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists the certificates that the meter keeps.
    List(Online),
    /// Has the meter make a new key pair, which it uses once it has a certificate for it.
    Generate(OfType),
    /// Asks for the request to certify the meter's key pair: PKCS #10 in PEM.
    Request(OfType),
    /// Gives the meter certificates: X.509 in PEM or DER.
    Import {
        /// The certificates.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        online: Online,
    },
    /// Asks for a certificate: X.509 in PEM.
    Export(Which),
    /// Has the meter forget a certificate.
    Remove(Which),
}

#[derive(Debug, clap::Args)]
struct Online {
    /// Another Security setup object than the main one.
    #[arg(long, value_name = "OBIS", default_value_t = SECURITY_SETUP)]
    object: ObisCode,
    #[command(flatten)]
    online: OnlineArgs,
}

#[derive(Debug, clap::Args)]
struct OfType {
    /// What the key pair is for.
    #[arg(value_name = "TYPE")]
    kind: Type,
    #[command(flatten)]
    online: Online,
}

/// Which certificate: by whose it is and what for, or by its number.
#[derive(Debug, clap::Args)]
struct Which {
    /// Whose it is.
    #[arg(long, requires = "kind")]
    entity: Option<Entity>,
    /// What it is for.
    #[arg(long = "type", value_name = "TYPE", id = "kind")]
    kind: Option<Type>,
    /// The system title that it names; none for an authority.
    #[arg(long, value_name = "HEX")]
    title: Option<Hex>,
    /// Its serial number.
    #[arg(long, value_name = "HEX", requires = "issuer", conflicts_with = "entity")]
    serial_number: Option<Hex>,
    /// The issuer of the one with that number, as `list` gives it.
    #[arg(long, value_name = "HEX")]
    issuer: Option<Hex>,
    #[command(flatten)]
    online: Online,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Entity {
    Server,
    Client,
    Authority,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Type {
    Signing,
    Agreement,
    Tls,
}

impl Type {
    const fn code(self) -> CertificateType {
        match self {
            Self::Signing => CertificateType::DigitalSignature,
            Self::Agreement => CertificateType::KeyAgreement,
            Self::Tls => CertificateType::Tls,
        }
    }
}

impl Which {
    fn parameter(&self) -> Result<DataBuf, Failure> {
        let octets = |hex: &Option<Hex>| hex.as_ref().map_or(Vec::new(), |hex| hex.as_bytes().to_vec());
        let [title, serial, issuer] =
            [octets(&self.title), octets(&self.serial_number), octets(&self.issuer)];
        let view = match (self.entity, self.kind) {
            (Some(entity), Some(kind)) => CertificateIdentificationView::Entity(ByEntityView {
                certificate_entity: match entity {
                    Entity::Server => CertificateEntity::Server,
                    Entity::Client => CertificateEntity::Client,
                    Entity::Authority => CertificateEntity::CertificationAuthority,
                },
                certificate_type: kind.code(),
                system_title: Octets(&title),
            }),
            _ if self.serial_number.is_some() => CertificateIdentificationView::Serial(BySerialView {
                serial_number: Octets(&serial),
                issuer: Octets(&issuer),
            }),
            _ => return Err(Failure::usage("--entity with --type, or --serial-number with --issuer")),
        };
        encoded(&view)
    }
}

fn encoded(value: &impl dlms_core::codec::Encode) -> Result<DataBuf, Failure> {
    DataBuf::from_vec(value.encode_to_vec()).map_err(Failure::from)
}

/// Runs `dlms keys certificate`.
pub(super) fn run(args: &CertificateArgs, output: &Output) -> Result<(), Failure> {
    let done = |output: &Output| output.print(&json!({"result": "success"}), |_| "success\n".into());
    match &args.action {
        Action::List(online) => list(online, output),
        Action::Generate(OfType { kind, online }) => {
            let method = SecuritySetup::at(online.object).generate_key_pair().descriptor();
            let parameter = DataBuf::from(Data::Enum(kind.code().code()));
            Session::run(&online.online, |session| session.invoke(method, &parameter))?;
            done(output)
        }
        Action::Request(OfType { kind, online }) => {
            let method = SecuritySetup::at(online.object).generate_certificate_request().descriptor();
            let parameter = DataBuf::from(Data::Enum(kind.code().code()));
            let request = Session::run(&online.online, |session| session.invoke(method, &parameter))?;
            pem(&request, "CERTIFICATE REQUEST", "request", output)
        }
        Action::Import { file, online } => {
            let method = SecuritySetup::at(online.object).import_certificate().descriptor();
            let certificates = CertificateFile::read_all(file)?;
            Session::run(&online.online, |session| {
                for certificate in &certificates {
                    session.invoke(method, &DataBuf::from(Data::OctetString(certificate.der())))?;
                }
                Ok(())
            })?;
            done(output)
        }
        Action::Export(which) => {
            let method = SecuritySetup::at(which.online.object).export_certificate().descriptor();
            let parameter = which.parameter()?;
            let exported = Session::run(&which.online.online, |session| session.invoke(method, &parameter))?;
            pem(&exported, "CERTIFICATE", "certificate", output)
        }
        Action::Remove(which) => {
            let method = SecuritySetup::at(which.online.object).remove_certificate().descriptor();
            let parameter = which.parameter()?;
            Session::run(&which.online.online, |session| session.invoke(method, &parameter))?;
            done(output)
        }
    }
}

/// Prints DER as PEM.
fn pem(value: &DataBuf, label: &'static str, name: &str, output: &Output) -> Result<(), Failure> {
    let Data::OctetString(der) = value.as_data() else {
        return Err(Failure::decode(format!("no {name} in the meter's answer")));
    };
    let pem = Document::try_from(der).and_then(|document| document.to_pem(label, LineEnding::LF));
    let pem =
        pem.map_err(|error| Failure::new(FailureKind::Decode, format!("the {name} is no DER: {error}")))?;
    output.print(&json!({name: pem}), |_| pem.clone())
}

fn list(online: &Online, output: &Output) -> Result<(), Failure> {
    let attribute = SecuritySetup::at(online.object).certificates().descriptor();
    let value = Session::run(&online.online, |session| session.get(attribute, None))?;
    let entries = Array::<CertificateInfo>::from_data(value.as_data());
    let entries = entries.ok_or_else(|| Failure::decode("no list of certificates"))?;
    let mut listed = Vec::new();
    for entry in entries.iter() {
        let entry = entry?;
        listed.push(json!({
            "entity": match entry.certificate_entity {
                CertificateEntity::Server => "server",
                CertificateEntity::Client => "client",
                CertificateEntity::CertificationAuthority => "authority",
                _ => "other",
            },
            "type": match entry.certificate_type {
                CertificateType::DigitalSignature => "signing",
                CertificateType::KeyAgreement => "agreement",
                CertificateType::Tls => "tls",
                _ => "other",
            },
            "serial-number": hex::to_text(entry.serial_number.0),
            "issuer": hex::to_text(entry.issuer.0),
            "subject": hex::to_text(entry.subject.0),
            "subject-alt-name": hex::to_text(entry.subject_alt_name.0),
        }));
    }
    output.print(&Value::Array(listed.clone()), |_| {
        let mut table = Table::new([]);
        for entry in &listed {
            let cell = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            table.row(["entity", "type", "serial-number", "issuer"].map(cell));
        }
        table.text()
    })
}
