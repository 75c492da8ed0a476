use core::ops::Range;

use dlms_core::{
    apdu::tag,
    codec::{Decode, Overflow},
};

use super::{SecurityContext, Unprotected};
use crate::{CipheredApdu, Protection, SecurityControl, SecurityError, ServiceCiphering, SystemTitle};

/// A received APDU of which the header was found sound.
pub(super) struct Frame {
    pub(super) tag: u8,
    pub(super) form: ServiceCiphering,
    pub(super) control: SecurityControl,
    pub(super) originator: SystemTitle,
    pub(super) counter: u32,
    /// Where in the buffer the APDU inside and its tag are.
    pub(super) content: Range<usize>,
    /// Where the whole is, and of general-ciphering the header that is authenticated.
    #[cfg(feature = "general-protection")]
    pub(super) apdu: Range<usize>,
    #[cfg(feature = "general-protection")]
    pub(super) header: Range<usize>,
    #[cfg(feature = "general-protection")]
    pub(super) transaction: Option<super::general::Transaction>,
}

impl Frame {
    /// What there is to know of the APDU at `apdu` before any key is used.
    pub(super) fn read(
        context: &SecurityContext,
        buf: &[u8],
        apdu: Range<usize>,
    ) -> Result<Self, SecurityError> {
        let octets = buf.get(apdu.clone()).ok_or(Overflow { needed: apdu.end })?;
        match octets.first() {
            #[cfg(feature = "general-protection")]
            Some(&tag::GENERAL_CIPHERING) => return context.read_general(octets, apdu),
            #[cfg(not(feature = "general-protection"))]
            Some(&tag::GENERAL_CIPHERING) => return Err(SecurityError::Unsupported("general-ciphering")),
            Some(&tag::GENERAL_SIGNING) => return Err(SecurityError::Unsupported("general-signing")),
            _ => {}
        }
        let view = CipheredApdu::from_bytes(octets)?;
        let control = view.security_control;
        let protection = control.protection();
        if control.suite() != Some(context.suite) {
            return Err(SecurityError::Suite);
        }
        if control.compressed() {
            return Err(SecurityError::Unsupported("compression"));
        }
        if control.broadcast() && (view.form.is_dedicated() || protection == Protection::NONE) {
            return Err(SecurityError::Inconsistent);
        }
        if !protection.covers(context.minimum.ciphering()) {
            return Err(SecurityError::WeakerThanPolicy);
        }
        let originator = match view.system_title.and_then(SystemTitle::from_slice) {
            Some(title) if title == context.own_title => return Err(SecurityError::ForeignTitle),
            Some(title) if context.peer_title.is_some_and(|peer| peer != title) => {
                return Err(SecurityError::ForeignTitle);
            }
            Some(title) => title,
            None => context.peer()?,
        };
        let start = apdu.start.saturating_add(view.content_offset);
        Ok(Self {
            tag: view.tag,
            form: view.form,
            control,
            originator,
            counter: view.invocation_counter,
            content: start..start.saturating_add(view.content.len()),
            #[cfg(feature = "general-protection")]
            apdu,
            #[cfg(feature = "general-protection")]
            header: 0..0,
            #[cfg(feature = "general-protection")]
            transaction: None,
        })
    }

    /// Where in the buffer the APDU inside is.
    pub(super) fn plain(&self) -> Range<usize> {
        let tag_len = if self.control.authenticated() { ServiceCiphering::TAG_LEN } else { 0 };
        self.content.start..self.content.end.saturating_sub(tag_len)
    }

    /// The header that is authenticated besides the security control octet.
    pub(super) fn header<'b>(&self, before: &'b [u8]) -> &'b [u8] {
        #[cfg(feature = "general-protection")]
        return before.get(self.header.clone()).unwrap_or_default();
        #[cfg(not(feature = "general-protection"))]
        before.get(..0).unwrap_or_default()
    }

    /// Checks that the plain APDU may be in this one.
    pub(super) fn check_inner(&self, plain: &[u8]) -> Result<(), SecurityError> {
        self.form.check_inner(self.tag, plain.first().copied().unwrap_or_default())
    }

    pub(super) fn unprotected(self) -> Unprotected {
        Unprotected {
            plain: self.plain(),
            protection: self.control.protection(),
            form: self.form,
            broadcast: self.control.broadcast(),
            originator: self.originator,
            invocation_counter: self.counter,
        }
    }
}
