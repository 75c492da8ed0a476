//! How to reach a meter and how to talk to it: flags, their defaults in a file, and what they come to.

mod defaults;
mod flags;
mod hdlc;
mod keys;
mod octets;
mod recipe;
mod serial;
mod settings;
mod word;

pub(crate) use flags::{ConnectionFlags, OnlineArgs, TraceTo, seconds};
pub(crate) use keys::{Keys, Provider};
pub(crate) use octets::{Octets, password};
pub(crate) use serial::SerialLine;
pub(crate) use settings::{Counting, Settings, Target, milliseconds};
pub(crate) use word::{Auth, Form, Security};
