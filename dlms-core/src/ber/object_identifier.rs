use core::fmt;

use super::OBJECT_IDENTIFIER;
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};

/// OBJECT IDENTIFIER: a name in the tree of ISO and ITU-T, up to [`CAPACITY`](Self::CAPACITY) octets.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ObjectIdentifier {
    len: u8,
    octets: [u8; Self::CAPACITY],
}

/// joint-iso-ccitt(2) country(16) country-name(756) identified-organization(5) DLMS-UA(8).
const DLMS_UA: [u8; 5] = [0x60, 0x85, 0x74, 0x05, 0x08];

impl ObjectIdentifier {
    /// Octets that the content takes at most.
    pub const CAPACITY: usize = 19;

    const EMPTY: Self = Self { len: 0, octets: [0; Self::CAPACITY] };

    /// From the content, without tag and length; `None` if that is no OBJECT IDENTIFIER, is too long or has an arc
    /// of more than 32 bits.
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        if let [0x60, 0x85, 0x74, 0x05, 0x08, group @ 0..=0x7f, id @ 0..=0x7f] = *octets {
            return Some(Self::dlms_ua(group, id));
        }
        let mut oid = Self::EMPTY;
        let mut arc = None;
        for octet in octets {
            let high = arc.unwrap_or(0u32);
            if arc.is_none() && *octet == 0x80 || high > u32::MAX >> 7 {
                return None;
            }
            arc = (octet & 0x80 != 0).then_some(high << 7 | u32::from(octet & 0x7f));
            oid.push(*octet)?;
        }
        (arc.is_none() && oid.len > 0).then_some(oid)
    }

    /// From the numbers on the way; `None` for less than two, for a first one over 2, or if it gets too long.
    #[must_use]
    pub fn from_arcs(arcs: &[u32]) -> Option<Self> {
        let (first, second, rest) = match arcs {
            [first @ 0..=1, second @ 0..=39, rest @ ..] => (first, second, rest),
            [first @ 2, second, rest @ ..] => (first, second, rest),
            _ => return None,
        };
        let mut oid = Self::EMPTY;
        oid.push_arc((first * 40).checked_add(*second)?)?;
        rest.iter().try_for_each(|arc| oid.push_arc(*arc))?;
        Some(oid)
    }

    /// 2.16.756.5.8.`group`.`id`: group 1 has the application contexts, 2 the authentication mechanisms.
    #[must_use]
    pub const fn dlms_ua(group: u8, id: u8) -> Self {
        let [a, b, c, d, e] = DLMS_UA;
        let mut octets = [0; Self::CAPACITY];
        let (head, len) = match id {
            0..=0x7f => ([a, b, c, d, e, group & 0x7f, id, 0], 7),
            _ => ([a, b, c, d, e, group & 0x7f, 0x81, id & 0x7f], 8),
        };
        if let Some(start) = octets.first_chunk_mut() {
            *start = head;
        }
        Self { len, octets }
    }

    /// Group and id of an object identifier of the DLMS UA.
    #[must_use]
    pub fn as_dlms_ua(&self) -> Option<(u8, u8)> {
        match self.octets().strip_prefix(&DLMS_UA)? {
            [group @ 0..=0x7f, id @ 0..=0x7f] => Some((*group, *id)),
            [group @ 0..=0x7f, 0x81, id @ 0..=0x7f] => Some((*group, 0x80 | id)),
            _ => None,
        }
    }

    /// The content, without tag and length.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or(&[])
    }

    /// The numbers on the way, from the root.
    pub fn arcs(&self) -> impl Iterator<Item = u32> + '_ {
        let mut octets = self.octets().iter();
        let mut first = None;
        let mut root = true;
        core::iter::from_fn(move || {
            if let Some(second) = first.take() {
                return Some(second);
            }
            let mut arc = 0u32;
            for octet in octets.by_ref() {
                arc = arc << 7 | u32::from(octet & 0x7f);
                if octet & 0x80 == 0 {
                    if !core::mem::take(&mut root) {
                        return Some(arc);
                    }
                    let top = (arc / 40).min(2);
                    first = Some(arc.wrapping_sub(top.wrapping_mul(40)));
                    return Some(top);
                }
            }
            None
        })
    }

    fn push(&mut self, octet: u8) -> Option<()> {
        *self.octets.get_mut(usize::from(self.len))? = octet;
        self.len = self.len.wrapping_add(1);
        Some(())
    }

    fn push_arc(&mut self, arc: u32) -> Option<()> {
        for high in [arc >> 28, arc >> 21, arc >> 14, arc >> 7] {
            if high != 0 {
                let [.., octet] = high.to_be_bytes();
                self.push(octet | 0x80)?;
            }
        }
        let [.., octet] = arc.to_be_bytes();
        self.push(octet & 0x7f)
    }

    /// Reads the content, without tag and length: the whole of `content`.
    pub(crate) fn decode_content(content: &Reader<'_>) -> Result<Self, DecodeError> {
        Self::from_octets(content.rest())
            .ok_or_else(|| content.error(DecodeErrorKind::InvalidValue("OBJECT IDENTIFIER")))
    }
}

