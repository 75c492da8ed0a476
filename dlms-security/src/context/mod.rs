mod dedicated;
mod frame;
#[cfg(feature = "general-protection")]
mod general;

use core::ops::Range;

use dlms_core::{
    apdu::{Apdu, Leniencies},
    codec::{DecodeError, Overflow, Reader, Writer},
    crypto::{CryptoProvider, KeyId, KeyKind, Nonce, Part, SecuritySuite},
};

use dedicated::Dedicated;
use frame::Frame;

use crate::{
    CounterId, CounterStore, InvocationCounters, Protection, PublicKey, ReplayMemory, SecurityControl,
    SecurityError, ServiceCiphering, SystemTitle, overhead, plain_capacity,
    service_ciphering::may_be_protected,
};

/// The security of one association: suite, system titles, the names of the keys and the counters of the dedicated one.
///
/// Protecting and unprotecting happen in the caller's buffer. Keys lie with the provider, counters of global keys with
/// [`InvocationCounters`] and [`ReplayWindows`](crate::ReplayWindows): all three are shared by the associations of a device.
#[derive(Debug, Clone)]
pub struct SecurityContext {
    suite: SecuritySuite,
    setup: u8,
    own_title: SystemTitle,
    peer_title: Option<SystemTitle>,
    minimum: Protection,
    broadcast: bool,
    dedicated: Option<Dedicated>,
    /// Additional authenticated data has no octets of an authentication key.
    without_authentication_key: bool,
    #[cfg(feature = "general-protection")]
    general: general::General,
}

/// What was signed inside of something ciphered.
#[cfg(feature = "general-protection")]
type Inside = general::Verified;
/// Nothing is.
#[cfg(not(feature = "general-protection"))]
type Inside = core::convert::Infallible;

/// A received APDU, unprotected.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Unprotected {
    /// Where in the buffer the plain APDU is now.
    pub plain: Range<usize>,
    /// How it was protected; whether that is enough is the policy's business.
    pub protection: Protection,
    /// The form it came in; an answer goes in the same.
    pub form: ServiceCiphering,
    /// Protected by the broadcast key: there is no answer.
    pub broadcast: bool,
    /// Whose key and counter protected it.
    pub originator: SystemTitle,
    /// The counter it came under.
    pub invocation_counter: u32,
}

impl SecurityContext {
    /// Octets needed before a plain APDU for its protection.
    pub const HEADROOM: usize = 1 + 9 + 5 + ServiceCiphering::SECURITY_HEADER_LEN;
    /// Octets needed after a plain APDU for its protection.
    pub const TAILROOM: usize = ServiceCiphering::TAG_LEN;

    /// An association under Security setup `setup`, with a peer whose title is not known yet.
    #[must_use]
    pub const fn new(suite: SecuritySuite, setup: u8, own_title: SystemTitle) -> Self {
        Self {
            suite,
            setup,
            own_title,
            peer_title: None,
            minimum: Protection::NONE,
            broadcast: false,
            dedicated: None,
            without_authentication_key: false,
            #[cfg(feature = "general-protection")]
            general: general::General::NEW,
        }
    }

    /// The security suite.
    #[must_use]
    pub const fn suite(&self) -> SecuritySuite {
        self.suite
    }

    /// The Security setup instance whose keys are used.
    #[must_use]
    pub const fn setup(&self) -> u8 {
        self.setup
    }

    /// Our system title.
    #[must_use]
    pub const fn own_title(&self) -> SystemTitle {
        self.own_title
    }

    /// The peer's system title, once it is known.
    #[must_use]
    pub const fn peer_title(&self) -> Option<SystemTitle> {
        self.peer_title
    }

    /// The peer's system title is now known: from AARQ, AARE, or Security setup. Equal to ours, nothing is protected or
    /// accepted any more, for both sides would use the same initialisation vectors.
    pub const fn set_peer_title(&mut self, title: Option<SystemTitle>) {
        self.peer_title = title;
    }

    /// The peer's public key for digital signatures, once it is known: from its certificate, or from the caller.
    #[cfg(feature = "general-protection")]
    pub const fn set_peer_signing_key(&mut self, key: Option<PublicKey>) {
        self.general.peer_signing_key = key;
    }

