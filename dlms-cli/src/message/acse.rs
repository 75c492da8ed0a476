//! Opening and releasing an association.

use dlms_core::acse::{
    Aare, Aarq, AcseDiagnostic, AcseRequirements, ApplicationContextName, AssociationResult, MechanismName,
    ProtocolVersion, ProviderDiagnostic, ReleaseRequest, ReleaseRequestReason, ReleaseResponse,
    ReleaseResponseReason, UserDiagnostic,
};
use dlms_core::ber::ObjectIdentifier;
use dlms_core::codec::Encode;
use serde_json::{Map, Value, json};

use super::{Members, Message, Nested, Parts, codes};
use crate::failure::Failure;
use crate::hex;

const CONTEXT_NAME: &str = "application-context-name";
const MECHANISM_NAME: &str = "mechanism-name";
const PROTOCOL_VERSION: &str = "protocol-version";
const IMPLEMENTATION: &str = "implementation-information";
const USER_INFORMATION: &str = "user-information";
const DIAGNOSTIC: &str = "result-source-diagnostic";

pub(super) fn aarq<'a>(of: &Aarq<'a>) -> Message<'a> {
    let mut message = with_user_information(of.user_information);
    let fields = &mut message.fields;
    insert_version(fields, of.protocol_version);
    fields.insert(CONTEXT_NAME.into(), of.application_context_name.to_string().into());
    for (name, octets) in [
        ("called-ap-title", of.called_ap_title),
        ("called-ae-qualifier", of.called_ae_qualifier),
        ("called-ap-invocation-id", of.called_ap_invocation_id),
        ("called-ae-invocation-id", of.called_ae_invocation_id),
        ("calling-ap-title", of.calling_ap_title),
        ("calling-ae-qualifier", of.calling_ae_qualifier),
        ("calling-ap-invocation-id", of.calling_ap_invocation_id),
    ] {
        insert_octets(fields, name, octets);
    }
    if let Some(id) = of.calling_ae_invocation_id {
        fields.insert("calling-ae-invocation-id".into(), id.into());
    }
    insert_requirements(fields, "sender-acse-requirements", of.sender_acse_requirements);
    insert_mechanism(fields, of.mechanism_name);
    insert_octets(fields, "calling-authentication-value", of.calling_authentication_value);
    insert_octets(fields, IMPLEMENTATION, of.implementation_information);
    message
}

pub(super) fn aarq_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let octets = |name| fields.optional_octets(name);
    let (called_title, called_qualifier) = (octets("called-ap-title")?, octets("called-ae-qualifier")?);
    let (called_ap_id, called_ae_id) =
        (octets("called-ap-invocation-id")?, octets("called-ae-invocation-id")?);
    let (title, qualifier) = (octets("calling-ap-title")?, octets("calling-ae-qualifier")?);
    let (ap_id, value) = (octets("calling-ap-invocation-id")?, octets("calling-authentication-value")?);
    let (implementation, user) = (octets(IMPLEMENTATION)?, user_information_from(parts)?);
    let aarq = Aarq {
        protocol_version: version_from(fields)?,
        application_context_name: context_from(fields.text(CONTEXT_NAME)?)?,
        called_ap_title: called_title.as_deref(),
        called_ae_qualifier: called_qualifier.as_deref(),
        called_ap_invocation_id: called_ap_id.as_deref(),
        called_ae_invocation_id: called_ae_id.as_deref(),
        calling_ap_title: title.as_deref(),
        calling_ae_qualifier: qualifier.as_deref(),
        calling_ap_invocation_id: ap_id.as_deref(),
        calling_ae_invocation_id: fields.optional_number("calling-ae-invocation-id")?,
        sender_acse_requirements: requirements_from(fields, "sender-acse-requirements")?,
        mechanism_name: mechanism_from(fields)?,
        calling_authentication_value: value.as_deref(),
        implementation_information: implementation.as_deref(),
        user_information: user.as_deref(),
    };
    Ok(aarq.encode_to_vec())
}

