use dlms_core::acse::{
    Aare, Aarq, AcseDiagnostic, AcseRequirements, ApplicationContextName, AssociationResult, MechanismName,
    ProtocolVersion, ProviderDiagnostic, ReleaseRequest, ReleaseRequestReason, ReleaseResponse,
    ReleaseResponseReason, UserDiagnostic,
};
use dlms_core::ber::ObjectIdentifier;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{octets, some_octets};

/// The client's opening.
pub fn aarq() -> impl Strategy<Value = Aarq<'static>> {
    let called = (option::of(octets(9)), option::of(octets(9)), integer(), integer());
    let calling = (option::of(octets(9)), option::of(octets(200)), integer(), any::<Option<u8>>());
    (version(), context(), called, calling, authentication(), option::of(octets(9)), user_information())
        .prop_map(|(protocol_version, name, called, calling, authentication, information, user)| Aarq {
            protocol_version,
            application_context_name: name,
            called_ap_title: called.0,
            called_ae_qualifier: called.1,
            called_ap_invocation_id: called.2,
            called_ae_invocation_id: called.3,
            calling_ap_title: calling.0,
            calling_ae_qualifier: calling.1,
            calling_ap_invocation_id: calling.2,
            calling_ae_invocation_id: calling.3,
            sender_acse_requirements: authentication.0,
            mechanism_name: authentication.1,
            calling_authentication_value: authentication.2,
            implementation_information: information,
            user_information: user,
        })
}

/// The server's answer.
pub fn aare() -> impl Strategy<Value = Aare<'static>> {
    let responding = (option::of(octets(9)), option::of(octets(200)), integer(), any::<Option<u8>>());
    let result = (any::<u8>().prop_map(AssociationResult::from_code), diagnostic());
    let context = option::of(context());
    (version(), context, result, responding, authentication(), option::of(octets(9)), user_information())
        .prop_map(|(protocol_version, name, result, responding, authentication, information, user)| Aare {
            protocol_version,
            application_context_name: name,
            result: result.0,
            result_source_diagnostic: result.1,
            responding_ap_title: responding.0,
            responding_ae_qualifier: responding.1,
            responding_ap_invocation_id: responding.2,
            responding_ae_invocation_id: responding.3,
            responder_acse_requirements: authentication.0,
            mechanism_name: authentication.1,
            responding_authentication_value: authentication.2,
            implementation_information: information,
            user_information: user,
        })
}

/// The client's end.
pub fn release_request() -> impl Strategy<Value = ReleaseRequest<'static>> {
    (option::of(any::<u8>().prop_map(ReleaseRequestReason::from_code)), user_information())
        .prop_map(|(reason, user_information)| ReleaseRequest { reason, user_information })
}

/// The server's answer to it.
pub fn release_response() -> impl Strategy<Value = ReleaseResponse<'static>> {
    (option::of(any::<u8>().prop_map(ReleaseResponseReason::from_code)), user_information())
        .prop_map(|(reason, user_information)| ReleaseResponse { reason, user_information })
}

fn version() -> impl Strategy<Value = Option<ProtocolVersion>> {
    any::<Option<bool>>().prop_map(|bit| bit.map(|version1| ProtocolVersion { version1 }))
}

fn context() -> impl Strategy<Value = ApplicationContextName> {
    let other = arcs().prop_map(ApplicationContextName::from);
    prop_oneof![4 => any::<u8>().prop_map(ApplicationContextName::from_id), 1 => other]
}

type Authentication = (Option<AcseRequirements>, Option<MechanismName>, Option<&'static [u8]>);

fn authentication() -> impl Strategy<Value = Authentication> {
    let other = arcs().prop_map(MechanismName::from);
    let mechanism = prop_oneof![4 => any::<u8>().prop_map(MechanismName::from_id), 1 => other];
    let requirements = any::<bool>().prop_map(|authentication| AcseRequirements { authentication });
    (option::of(requirements), option::of(mechanism), option::of(octets(70)))
}

/// An object identifier that is none of the standard's.
fn arcs() -> impl Strategy<Value = ObjectIdentifier> {
    (0u32..2, 0u32..40, vec(any::<u32>(), 0..3)).prop_map(|(first, second, others)| {
        ObjectIdentifier::from_arcs(&[&[first, second], &others[..]].concat()).unwrap()
    })
}

fn integer() -> impl Strategy<Value = Option<&'static [u8]>> {
    option::of(some_octets(4))
}

fn diagnostic() -> impl Strategy<Value = AcseDiagnostic> {
    any::<(bool, u8)>().prop_map(|(user, code)| match user {
        true => AcseDiagnostic::User(UserDiagnostic::from_code(code)),
        false => AcseDiagnostic::Provider(ProviderDiagnostic::from_code(code)),
    })
}

fn user_information() -> impl Strategy<Value = Option<&'static [u8]>> {
    option::of(some_octets(150))
}