    /// The peer's public key for digital signatures.
    #[must_use]
    #[cfg(feature = "general-protection")]
    pub const fn peer_signing_key(&self) -> Option<&PublicKey> {
        self.general.peer_signing_key.as_ref()
    }

    /// Nothing: public keys are kept with feature `general-protection`.
    #[cfg(not(feature = "general-protection"))]
    #[must_use]
    pub(crate) const fn peer_signing_key(&self) -> Option<&PublicKey> {
        None
    }

    /// What is received with less protection is refused at once, before it can touch a counter. `NONE` if not set;
    /// a [`SecurityPolicy`](crate::SecurityPolicy) is still to be checked when it demands more.
    pub const fn set_minimum(&mut self, minimum: Protection) {
        self.minimum = minimum;
    }

    /// Has no authentication key, where companion standards do without: tags are made and checked over the rest alone.
    pub const fn set_without_authentication_key(&mut self) {
        self.without_authentication_key = true;
    }

    /// APDUs with global keys go out under the broadcast key from now on.
    pub const fn set_broadcast(&mut self, broadcast: bool) {
        self.broadcast = broadcast;
    }

    /// The dedicated key of the association. Setting one starts its counters; every association has a new one.
    pub const fn set_dedicated(&mut self, key: Option<KeyId>) {
        self.dedicated = match key {
            Some(key) => Some(Dedicated::new(key)),
            None => None,
        };
    }

    /// Sends under the dedicated key with the counter of the global unicast key from now on: for a dedicated key that
    /// is not new in this association, so that no value is used twice.
    pub const fn share_counter(&mut self) {
        if let Some(dedicated) = &mut self.dedicated {
            dedicated.shared = true;
        }
    }

    /// Goes on at `at_least` or higher under the dedicated key; never goes back.
    pub fn raise_dedicated(&mut self, at_least: u32) {
        if let Some(dedicated) = &mut self.dedicated {
            dedicated.raise(at_least);
        }
    }

    /// The dedicated key, if there is one.
    #[must_use]
    pub const fn dedicated(&self) -> Option<KeyId> {
        match self.dedicated {
            Some(dedicated) => Some(dedicated.key),
            None => None,
        }
    }

    /// Forgets the keys of this association, with the provider too: at its end.
    pub fn forget_keys<C: CryptoProvider + ?Sized>(&mut self, crypto: &mut C) {
        if let Some(dedicated) = self.dedicated.take() {
            crypto.remove_key(dedicated.key);
        }
        #[cfg(feature = "general-protection")]
        if let Some(session) = self.general.session.take() {
            crypto.remove_key(session.key);
        }
    }

    /// Octets that are needed behind a plain APDU to [`protect`](Self::protect) it: [`TAILROOM`](Self::TAILROOM), and
    /// more where it is signed or goes in general-ciphering, for it moves then.
    #[must_use]
    pub fn tailroom(&self, form: ServiceCiphering, protection: Protection) -> usize {
        #[cfg(feature = "general-protection")]
        if protection.signed || form == ServiceCiphering::GeneralCiphering {
            return Self::TAILROOM.saturating_add(self.general_overhead(form, protection));
        }
        let _ = (form, protection);
        Self::TAILROOM
    }

    /// Octets that protection adds to a plain APDU of `plain_len` octets: exactly, or at most where it is signed or goes
    /// in general-ciphering.
    #[must_use]
    pub fn overhead(&self, form: ServiceCiphering, protection: Protection, plain_len: usize) -> usize {
        #[cfg(feature = "general-protection")]
        if protection.signed || form == ServiceCiphering::GeneralCiphering {
            return self.general_overhead(form, protection);
        }
        overhead(form, protection, plain_len)
    }

    /// The longest plain APDU that is no longer than `apdu_len` octets when protected.
    #[must_use]
    pub fn plain_capacity(&self, form: ServiceCiphering, protection: Protection, apdu_len: usize) -> usize {
        #[cfg(feature = "general-protection")]
        if protection.signed || form == ServiceCiphering::GeneralCiphering {
            return apdu_len.saturating_sub(self.general_overhead(form, protection));
        }
        plain_capacity(form, protection, apdu_len)
    }

