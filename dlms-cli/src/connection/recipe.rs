use core::str::FromStr;
use std::path::Path;

use clap::ValueEnum;
use dlms_io::recipe::{
    AssociationRecipe, ConnectionRecipe, Form, HdlcRecipe, Mechanism, Protected, SecurityRecipe,
};

use super::ConnectionFlags;
use super::word::Referencing;

/// `--recipe`: how the meter wants to be talked to, out of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Recipe(pub(crate) ConnectionRecipe);

/// A file in TOML; in JSON, if it is called so.
impl FromStr for Recipe {
    type Err = String;

    fn from_str(path: &str) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        let is_json = Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let recipe = match is_json {
            true => serde_json::from_str(&text).map_err(|error| error.to_string()),
            false => toml::from_str(&text).map_err(|error| error.message().to_owned()),
        };
        recipe.map(Self).map_err(|error| format!("{path}: {error}"))
    }
}

impl Recipe {
    /// What of it can be said by flags: those of HDLC only where that is spoken.
    pub(super) fn flags(&self, is_hdlc: bool) -> ConnectionFlags {
        let ConnectionRecipe { association, security, .. } = &self.0;
        let hdlc = if is_hdlc { self.0.hdlc } else { HdlcRecipe::default() };
        ConnectionFlags {
            client: association.client,
            server: association.server,
            referencing: association.referencing.and_then(|naming| word::<Referencing>(naming.text())),
            auth: association.mechanism.map(Mechanism::text).and_then(word),
            gbt: association.general_blocks,
            pdu_size: association.pdu_size,
            security: security.protection.map(Protected::text).and_then(word),
            ciphering: security.form.map(Form::text).and_then(word),
            counter_obis: security.counter_object,
            physical: hdlc.physical,
            address_size: hdlc.address_size.map(|size| size.to_string()),
            frame_size: hdlc.frame_size,
            window: hdlc.window,
            timeout: self.0.response_time_out.map(|milliseconds| f64::from(milliseconds) / 1_000.0),
            retries: self.0.retries,
            ..ConnectionFlags::default()
        }
    }

    /// What is left of it.
    pub(super) fn rest(&self) -> ConnectionRecipe {
        let ConnectionRecipe { association, security, hdlc, .. } = self.0.clone();
        ConnectionRecipe {
            association: AssociationRecipe {
                client: None,
                server: None,
                referencing: None,
                mechanism: None,
                general_blocks: None,
                pdu_size: None,
                ..association
            },
            security: SecurityRecipe { protection: None, form: None, ..security },
            hdlc: HdlcRecipe { physical: None, address_size: None, frame_size: None, window: None, ..hdlc },
            response_time_out: None,
            retries: None,
            ..self.0.clone()
        }
    }
}

/// The word of the command line that is spelt so: recipes have no others.
fn word<T: ValueEnum>(text: &str) -> Option<T> {
    T::from_str(text, false).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_io::recipe::Naming;

    #[test]
    fn every_word_of_recipes_is_one_of_the_command_line() {
        use crate::connection::{Auth, Form as CommandForm, Security};
        use Mechanism::{HlsEcdsa, HlsGmac, HlsManufacturer, HlsMd5, HlsSha1, HlsSha256, Lls, None};
        for mechanism in [None, Lls, HlsManufacturer, HlsMd5, HlsSha1, HlsGmac, HlsSha256, HlsEcdsa] {
            assert_eq!(word::<Auth>(mechanism.text()).unwrap().name(), mechanism.text());
        }
        for protected in [Protected::None, Protected::Auth, Protected::Enc, Protected::AuthEnc] {
            let security = word::<Security>(protected.text()).unwrap();
            assert_eq!(security.protection(), protected.protection());
        }
        for form in [Form::Glo, Form::Ded, Form::GeneralGlo, Form::GeneralDed, Form::General] {
            assert_eq!(word::<CommandForm>(form.text()).unwrap().service(), form.ciphering());
        }
        for naming in [Naming::Ln, Naming::Sn] {
            assert!(word::<Referencing>(naming.text()).is_some());
        }
    }
}
