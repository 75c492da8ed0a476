use core::ops::Range;

use dlms_core::{
    apdu::tag,
    codec::DecodeError,
    crypto::{CryptoProvider, KeyKind},
};

use super::{Resolved, SecurityContext, Session, Verified};
use crate::{
    Protection, ReplayMemory, ReplayWindow, SecurityError, ServiceCiphering, Unprotected,
    context::{acceptable, frame::Frame},
    service_ciphering::may_be_protected,
};

impl SecurityContext {
    /// Unprotects a general-signing APDU, and what is ciphered inside.
    pub(in crate::context) fn unprotect_signed<C, M>(
        &mut self,
        crypto: &mut C,
        replay: &mut M,
        buf: &mut [u8],
        apdu: Range<usize>,
        decodes: impl FnOnce(&[u8]) -> Result<(), DecodeError>,
    ) -> Result<Unprotected, SecurityError>
    where
        C: CryptoProvider + ?Sized,
        M: ReplayMemory + ?Sized,
    {
        let verified = self.verify(crypto, buf, apdu)?;
        let first = buf.get(verified.content.start).copied().unwrap_or_default();
        if !tag::is_protected(first) {
            if !may_be_protected(first) {
                return Err(SecurityError::Nested);
            }
            if self.minimum.ciphering() != Protection::NONE {
                return Err(SecurityError::WeakerThanPolicy);
            }
            self.check_transaction(replay, verified.originator, &verified.transaction, false)?;
            self.accept_transaction(replay, verified.originator, verified.transaction, false)?;
            return Ok(Unprotected {
                plain: verified.content,
                protection: Protection::NONE.signed(),
                form: ServiceCiphering::Global,
                broadcast: false,
                originator: verified.originator,
                invocation_counter: 0,
            });
        }
        let frame = Frame::read(self, buf, verified.content.clone())?;
        if frame.originator != verified.originator {
            return Err(SecurityError::ForeignTitle);
        }
        // What was signed and is neither authenticated nor encrypted has no counter that counts.
        let is_counted = frame.control.protection() != Protection::NONE;
        self.check_transaction(replay, verified.originator, &verified.transaction, is_counted)?;
        let mut unprotected =
            self.open_if(crypto, replay, buf, frame, true, |frame, plain| acceptable(frame, plain, decodes))?;
        self.accept_transaction(replay, verified.originator, verified.transaction, is_counted)?;
        unprotected.protection.signed = true;
        Ok(unprotected)
    }

    /// Looks at what was inside of something ciphered: an APDU, or one that is signed.
    pub(in crate::context) fn look<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        frame: &Frame,
        buf: &[u8],
        signed: bool,
        acceptable: impl FnOnce(&Frame, &[u8]) -> Result<(), SecurityError>,
    ) -> Result<Option<Verified>, SecurityError> {
        let plain = buf.get(frame.plain()).unwrap_or_default();
        if plain.first() != Some(&tag::GENERAL_SIGNING) || !frame.form.is_general() || signed {
            if self.minimum.signed && !signed {
                return Err(SecurityError::WeakerThanPolicy);
            }
            return acceptable(frame, plain).map(|()| None);
        }
        let verified = self.verify(crypto, buf, frame.plain())?;
        if verified.originator != frame.originator {
            return Err(SecurityError::ForeignTitle);
        }
        let inner = buf.get(verified.content.start).copied().unwrap_or_default();
        if may_be_protected(inner) { Ok(Some(verified)) } else { Err(SecurityError::Nested) }
    }

    /// What was found signed in something ciphered.
    pub(in crate::context) fn signed_inside<M: ReplayMemory + ?Sized>(
        &mut self,
        replay: &mut M,
        frame: Frame,
        inside: Verified,
    ) -> Result<Unprotected, SecurityError> {
        self.accept_transaction(replay, inside.originator, inside.transaction, true)?;
        let mut unprotected = frame.unprotected();
        unprotected.protection.signed = true;
        unprotected.plain = inside.content;
        Ok(unprotected)
    }

    /// Opens a general-ciphering APDU.
    pub(in crate::context) fn open_general<C, M>(
        &mut self,
        crypto: &mut C,
        replay: &mut M,
        buf: &mut [u8],
        frame: Frame,
        signed: bool,
        acceptable: impl FnOnce(&Frame, &[u8]) -> Result<(), SecurityError>,
    ) -> Result<Unprotected, SecurityError>
    where
        C: CryptoProvider + ?Sized,
        M: ReplayMemory + ?Sized,
    {
        let resolved = self.resolve(crypto, &frame, buf.get(frame.apdu.clone()).unwrap_or_default())?;
        let opened = self.open_resolved(crypto, replay, buf, frame, &resolved, signed, acceptable);
        let unused = match &opened {
            // The key of an answer is for that answer: we go on under our own.
            Ok(_) if resolved.is_new && !self.general.responds => Some(resolved.key),
            Ok(_) if resolved.is_new => {
                let mut received = ReplayWindow::new();
                if let Ok(unprotected) = &opened {
                    received.accept(unprotected.invocation_counter);
                }
                let session = Session { key: resolved.key, received };
                self.general.session.replace(session).map(|session| session.key)
            }
            Err(_) if resolved.is_new => Some(resolved.key),
            _ => None,
        };
        if let Some(key) = unused {
            crypto.remove_key(key);
        }
        opened
    }

    #[allow(clippy::too_many_arguments, reason = "what opening takes, and the key")]
    fn open_resolved<C, M>(
        &mut self,
        crypto: &mut C,
        replay: &mut M,
        buf: &mut [u8],
        frame: Frame,
        resolved: &Resolved,
        signed: bool,
        acceptable: impl FnOnce(&Frame, &[u8]) -> Result<(), SecurityError>,
    ) -> Result<Unprotected, SecurityError>
    where
        C: CryptoProvider + ?Sized,
        M: ReplayMemory + ?Sized,
    {
        let key = resolved.key;
        self.require(crypto, key, frame.control.protection())?;
        let is_global = !matches!(key.kind, KeyKind::Session(_));
        if is_global {
            replay.check(frame.originator, key, frame.counter)?;
        } else if let Some(session) = self.general.session.filter(|_| !resolved.is_new)
            && !session.received.is_new(frame.counter)
        {
            return Err(SecurityError::Replayed { expected: session.received.expected() });
        }
        let transaction = frame.transaction.ok_or(SecurityError::OldTransaction)?;
        let originator = frame.originator;
        self.check_transaction(replay, originator, &transaction, !resolved.is_new)?;
        let inside = self.open_and_look(crypto, key, &frame, buf, signed, acceptable)?;
        if is_global {
            replay.accept(originator, key, frame.counter)?;
        } else if let Some(session) = self.general.session.as_mut().filter(|_| !resolved.is_new) {
            session.received.accept(frame.counter);
        }
        self.accept_transaction(replay, originator, transaction, !resolved.is_new)?;
        if self.general.responds {
            self.general.asked_by_global_key = is_global;
        }
        let broadcast = key.kind == KeyKind::GlobalBroadcastEncryption;
        let mut unprotected = match inside {
            Some(inside) => self.signed_inside(replay, frame, inside)?,
            None => frame.unprotected(),
        };
        unprotected.broadcast = broadcast;
        Ok(unprotected)
    }
}