    /// The global key for one peer, or that for all.
    #[must_use]
    pub const fn global_key(&self, broadcast: bool) -> KeyId {
        let kind =
            if broadcast { KeyKind::GlobalBroadcastEncryption } else { KeyKind::GlobalUnicastEncryption };
        KeyId { setup: self.setup, kind }
    }

    /// The counter that global APDUs to one peer, or to all, go out under.
    #[must_use]
    pub const fn counter(&self, broadcast: bool) -> CounterId {
        CounterId { setup: self.setup, broadcast }
    }

    /// Protects the plain APDU at `plain` in place and gives where the protected one is: it begins
    /// [`HEADROOM`](Self::HEADROOM) octets before at most, and ends [`TAILROOM`](Self::TAILROOM) after. With protection
    /// `NONE` nothing happens.
    ///
    /// Every APDU uses up one counter, also when the provider fails; none is ever used for two.
    ///
    /// # Errors
    /// `Nested`, `Inconsistent`: that APDU has no such form. `NoKey`, `ForeignTitle`. `Overflow`: that many octets are
    /// needed before the plain APDU, or in the whole buffer. `Counter`. None of these uses a counter up; `Provider` does,
    /// and leaves the APDU undefined.
    pub fn protect<C, S, const N: usize>(
        &mut self,
        crypto: &mut C,
        counters: &mut InvocationCounters<S, N>,
        form: ServiceCiphering,
        protection: Protection,
        buf: &mut [u8],
        plain: Range<usize>,
    ) -> Result<Range<usize>, SecurityError>
    where
        C: CryptoProvider + ?Sized,
        S: CounterStore,
    {
        let inner = buf.get(plain.clone()).ok_or(Overflow { needed: plain.end })?;
        if protection == Protection::NONE {
            return Ok(plain);
        }
        if protection.signed || form == ServiceCiphering::GeneralCiphering {
            #[cfg(feature = "general-protection")]
            return self.protect_general(crypto, counters, form, protection, buf, plain);
            #[cfg(not(feature = "general-protection"))]
            return Err(SecurityError::Unsupported("general-ciphering and general-signing"));
        }
        let tag = match inner.first() {
            Some(first) => outer_tag(form, *first)?,
            None => return Err(SecurityError::Nested),
        };
        self.protect_as(crypto, counters, (form, tag), protection, buf, plain)
    }

    /// Protects in a form other than general-ciphering, as an APDU of this tag.
    fn protect_as<C, S, const N: usize>(
        &mut self,
        crypto: &mut C,
        counters: &mut InvocationCounters<S, N>,
        (form, tag): (ServiceCiphering, u8),
        protection: Protection,
        buf: &mut [u8],
        plain: Range<usize>,
    ) -> Result<Range<usize>, SecurityError>
    where
        C: CryptoProvider + ?Sized,
        S: CounterStore,
    {
        let inner = buf.get(plain.clone()).ok_or(Overflow { needed: plain.end })?;
        if self.peer_title == Some(self.own_title) {
            return Err(SecurityError::ForeignTitle);
        }
        let broadcast = self.broadcast && !form.is_dedicated();
        let key = self.key(form, broadcast)?;
        self.require(crypto, key, protection)?;
        let tag_len = if protection.authenticated { ServiceCiphering::TAG_LEN } else { 0 };
        let header_len = overhead(form, protection, inner.len()).saturating_sub(tag_len);
        let content_len = inner.len().saturating_add(tag_len);
        let (before, rest) = buf.split_at_mut_checked(plain.start).ok_or(Overflow { needed: plain.start })?;
        let start = plain.start.checked_sub(header_len).ok_or(Overflow { needed: header_len })?;
        let header = before.get_mut(start..).ok_or(Overflow { needed: header_len })?;
        let end = plain.start.saturating_add(content_len);
        let content = rest.get_mut(..content_len).ok_or(Overflow { needed: end })?;

        let counter = self.next_counter(counters, form, broadcast)?;
        let control = SecurityControl::new(self.suite, protection, broadcast);
        self.seal(crypto, key, control, self.own_title.nonce(counter), content)?;
        let mut w = Writer::new(header);
        w.u8(tag);
        if form.is_general() {
            w.octets(&self.own_title.0);
        }
        w.length(content_len.saturating_add(ServiceCiphering::SECURITY_HEADER_LEN));
        w.u8(control.0);
        w.u32(counter);
        w.finish()?;
        Ok(start..end)
    }

