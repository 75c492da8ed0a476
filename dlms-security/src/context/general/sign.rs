use core::ops::Range;

use dlms_core::{
    apdu::tag,
    codec::{Decode, Overflow, Writer},
    crypto::{CryptoProvider, KeyKind, Part, SecuritySuite},
};

use super::{SecurityContext, Transaction};
use crate::{GeneralSigning, PublicKey, SecurityError, SignedOctets, SystemTitle};

/// A signed APDU whose signature was found right.
#[derive(Debug, Clone)]
pub(in crate::context) struct Verified {
    pub(in crate::context) content: Range<usize>,
    pub(in crate::context) originator: SystemTitle,
    pub(in crate::context) transaction: Transaction,
}

impl SecurityContext {
    /// Signs what is at `content`.
    pub(super) fn sign<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        transaction: &Transaction,
        buf: &mut [u8],
        content: Range<usize>,
    ) -> Result<Range<usize>, SecurityError> {
        if self.suite == SecuritySuite::Suite0 {
            return Err(SecurityError::Unsupported("signatures in suite 0"));
        }
        let mut header = [0; 1 + Transaction::MAX + 2 * (1 + SystemTitle::LEN) + 2];
        let header = self.write_header(transaction, &mut header)?;
        let write = |w: &mut Writer<'_>| {
            w.u8(tag::GENERAL_SIGNING);
            w.bytes(header);
            w.length(content.len());
        };
        let mut count = Writer::new(&mut []);
        write(&mut count);
        let start = content.start.checked_sub(count.len()).ok_or(Overflow { needed: count.len() })?;
        let head = buf.get_mut(start..content.start).ok_or(Overflow { needed: content.start })?;
        let mut w = Writer::new(head);
        write(&mut w);
        w.finish()?;
        let octets = buf.get(start..content.end).unwrap_or_default();
        let content_len = content.len();
        let parts = signed_parts(octets, header.len(), content_len, self.general.how.signed_octets);
        let mut signature = [0; PublicKey::MAX];
        let len = crypto.sign(self.suite, self.key_of(KeyKind::Signing), &parts, &mut signature)?;
        let mut w = Writer::new(buf.get_mut(content.end..).unwrap_or_default());
        w.octets(signature.get(..len).unwrap_or_default());
        let end = content.end.saturating_add(w.finish()?.len());
        Ok(start..end)
    }

    /// Checks the signature of the general-signing APDU at `apdu`.
    pub(in crate::context) fn verify<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        buf: &[u8],
        apdu: Range<usize>,
    ) -> Result<Verified, SecurityError> {
        let octets = buf.get(apdu.clone()).ok_or(Overflow { needed: apdu.end })?;
        let view = GeneralSigning::from_bytes(octets)?;
        let originator = self.check_titles(view.originator_system_title, view.recipient_system_title)?;
        let transaction = Transaction::from_slice(view.transaction_id)?;
        let key = self.signing_key()?;
        let end = view.content_offset.saturating_add(view.content.len());
        let octets = octets.get(..end).unwrap_or_default();
        let mut check = |how| {
            let parts = signed_parts(octets, view.header.len(), view.content.len(), how);
            crypto.verify(self.suite, key.as_slice(), &parts, view.signature)
        };
        match self.general.how.signed_octets {
            SignedOctets::Either => {
                check(SignedOctets::WithLength).or_else(|_| check(SignedOctets::WithoutLength))?;
            }
            how => check(how)?,
        }
        let start = apdu.start.saturating_add(view.content_offset);
        Ok(Verified { content: start..start.saturating_add(view.content.len()), originator, transaction })
    }
}

/// What is signed of `octets`, which are the APDU up to the end of its content.
fn signed_parts(octets: &[u8], header_len: usize, content_len: usize, how: SignedOctets) -> [Part<'_>; 2] {
    let all = octets.get(1..).unwrap_or_default();
    let (header, rest) = all.split_at_checked(header_len).unwrap_or_default();
    let content = match how {
        SignedOctets::WithoutLength => rest.get(rest.len().saturating_sub(content_len)..).unwrap_or_default(),
        SignedOctets::WithLength | SignedOctets::Either => rest,
    };
    [Part::Bytes(header), Part::Bytes(content)]
}
