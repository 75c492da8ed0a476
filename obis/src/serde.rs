//! Text in human-readable formats, six octets in the others.

use core::fmt;

use ::serde::de::{Error, SeqAccess, Visitor};
use ::serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{ObisCode, ParseObisError};

/// `"1-0:1.8.0.255"`, or the six octets as bytes.
impl Serialize for ObisCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_bytes(&self.to_octets())
        }
    }
}

/// Any text form with feature `text`, else the full forms; or six octets.
impl<'de> Deserialize<'de> for ObisCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Code)
        } else {
            deserializer.deserialize_bytes(Code)
        }
    }
}

struct Code;

impl<'de> Visitor<'de> for Code {
    type Value = ObisCode;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an OBIS code like 1-0:1.8.0.255, or its six octets")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ObisCode, E> {
        read(text).map_err(E::custom)
    }

    fn visit_bytes<E: Error>(self, octets: &[u8]) -> Result<ObisCode, E> {
        match <[u8; 6]>::try_from(octets) {
            Ok(octets) => Ok(ObisCode::from_octets(octets)),
            Err(_) => Err(E::invalid_length(octets.len(), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<ObisCode, A::Error> {
        let mut octets = [0; 6];
        for (index, octet) in octets.iter_mut().enumerate() {
            *octet = sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(index, &self))?;
        }
        if sequence.next_element::<u8>()?.is_some() {
            return Err(A::Error::invalid_length(7, &self));
        }
        Ok(ObisCode::from_octets(octets))
    }
}

#[cfg(feature = "text")]
fn read(text: &str) -> Result<ObisCode, ParseObisError> {
    text.parse()
}

#[cfg(not(feature = "text"))]
fn read(text: &str) -> Result<ObisCode, ParseObisError> {
    ObisCode::from_full_text(text)
}

#[cfg(test)]
mod tests {
    use serde_test::{Configure, Token, assert_de_tokens, assert_de_tokens_error, assert_tokens};

    use super::*;
    use crate::obis;

    const ENERGY: ObisCode = obis!("1-0:1.8.0.255");

    #[test]
    fn text_where_people_read() {
        assert_tokens(&ENERGY.readable(), &[Token::Str("1-0:1.8.0.255")]);
        assert_eq!(serde_json::to_string(&ENERGY).unwrap(), "\"1-0:1.8.0.255\"");
        assert_eq!(serde_json::from_str::<ObisCode>("\"0100010800FF\"").unwrap(), ENERGY);
        assert!(serde_json::from_str::<ObisCode>("\"1-0:1.8.0.256\"").is_err());
    }

    #[test]
    fn octets_where_machines_read() {
        assert_tokens(&ENERGY.compact(), &[Token::Bytes(&[1, 0, 1, 8, 0, 255])]);
        assert_de_tokens(
            &ENERGY.compact(),
            &[
                Token::Seq { len: Some(6) },
                Token::U8(1),
                Token::U8(0),
                Token::U8(1),
                Token::U8(8),
                Token::U8(0),
                Token::U8(255),
                Token::SeqEnd,
            ],
        );
        assert_de_tokens_error::<serde_test::Compact<ObisCode>>(
            &[Token::Bytes(&[1, 0, 1])],
            "invalid length 3, expected an OBIS code like 1-0:1.8.0.255, or its six octets",
        );
    }

    #[cfg(feature = "text")]
    #[test]
    fn reduced_text_with_the_grammar() {
        assert_eq!(serde_json::from_str::<ObisCode>("\"1.8.0\"").unwrap(), ENERGY);
    }
}