    /// Unprotects the APDU at `apdu` in place.
    ///
    /// Checked in this order: form, suite and bits of the security control octet, [`minimum`](Self::set_minimum)
    /// protection, originator, key, invocation counter, authentication tag, the APDU inside. Counters are remembered
    /// only when all of it held, so that a forged APDU cannot shut out the peer; one that was neither authenticated
    /// nor encrypted has no counter that counts. For an APDU that was only encrypted nothing speaks but that it
    /// decodes, so it is decoded here.
    ///
    /// The policy is not checked here: see [`SecurityPolicy`](crate::SecurityPolicy).
    ///
    /// # Errors
    /// Whatever is wrong first. The octets are left as they were.
    pub fn unprotect<C, M>(
        &mut self,
        crypto: &mut C,
        replay: &mut M,
        buf: &mut [u8],
        apdu: Range<usize>,
    ) -> Result<Unprotected, SecurityError>
    where
        C: CryptoProvider + ?Sized,
        M: ReplayMemory + ?Sized,
    {
        self.unprotect_with(crypto, replay, buf, apdu, decodes)
    }

    /// As [`unprotect`](Self::unprotect), with `decodes` to try an APDU that was only encrypted: a firmware names
    /// those it understands, so that the decoders of all others are not linked.
    ///
    /// # Errors
    /// As [`unprotect`](Self::unprotect).
    pub fn unprotect_with<C, M>(
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
        #[cfg(feature = "general-protection")]
        if buf.get(apdu.start) == Some(&dlms_core::apdu::tag::GENERAL_SIGNING) {
            return self.unprotect_signed(crypto, replay, buf, apdu, decodes);
        }
        let frame = Frame::read(self, buf, apdu)?;
        self.open_if(crypto, replay, buf, frame, false, |frame, plain| acceptable(frame, plain, decodes))
    }

    /// As [`unprotect`](Self::unprotect), for a general-glo-ciphering with something else than an APDU inside: the
    /// telegram of a meter's consumer port.
    ///
    /// # Errors
    /// As [`unprotect`](Self::unprotect); `WeakerThanPolicy` if there is no tag, `Inconsistent` for another form.
    pub fn unprotect_octets<C, M>(
        &mut self,
        crypto: &mut C,
        replay: &mut M,
        buf: &mut [u8],
        apdu: Range<usize>,
    ) -> Result<Unprotected, SecurityError>
    where
        C: CryptoProvider + ?Sized,
        M: ReplayMemory + ?Sized,
    {
        let frame = Frame::read(self, buf, apdu)?;
        if !frame.control.authenticated() {
            return Err(SecurityError::WeakerThanPolicy);
        }
        if frame.form != ServiceCiphering::GeneralGlobal {
            return Err(SecurityError::Inconsistent);
        }
        self.open_if(crypto, replay, buf, frame, false, |_, _| Ok(()))
    }

    /// Decrypts the APDU at `apdu` in place without verifying anything: for a listener that was given the encryption
    /// key alone. What comes out may be forged or old, and says so: its `protection` is never authenticated. The tag
    /// counts as absent, counters are neither checked nor remembered, and what is inside is not looked at.
    ///
    /// # Errors
    /// As [`unprotect`](Self::unprotect), as far as the header goes; `NoKey`, `Provider`.
    pub fn decrypt_unverified<C>(
        &self,
        crypto: &mut C,
        buf: &mut [u8],
        apdu: Range<usize>,
    ) -> Result<Unprotected, SecurityError>
    where
        C: CryptoProvider + ?Sized,
    {
        let frame = Frame::read(self, buf, apdu)?;
        if frame.form == ServiceCiphering::GeneralCiphering {
            return Err(SecurityError::Unsupported("decrypting general-ciphering without verifying it"));
        }
        let key = self.key(frame.form, frame.control.broadcast())?;
        self.apply_keystream(crypto, key, &frame, buf)?;
        let mut unprotected = frame.unprotected();
        unprotected.protection.authenticated = false;
        Ok(unprotected)
    }

    /// The key of additional authenticated data.
    pub(crate) const fn authentication_key(&self) -> KeyId {
        KeyId { setup: self.setup, kind: KeyKind::Authentication }
    }

