use core::str::FromStr;

use obis::ObisCode;

/// What a read asks for: `OBIS[:CLASS[:ATTRIBUTE]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The object.
    pub(crate) obis: ObisCode,
    /// Its class, if given.
    pub(crate) class: Option<u16>,
    /// The attribute or method, if given.
    pub(crate) member: Option<i8>,
}

/// An attribute to write or a method to invoke: `OBIS:CLASS:NUMBER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FullReference {
    /// The object.
    pub(crate) obis: ObisCode,
    /// Its class.
    pub(crate) class: u16,
    /// The attribute or method.
    pub(crate) member: i8,
}

/// The longest part up to a colon that is a code is the code: a code has colons itself.
impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ends = text.match_indices(':').map(|(end, _)| end).rev();
        let split = core::iter::once(text.len()).chain(ends).find_map(|end| {
            let (code, rest) = text.split_at_checked(end)?;
            Some((code.parse().ok()?, rest.strip_prefix(':')))
        });
        let Some((obis, rest)) = split else {
            return Err(text.parse::<ObisCode>().err().map_or_else(String::new, |error| error.to_string()));
        };
        let Some(rest) = rest else { return Ok(Self { obis, class: None, member: None }) };
        let (class, member) = match rest.split_once(':') {
            None => (rest, None),
            Some((class, member)) => (class, Some(member)),
        };
        let member = member
            .map(|member| member.parse().map_err(|_| format!("{member:?} is no number of an attribute")));
        Ok(Self {
            obis,
            class: Some(class.parse().map_err(|_| format!("{class:?} is no number of a class"))?),
            member: member.transpose()?,
        })
    }
}

impl FromStr for FullReference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse()? {
            Reference { obis, class: Some(class), member: Some(member) } => Ok(Self { obis, class, member }),
            _ => Err("the number of class and attribute or method are missing: OBIS:CLASS:NUMBER".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use obis::obis;

    fn reference(text: &str) -> Result<(ObisCode, Option<u16>, Option<i8>), String> {
        text.parse().map(|Reference { obis, class, member }| (obis, class, member))
    }

    #[test]
    fn every_form_of_a_code_can_have_class_and_attribute() {
        const ENERGY: ObisCode = obis!("1-0:1.8.0.255");
        for text in ["1-0:1.8.0.255", "1.0.1.8.0.255", "1-0:1.8.0*255", "0100010800FF"] {
            assert_eq!(reference(text), Ok((ENERGY, None, None)), "{text}");
            assert_eq!(reference(&format!("{text}:3")), Ok((ENERGY, Some(3), None)), "{text}");
            assert_eq!(reference(&format!("{text}:3:-2")), Ok((ENERGY, Some(3), Some(-2))), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(reference("energy").is_err());
        assert!(reference("1-0:1.8.0.255:register").unwrap_err().contains("class"));
        assert!(reference("1-0:1.8.0.255:3:1000").unwrap_err().contains("attribute"));
        assert!("1-0:1.8.0.255:3".parse::<FullReference>().is_err());
    }
}
