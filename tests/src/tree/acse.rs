use dlms_core::acse::{Aare, Aarq, AcseDiagnostic, AcseRequirements};
use serde_json::{Map, Value, json};

use super::{Open, hex, inner, single};

pub(super) fn aarq(m: &Aarq<'_>, open: Open<'_>) -> Value {
    let mut tree = Fields::default();
    tree.put("application_context", Some(json!(m.application_context_name.to_string())));
    tree.put("ap_title", m.calling_ap_title.map(hex));
    tree.put("acse_requirements", m.sender_acse_requirements.map(requirements));
    tree.put("mechanism", m.mechanism_name.map(|name| json!(name.to_string())));
    tree.put("auth_value", m.calling_authentication_value.map(hex));
    tree.user_information(m.user_information, open);
    // What the reference decoder does not name it gives by tag, whole.
    let whole = |tag: u8, inner: u8, content: &[u8]| {
        let length = u8::try_from(content.len()).unwrap();
        single(&format!("{tag:02X}"), hex(&[&[inner, length], content].concat()))
    };
    let other: Vec<_> = [
        (0xa2, 0x04, m.called_ap_title),
        (0xa3, 0x04, m.called_ae_qualifier),
        (0xa4, 0x02, m.called_ap_invocation_id),
        (0xa5, 0x02, m.called_ae_invocation_id),
        (0xa8, 0x02, m.calling_ap_invocation_id),
    ]
    .into_iter()
    .filter_map(|(tag, inner, content)| Some(whole(tag, inner, content?)))
    .collect();
    tree.put("other", (!other.is_empty()).then_some(json!(other)));
    Value::Object(tree.0)
}

pub(super) fn aare(m: &Aare<'_>, open: Open<'_>) -> Value {
    let mut tree = Fields::default();
    tree.put("application_context", m.application_context_name.map(|name| json!(name.to_string())));
    tree.put("result", Some(json!(m.result.code())));
    tree.put("result_source_diagnostic", Some(diagnostic(m.result_source_diagnostic)));
    tree.put("ap_title", m.responding_ap_title.map(hex));
    tree.put("acse_requirements", m.responder_acse_requirements.map(requirements));
    tree.put("mechanism", m.mechanism_name.map(|name| json!(name.to_string())));
    tree.put("auth_value", m.responding_authentication_value.map(hex));
    tree.user_information(m.user_information, open);
    Value::Object(tree.0)
}

pub(super) fn release(reason: Option<u8>, user_information: Option<&[u8]>, open: Open<'_>) -> Value {
    let mut tree = Fields::default();
    tree.put("reason", reason.map(|code| json!(code)));
    tree.user_information(user_information, open);
    Value::Object(tree.0)
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value);
        }
    }

    fn user_information(&mut self, octets: Option<&[u8]>, open: Open<'_>) {
        self.put("user_information", octets.map(hex));
        self.put("apdu", octets.map(|octets| inner(octets, open)));
    }
}

fn requirements(requirements: AcseRequirements) -> Value {
    hex(&[7, u8::from(requirements.authentication) << 7])
}

fn diagnostic(diagnostic: AcseDiagnostic) -> Value {
    match diagnostic {
        AcseDiagnostic::User(code) => json!({ "acse-service-user": code.code() }),
        AcseDiagnostic::Provider(code) => json!({ "acse-service-provider": code.code() }),
    }
}
