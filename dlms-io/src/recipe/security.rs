use dlms::client::{Ciphering, ClientConfig};
use dlms_security::{Protection, SystemTitle};
use obis::ObisCode;

use super::association::set;
use super::{Form, Mechanism, Protected, RecipeError};

/// What is ciphered, and how. Keys are not part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", default, deny_unknown_fields))]
pub struct SecurityRecipe {
    /// What is applied to requests and required of responses; nothing if it is not said.
    pub protection: Option<Protected>,
    /// The form of ciphered messages.
    pub form: Option<Form>,
    /// Whether the application context with ciphering is proposed; if it is not said, where something is protected.
    pub ciphered_context: Option<bool>,
    /// The meter's system title in sixteen hexadecimal digits, where its AARE tells none, or an empty one.
    pub server_system_title: Option<String>,
    /// The object that tells which invocation counter the meter expects: to be asked for first, by another client.
    pub counter_object: Option<ObisCode>,
    /// The service access point of that client; 16 if it is not said.
    pub counter_client: Option<u16>,
    /// Whether the counter that the meter names when it refuses one is taken over. For meters and keys used in tests, or
    /// over lines that nobody else can send on: the refusal is not authentic.
    pub counter_from_refusal: Option<bool>,
}

impl SecurityRecipe {
    /// What the client ciphers, with this system title of its own.
    pub(super) fn ciphering(
        &self,
        mechanism: Option<Mechanism>,
        title: Option<SystemTitle>,
    ) -> Result<Option<Ciphering>, RecipeError> {
        let protection = self.protection.map_or(Protection::NONE, Protected::protection);
        let needs_keys = mechanism == Some(Mechanism::HlsGmac);
        if protection == Protection::NONE && !needs_keys {
            return Ok(None);
        }
        let title = title.ok_or(RecipeError::NeedsSystemTitle)?;
        let context = protection != Protection::NONE;
        Ok(Some(Ciphering { protection, context, ..Ciphering::new(title) }))
    }

    pub(super) fn apply(&self, config: &mut ClientConfig) -> Result<(), RecipeError> {
        let server_title = self.server_title()?;
        if let Some(ciphering) = &mut config.ciphering {
            set(&mut ciphering.protection, self.protection.map(Protected::protection));
            set(&mut ciphering.form, self.form.map(Form::ciphering));
            set(&mut ciphering.context, self.ciphered_context);
            ciphering.server_title = server_title.or(ciphering.server_title);
        }
        Ok(())
    }

    fn server_title(&self) -> Result<Option<SystemTitle>, RecipeError> {
        let wrong = RecipeError::OutOfRange { name: "server-system-title", range: "16 hexadecimal digits" };
        let Some(text) = &self.server_system_title else { return Ok(None) };
        let digits = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        match u64::from_str_radix(text, 16) {
            Ok(title) if digits => Ok(Some(SystemTitle(title.to_be_bytes()))),
            _ => Err(wrong),
        }
    }
}