impl Encode for ObjectIdentifier {
    fn encode(&self, w: &mut Writer<'_>) {
        super::primitive(w, OBJECT_IDENTIFIER, self.octets());
    }
}

impl<'a> Decode<'a> for ObjectIdentifier {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let element = super::Tlv::expect(r, OBJECT_IDENTIFIER, "OBJECT IDENTIFIER")?;
        Self::decode_content(&element.value)
    }
}

/// The numbers with points between: `2.16.756.5.8.1.1`.
impl fmt::Display for ObjectIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut point = "";
        for arc in self.arcs() {
            write!(f, "{point}{arc}")?;
            point = ".";
        }
        Ok(())
    }
}

impl fmt::Debug for ObjectIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn arcs_and_octets_agree() {
        for (arcs, octets) in [
            (&[2, 16, 756, 5, 8, 1, 1][..], &[0x60, 0x85, 0x74, 5, 8, 1, 1][..]),
            (&[0, 39], &[39]),
            (&[1, 2, 840, 113549], &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]),
            (&[2, 999, u32::MAX], &[0x88, 0x37, 0x8f, 0xff, 0xff, 0xff, 0x7f]),
            (&[2, u32::MAX - 80], &[0x8f, 0xff, 0xff, 0xff, 0x7f]),
        ] {
            let oid = ObjectIdentifier::from_arcs(arcs).unwrap();
            assert_eq!(oid.octets(), octets);
            assert_eq!(ObjectIdentifier::from_octets(octets), Some(oid));
            assert!(oid.arcs().eq(arcs.iter().copied()));
        }
        assert_eq!(ObjectIdentifier::dlms_ua(2, 5).to_string(), "2.16.756.5.8.2.5");
    }

    #[test]
    fn what_is_no_object_identifier_is_refused() {
        for octets in [&[][..], &[0x60, 0x85], &[0x60, 0x80, 1], &[0x90, 0x80, 0x80, 0x80, 0], &[1; 20]] {
            assert_eq!(ObjectIdentifier::from_octets(octets), None, "{octets:x?}");
        }
        for arcs in [&[][..], &[1], &[3, 1], &[1, 40], &[2, u32::MAX], &[1; 30]] {
            assert_eq!(ObjectIdentifier::from_arcs(arcs), None, "{arcs:?}");
        }
    }

    #[test]
    fn every_id_of_the_dlms_ua_survives() {
        for group in 0..0x80 {
            for id in 0..=0xff {
                let oid = ObjectIdentifier::dlms_ua(group, id);
                assert_eq!(oid.as_dlms_ua(), Some((group, id)));
                assert_eq!(ObjectIdentifier::from_octets(oid.octets()), Some(oid));
            }
        }
        let foreign = ObjectIdentifier::from_octets(&[0x5f, 0x85, 0x75, 4, 7, 2, 3]).unwrap();
        assert_eq!(foreign.as_dlms_ua(), None);
    }
}