pub(super) fn aare<'a>(of: &Aare<'a>) -> Message<'a> {
    let mut message = with_user_information(of.user_information);
    let fields = &mut message.fields;
    insert_version(fields, of.protocol_version);
    if let Some(name) = of.application_context_name {
        fields.insert(CONTEXT_NAME.into(), name.to_string().into());
    }
    fields.insert("result".into(), codes::to_json(of.result.code(), of.result.name()));
    fields.insert(
        DIAGNOSTIC.into(),
        match of.result_source_diagnostic {
            AcseDiagnostic::User(reason) => {
                json!({"acse-service-user": codes::to_json(reason.code(), reason.name())})
            }
            AcseDiagnostic::Provider(reason) => {
                json!({"acse-service-provider": codes::to_json(reason.code(), reason.name())})
            }
        },
    );
    insert_octets(fields, "responding-ap-title", of.responding_ap_title);
    insert_octets(fields, "responding-ae-qualifier", of.responding_ae_qualifier);
    insert_octets(fields, "responding-ap-invocation-id", of.responding_ap_invocation_id);
    if let Some(id) = of.responding_ae_invocation_id {
        fields.insert("responding-ae-invocation-id".into(), id.into());
    }
    insert_requirements(fields, "responder-acse-requirements", of.responder_acse_requirements);
    insert_mechanism(fields, of.mechanism_name);
    insert_octets(fields, "responding-authentication-value", of.responding_authentication_value);
    insert_octets(fields, IMPLEMENTATION, of.implementation_information);
    message
}

pub(super) fn aare_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let octets = |name| fields.optional_octets(name);
    let (title, qualifier) = (octets("responding-ap-title")?, octets("responding-ae-qualifier")?);
    let (ap_id, value) = (octets("responding-ap-invocation-id")?, octets("responding-authentication-value")?);
    let (implementation, user) = (octets(IMPLEMENTATION)?, user_information_from(parts)?);
    let result = codes::member(fields, "result", |code| AssociationResult::from_code(code).name())?;
    let aare = Aare {
        protocol_version: version_from(fields)?,
        application_context_name: fields.optional_text(CONTEXT_NAME)?.map(context_from).transpose()?,
        result: AssociationResult::from_code(result),
        result_source_diagnostic: diagnostic_from(&fields.object(DIAGNOSTIC)?)?,
        responding_ap_title: title.as_deref(),
        responding_ae_qualifier: qualifier.as_deref(),
        responding_ap_invocation_id: ap_id.as_deref(),
        responding_ae_invocation_id: fields.optional_number("responding-ae-invocation-id")?,
        responder_acse_requirements: requirements_from(fields, "responder-acse-requirements")?,
        mechanism_name: mechanism_from(fields)?,
        responding_authentication_value: value.as_deref(),
        implementation_information: implementation.as_deref(),
        user_information: user.as_deref(),
    };
    Ok(aare.encode_to_vec())
}

fn diagnostic_from(members: &Members<'_>) -> Result<AcseDiagnostic, Failure> {
    let (source, reason) = members.only()?;
    let wrong = || Failure::usage(format!("{source}: {reason} is no diagnostic"));
    Ok(match source {
        "acse-service-user" => {
            let code = codes::from_json(reason, |code| UserDiagnostic::from_code(code).name());
            AcseDiagnostic::User(UserDiagnostic::from_code(code.ok_or_else(wrong)?))
        }
        "acse-service-provider" => {
            let code = codes::from_json(reason, |code| ProviderDiagnostic::from_code(code).name());
            AcseDiagnostic::Provider(ProviderDiagnostic::from_code(code.ok_or_else(wrong)?))
        }
        _ => return Err(wrong()),
    })
}

pub(super) fn rlrq<'a>(of: &ReleaseRequest<'a>) -> Message<'a> {
    release(of.reason.map(|reason| codes::to_json(reason.code(), reason.name())), of.user_information)
}

pub(super) fn rlrq_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let reason = reason_from(&parts.fields, |code| ReleaseRequestReason::from_code(code).name())?;
    let user = user_information_from(parts)?;
    let rlrq = ReleaseRequest {
        reason: reason.map(ReleaseRequestReason::from_code),
        user_information: user.as_deref(),
    };
    Ok(rlrq.encode_to_vec())
}

pub(super) fn rlre<'a>(of: &ReleaseResponse<'a>) -> Message<'a> {
    release(of.reason.map(|reason| codes::to_json(reason.code(), reason.name())), of.user_information)
}

