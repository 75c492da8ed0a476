//! A meter, associated: every subcommand that talks to one does so through a [`Session`].

mod counter_file;
mod counters;
mod dial;
mod failure;
mod open;
mod peer;
mod requests;
mod short_name_view;
mod view;

use dlms::client::{Negotiated, Statistics};
use dlms_io::Traffic;

use crate::connection::{ConnectionFlags, OnlineArgs, Settings};
use crate::failure::{Failure, FailureKind};
use crate::virtual_meter::RunningMeter;

pub(crate) use counter_file::CounterFile;
pub(crate) use counters::Counters;
pub(crate) use failure::{failed, refused, rejected, transport};
pub(crate) use peer::{Answer, Peer};
pub(crate) use view::{AssociationView, ViewedObject};

/// An association with a meter.
pub(crate) struct Session {
    peer: Box<dyn Peer>,
    settings: Settings,
    negotiated: Negotiated,
    /// What there is in the meter, once it was asked.
    view: Option<AssociationView>,
    /// The built-in meter, if it is that one. Goes after the connection to it.
    _meter: Option<RunningMeter>,
}

impl Session {
    /// Associates with the meter that the arguments name, does some work there, and releases.
    ///
    /// # Errors
    /// Those of the work, of the way to the meter, or of the arguments.
    pub(crate) fn run<T>(
        args: &OnlineArgs,
        work: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        Self::run_with(args.flags()?, work)
    }

    /// The same, with flags.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub(crate) fn run_with<T>(
        flags: ConnectionFlags,
        work: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        Self::work(Settings::new(flags)?, work)
    }

    /// The same, with settings.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub(crate) fn work<T>(
        settings: Settings,
        work: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut session = Self::open(settings)?;
        let done = work(&mut session);
        // Over a line that fails nothing can be released.
        match done.as_ref().err().map(Failure::kind) {
            Some(FailureKind::Link | FailureKind::Timeout) => {}
            _ => session.release(),
        }
        done
    }

    /// Associates and releases, to see whether anybody is there.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub(crate) fn greet(settings: Settings) -> Result<(), Failure> {
        Self::open(settings).map(Self::release)
    }

    /// Releases the association. Whatever comes of it, the work is done.
    pub(crate) fn release(mut self) {
        let _ = self.peer.release();
    }

    /// An association with a peer that a test makes up.
    #[cfg(test)]
    pub(crate) fn with_peer(peer: Box<dyn Peer>, negotiated: Negotiated) -> Self {
        let settings = Settings::new(ConnectionFlags::default()).unwrap();
        Self { peer, settings, negotiated, view: None, _meter: None }
    }

    /// What was agreed on.
    pub(crate) const fn negotiated(&self) -> &Negotiated {
        &self.negotiated
    }

    /// How it was asked for.
    pub(crate) const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Requests and answers so far.
    pub(crate) fn statistics(&self) -> Statistics {
        self.peer.statistics()
    }

    /// Octets on the line so far.
    pub(crate) fn traffic(&self) -> Traffic {
        self.peer.traffic()
    }
}
