//! How a meter wants to be talked to, as data: what differs from meter to meter, kept outside of programs.
//!
//! A recipe has no addresses and no secrets. What it leaves out is as it is everywhere. With the feature `serde` it is read
//! from TOML, JSON and the like; `docs/recipes.md` tells all its keys.
//!
//! ```
//! use dlms_io::recipe::{ConnectionRecipe, Credentials};
//! # #[cfg(feature = "serde")]
//! # {
//! let recipe: ConnectionRecipe = toml::from_str(
//!     "
//!     [association]
//!     client = 32
//!     mechanism = 'lls'
//!     release = false
//!     without = ['multiple-references', 'selective-access']
//!     [hdlc]
//!     disconnect-first = true
//!     physical = 17
//!     ",
//! )?;
//! let credentials = Credentials { password: dlms::Secret::new(b"00000000"), ..Credentials::default() };
//! let config = recipe.client_config(&credentials)?;
//! assert!(!config.release_request && config.saps.client == 32);
//! assert!(recipe.hdlc_settings()?.quirks.disconnect_first);
//! # }
//! # Ok::<_, Box<dyn core::error::Error>>(())
//! ```

mod association;
mod error;
mod hdlc;
mod objects;
mod security;
mod word;

use dlms::client::ClientConfig;
use dlms::{Authentication, Secret};
use dlms_hdlc::PrimarySettings;
use dlms_security::SystemTitle;

pub use association::AssociationRecipe;
pub use error::RecipeError;
pub use hdlc::HdlcRecipe;
pub use objects::ObjectsRecipe;
pub use security::SecurityRecipe;
pub use word::{Form, Mechanism, Naming, Protected};

use crate::Habits;

/// How a meter wants to be talked to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", default, deny_unknown_fields))]
pub struct ConnectionRecipe {
    /// Which meters it is for, and how that is known: for people.
    pub about: Option<String>,
    /// Milliseconds that the meter needs between the connection and the first message.
    pub start_delay: Option<u32>,
    /// Milliseconds to wait for a connection and for each answer.
    pub response_time_out: Option<u32>,
    /// How often a frame of HDLC is repeated, and a request that was not answered where that does no harm.
    pub retries: Option<u8>,
    /// Who asks whom for what.
    pub association: AssociationRecipe,
    /// What is ciphered, and how.
    pub security: SecurityRecipe,
    /// The data link.
    pub hdlc: HdlcRecipe,
    /// What the objects differ in.
    pub objects: ObjectsRecipe,
}

/// What a recipe leaves to who uses it.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// The password of mechanism LLS.
    pub password: Option<Secret>,
    /// The client's own system title.
    pub system_title: Option<SystemTitle>,
}

impl ConnectionRecipe {
    /// A client for such a meter.
    ///
    /// # Errors
    /// There is no password, or no system title, where one is needed; a value is none.
    pub fn client_config(&self, credentials: &Credentials) -> Result<ClientConfig, RecipeError> {
        let mut config = ClientConfig::new(16, 1);
        config.authentication = match self.association.mechanism.unwrap_or(Mechanism::None) {
            Mechanism::None => Authentication::None,
            Mechanism::Lls => {
                Authentication::Lls(credentials.password.clone().ok_or(RecipeError::NeedsPassword)?)
            }
            hls => Authentication::Hls(hls.name()),
        };
        config.ciphering = self.security.ciphering(self.association.mechanism, credentials.system_title)?;
        self.apply(&mut config)?;
        Ok(config)
    }

    /// The public client of the same meter, that proves and ciphers nothing: to ask for the invocation counter.
    ///
    /// # Errors
    /// As [`client_config`](Self::client_config).
    pub fn public_config(&self) -> Result<ClientConfig, RecipeError> {
        let mut config = ClientConfig::new(16, 1);
        self.apply(&mut config)?;
        config.saps.client = self.security.counter_client.unwrap_or(16);
        config.ciphering = None;
        Ok(config)
    }

    /// Changes a configuration as the recipe says; what it leaves out stays, and so does how the client proves who it is.
    ///
    /// # Errors
    /// A value is none.
    pub fn apply(&self, config: &mut ClientConfig) -> Result<(), RecipeError> {
        if let Some(milliseconds) = self.response_time_out {
            config.response_time_out = milliseconds.into();
        }
        self.association.apply(config)?;
        self.security.apply(config)?;
        self.objects.apply(config);
        Ok(())
    }

    /// The data link to such a meter.
    ///
    /// # Errors
    /// A value is out of range, or values do not go together.
    pub fn hdlc_settings(&self) -> Result<PrimarySettings, RecipeError> {
        let mut settings = PrimarySettings::DEFAULT;
        self.apply_hdlc(&mut settings)?;
        Ok(settings)
    }

    /// Changes the settings of a data link as the recipe says; what it leaves out stays.
    ///
    /// # Errors
    /// As [`hdlc_settings`](Self::hdlc_settings).
    pub fn apply_hdlc(&self, settings: &mut PrimarySettings) -> Result<(), RecipeError> {
        if let Some(milliseconds) = self.response_time_out {
            settings.response_time_out = milliseconds.into();
        }
        if let Some(retries) = self.retries {
            settings.retries = retries;
        }
        self.hdlc.apply(settings)
    }

    /// What is for the driver to heed.
    #[must_use]
    pub fn habits(&self) -> Habits {
        let defaults = Habits::default();
        Habits {
            list_items: self.objects.list_items.map_or(defaults.list_items, usize::from),
            deviation_reversed: self.objects.deviation_reversed.unwrap_or(defaults.deviation_reversed),
            start_delay: self.start_delay.unwrap_or(defaults.start_delay),
            counter_from_refusal: self.security.counter_from_refusal.unwrap_or(defaults.counter_from_refusal),
        }
    }
}