pub(super) fn rlre_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let reason = reason_from(&parts.fields, |code| ReleaseResponseReason::from_code(code).name())?;
    let user = user_information_from(parts)?;
    let rlre = ReleaseResponse {
        reason: reason.map(ReleaseResponseReason::from_code),
        user_information: user.as_deref(),
    };
    Ok(rlre.encode_to_vec())
}

fn release(reason: Option<Value>, user_information: Option<&[u8]>) -> Message<'_> {
    let mut message = with_user_information(user_information);
    if let Some(reason) = reason {
        message.fields.insert("reason".into(), reason);
    }
    message
}

fn reason_from(fields: &Members<'_>, name_of: impl Fn(u8) -> &'static str) -> Result<Option<u8>, Failure> {
    fields.optional("reason").map(|_| codes::member(fields, "reason", name_of)).transpose()
}

fn with_user_information(octets: Option<&[u8]>) -> Message<'_> {
    let nested = octets.map(|octets| Nested { member: USER_INFORMATION, octets });
    Message { nested, ..Message::default() }
}

fn user_information_from(parts: &Parts<'_>) -> Result<Option<Vec<u8>>, Failure> {
    parts.fields.optional(USER_INFORMATION).map(|json| parts.nested(json)).transpose()
}

fn insert_octets(fields: &mut Map<String, Value>, name: &str, octets: Option<&[u8]>) {
    if let Some(octets) = octets {
        fields.insert(name.into(), hex::to_text(octets).into());
    }
}

fn insert_version(fields: &mut Map<String, Value>, version: Option<ProtocolVersion>) {
    if let Some(version) = version {
        let versions: &[&str] = if version.version1 { &["version1"] } else { &[] };
        fields.insert(PROTOCOL_VERSION.into(), versions.into());
    }
}

fn version_from(fields: &Members<'_>) -> Result<Option<ProtocolVersion>, Failure> {
    Ok(bit_from(fields, PROTOCOL_VERSION, "version1")?.map(|version1| ProtocolVersion { version1 }))
}

fn insert_requirements(fields: &mut Map<String, Value>, name: &str, requirements: Option<AcseRequirements>) {
    if let Some(requirements) = requirements {
        let units: &[&str] = if requirements.authentication { &["authentication"] } else { &[] };
        fields.insert(name.into(), units.into());
    }
}

fn requirements_from(fields: &Members<'_>, name: &str) -> Result<Option<AcseRequirements>, Failure> {
    Ok(bit_from(fields, name, "authentication")?.map(|authentication| AcseRequirements { authentication }))
}

/// A bit string with one bit that has a name, as the list of the names of the bits that are set.
fn bit_from(fields: &Members<'_>, name: &str, bit: &str) -> Result<Option<bool>, Failure> {
    match fields.optional(name) {
        None => Ok(None),
        Some(_) => match fields.list(name)? {
            [] => Ok(Some(false)),
            [Value::String(set)] if set == bit => Ok(Some(true)),
            _ => Err(fields.wrong(name, &format!("[] or [{bit:?}]"))),
        },
    }
}

fn insert_mechanism(fields: &mut Map<String, Value>, name: Option<MechanismName>) {
    if let Some(name) = name {
        fields.insert(MECHANISM_NAME.into(), name.to_string().into());
    }
}

/// By its number with points, or by its short name.
fn mechanism_from(fields: &Members<'_>) -> Result<Option<MechanismName>, Failure> {
    let Some(text) = fields.optional_text(MECHANISM_NAME)? else { return Ok(None) };
    let name = MechanismName::from_name(text).or_else(|| object_identifier(text).map(MechanismName::from));
    name.map(Some).ok_or_else(|| fields.wrong(MECHANISM_NAME, "an object identifier or a name as hls-gmac"))
}

fn context_from(text: &str) -> Result<ApplicationContextName, Failure> {
    object_identifier(text)
        .map(ApplicationContextName::from)
        .ok_or_else(|| Failure::usage(format!("{CONTEXT_NAME}: {text} is no object identifier")))
}

fn object_identifier(text: &str) -> Option<ObjectIdentifier> {
    let arcs: Option<Vec<u32>> = text.split('.').map(|arc| arc.parse().ok()).collect();
    ObjectIdentifier::from_arcs(&arcs?)
}