    /// The peer's title, which must not be ours.
    pub(crate) fn peer(&self) -> Result<SystemTitle, SecurityError> {
        match self.peer_title {
            Some(title) if title == self.own_title => Err(SecurityError::ForeignTitle),
            Some(title) => Ok(title),
            None => Err(SecurityError::NoTitle),
        }
    }

    /// The authentication key as a part of additional authenticated data.
    const fn authentication_part(&self) -> Part<'static> {
        if self.without_authentication_key { Part::Bytes(&[]) } else { Part::Key(self.authentication_key()) }
    }

    /// Unprotects what is in the frame, if `acceptable` finds the octets inside to be so; `signed` if it is in something
    /// that was signed.
    fn open_if<C, M>(
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
        let protection = frame.control.protection();
        if protection == Protection::NONE {
            if self.minimum.signed && !signed {
                return Err(SecurityError::WeakerThanPolicy);
            }
            acceptable(&frame, buf.get(frame.plain()).unwrap_or_default())?;
            return Ok(frame.unprotected());
        }
        #[cfg(feature = "general-protection")]
        if frame.form == ServiceCiphering::GeneralCiphering {
            return self.open_general(crypto, replay, buf, frame, signed, acceptable);
        }
        let key = self.key(frame.form, frame.control.broadcast())?;
        self.require(crypto, key, protection)?;
        match &self.dedicated {
            Some(dedicated) if frame.form.is_dedicated() => dedicated.check(frame.counter)?,
            _ => replay.check(frame.originator, key, frame.counter)?,
        }
        let inside = self.open_and_look(crypto, key, &frame, buf, signed, acceptable)?;
        match &mut self.dedicated {
            Some(dedicated) if frame.form.is_dedicated() => dedicated.accept(frame.counter),
            _ => replay.accept(frame.originator, key, frame.counter)?,
        }
        #[cfg(feature = "general-protection")]
        if let Some(inside) = inside {
            return self.signed_inside(replay, frame, inside);
        }
        let _ = inside;
        Ok(frame.unprotected())
    }

    /// Opens what is in the frame and looks at the octets inside, which are left as they were if they are not acceptable.
    /// Gives what was signed inside, if anything was.
    fn open_and_look<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        key: KeyId,
        frame: &Frame,
        buf: &mut [u8],
        signed: bool,
        acceptable: impl FnOnce(&Frame, &[u8]) -> Result<(), SecurityError>,
    ) -> Result<Option<Inside>, SecurityError> {
        let (before, rest) = buf.split_at_mut_checked(frame.content.start).unwrap_or_default();
        let content = rest.get_mut(..frame.content.len()).unwrap_or_default();
        self.open(crypto, key, frame, frame.header(before), content)?;
        let looked = self.look(crypto, frame, buf, signed, acceptable);
        if looked.is_err() {
            self.apply_keystream(crypto, key, frame, buf)?;
        }
        looked
    }

    #[cfg(not(feature = "general-protection"))]
    fn look<C: CryptoProvider + ?Sized>(
        &self,
        _: &mut C,
        frame: &Frame,
        buf: &[u8],
        signed: bool,
        acceptable: impl FnOnce(&Frame, &[u8]) -> Result<(), SecurityError>,
    ) -> Result<Option<Inside>, SecurityError> {
        if self.minimum.signed && !signed {
            return Err(SecurityError::WeakerThanPolicy);
        }
        acceptable(frame, buf.get(frame.plain()).unwrap_or_default()).map(|()| None)
    }

    fn key(&self, form: ServiceCiphering, broadcast: bool) -> Result<KeyId, SecurityError> {
        if !form.is_dedicated() {
            return Ok(self.global_key(broadcast));
        }
        self.dedicated().ok_or(SecurityError::NoKey(KeyId { setup: self.setup, kind: KeyKind::Dedicated(0) }))
    }

    fn next_counter<S: CounterStore, const N: usize>(
        &mut self,
        counters: &mut InvocationCounters<S, N>,
        form: ServiceCiphering,
        broadcast: bool,
    ) -> Result<u32, SecurityError> {
        match &mut self.dedicated {
            Some(dedicated) if form.is_dedicated() && !dedicated.shared => Ok(dedicated.next()?),
            _ => Ok(counters.next(self.counter(broadcast))?),
        }
    }

    /// Protects `content`: the plain APDU, then room for the tag if there is one.
    fn seal<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        key: KeyId,
        control: SecurityControl,
        nonce: Nonce,
        content: &mut [u8],
    ) -> Result<(), SecurityError> {
        if !control.authenticated() {
            return Ok(crypto.apply_keystream(self.suite, key, &nonce, content)?);
        }
        let (plain, tag) = split_tag(content)?;
        let octet = [control.0];
        let [octet, ak] = [Part::Bytes(&octet), self.authentication_part()];
        *tag = if control.encrypted() {
            crypto.seal(self.suite, key, &nonce, &[octet, ak], plain)?
        } else {
            crypto.seal(self.suite, key, &nonce, &[octet, ak, Part::Bytes(plain)], &mut [])?
        };
        Ok(())
    }

    /// Decrypts `content` if it is encrypted, once the tag at its end verified if there is one.
    fn open<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        key: KeyId,
        frame: &Frame,
        header: &[u8],
        content: &mut [u8],
    ) -> Result<(), SecurityError> {
        let nonce = frame.originator.nonce(frame.counter);
        if !frame.control.authenticated() {
            return Ok(crypto.apply_keystream(self.suite, key, &nonce, content)?);
        }
        let (plain, tag) = split_tag(content)?;
        let octet = [frame.control.0];
        let [control, ak, header] = [Part::Bytes(&octet), self.authentication_part(), Part::Bytes(header)];
        if frame.control.encrypted() {
            crypto.open(self.suite, key, &nonce, &[control, ak, header], plain, tag)?;
        } else {
            crypto.open(self.suite, key, &nonce, &[control, ak, header, Part::Bytes(plain)], &mut [], tag)?;
        }
        Ok(())
    }

    /// Encrypts or decrypts the APDU inside, if it is an encrypted one.
    fn apply_keystream<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        key: KeyId,
        frame: &Frame,
        buf: &mut [u8],
    ) -> Result<(), SecurityError> {
        if frame.control.encrypted() {
            let plain = buf.get_mut(frame.plain()).unwrap_or_default();
            crypto.apply_keystream(self.suite, key, &frame.originator.nonce(frame.counter), plain)?;
        }
        Ok(())
    }

    /// Checks that the keys for this protection are there.
    fn require<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &C,
        key: KeyId,
        protection: Protection,
    ) -> Result<(), SecurityError> {
        let ak = self.authentication_key();
        if !crypto.has_key(key) {
            return Err(SecurityError::NoKey(key));
        }
        if protection.authenticated && !self.without_authentication_key && !crypto.has_key(ak) {
            return Err(SecurityError::NoKey(ak));
        }
        Ok(())
    }
}

/// Whether the octets inside may be there; where only encryption speaks for them, whether they can be read.
fn acceptable(
    frame: &Frame,
    plain: &[u8],
    decodes: impl FnOnce(&[u8]) -> Result<(), DecodeError>,
) -> Result<(), SecurityError> {
    frame.check_inner(plain)?;
    if frame.control.encrypted() && !frame.control.authenticated() {
        decodes(plain)?;
    }
    Ok(())
}

/// Whether the octets are an APDU, with all deviations that are known of deployed meters.
fn decodes(plain: &[u8]) -> Result<(), DecodeError> {
    let mut r = Reader::new(plain);
    Apdu::decode_with(&mut r, &mut Leniencies::all())?;
    r.finish()
}

/// The tag of the protected form of an APDU.
fn outer_tag(form: ServiceCiphering, plain: u8) -> Result<u8, SecurityError> {
    match form.tag_of(plain) {
        Some(tag) => Ok(tag),
        None if may_be_protected(plain) => Err(SecurityError::Inconsistent),
        None => Err(SecurityError::Nested),
    }
}

/// The APDU and the tag behind it.
fn split_tag(content: &mut [u8]) -> Result<(&mut [u8], &mut [u8; 12]), SecurityError> {
    let len = content.len().saturating_sub(ServiceCiphering::TAG_LEN);
    let (plain, tag) = content.split_at_mut_checked(len).unwrap_or_default();
    Ok((plain, tag.first_chunk_mut().ok_or(Overflow { needed: ServiceCiphering::TAG_LEN })?))
}
