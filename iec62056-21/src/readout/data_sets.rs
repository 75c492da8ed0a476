use super::DataSet;
use crate::{ParseError, grammar};

/// The data sets of a block of data lines, up to a line that begins with `!`.
///
/// What is no data set is an error; the next one is sought in the next line.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DataSets<'a> {
    rest: &'a [u8],
    end: usize,
}

impl<'a> DataSets<'a> {
    /// The data sets of `block`.
    #[must_use]
    pub const fn new(block: &'a [u8]) -> Self {
        Self::at(block, 0)
    }

    /// The data sets of `block`, which begins at `offset` of something larger.
    #[must_use]
    pub const fn at(block: &'a [u8], offset: usize) -> Self {
        Self { rest: block, end: offset.saturating_add(block.len()) }
    }

    const fn offset(&self) -> usize {
        self.end.saturating_sub(self.rest.len())
    }
}

impl<'a> Iterator for DataSets<'a> {
    type Item = Result<DataSet<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(rest) = self.rest.strip_prefix(b"\r\n") {
            self.rest = rest;
        }
        if matches!(self.rest, [] | [b'!', ..]) {
            return None;
        }
        let offset = self.offset();
        match grammar::begin(|text| DataSet::parse(text, offset), self.rest) {
            Ok((rest, set)) => {
                self.rest = rest;
                Some(Ok(set))
            }
            Err(error) => {
                let line_end = grammar::find(self.rest, b"\r\n");
                self.rest = line_end.and_then(|at| self.rest.get(at..)).unwrap_or_default();
                Some(Err(error.within(offset)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseErrorKind::{Truncated, Unexpected};
    use std::vec::Vec;

    type Texts<'a> = Vec<(&'a str, Option<&'a str>)>;

    fn texts(block: &[u8]) -> Vec<(&str, Texts<'_>)> {
        DataSets::new(block)
            .map(|set| set.unwrap())
            .map(|set| (set.address(), set.values().map(|value| (value.text, value.unit)).collect()))
            .collect()
    }

    #[test]
    fn one_line_or_several() {
        let block = b"F.F(00)\r\n1-0:1.8.0*255(0008048.375*kWh)2.8.0(1*kWh)\r\n\r\nP.01(1)(2)\r\n(3)\r\n(4)(5)\r\n!\r\nx";
        let expected = [
            ("F.F", std::vec![("00", None)]),
            ("1-0:1.8.0*255", std::vec![("0008048.375", Some("kWh"))]),
            ("2.8.0", std::vec![("1", Some("kWh"))]),
            ("P.01", ["1", "2", "3", "4", "5"].map(|text| (text, None)).to_vec()),
        ];
        assert_eq!(texts(block), expected);
        let sets: Vec<_> = DataSets::at(block, 100).map(Result::unwrap).collect();
        assert_eq!((sets[1].offset(), sets[1].obis().unwrap()), (109, obis::obis!("1-0:1.8.0.255")));
        assert_eq!(sets[1].value().unwrap().number().unwrap().mantissa, 8_048_375);
        assert_eq!(sets[3].value(), None);
    }

    #[test]
    fn values_alone_and_empty_ones() {
        assert_eq!(texts(b"(1)\r\nx()"), [("", std::vec![("1", None)]), ("x", std::vec![("", None)])]);
    }

    #[test]
    fn what_is_none_is_told_and_left_behind() {
        let block = b"1.8.0\r\n2.8.0(1\r\n3.8.0(1)(x\x02)\r\n4.8.0(2)x";
        let found: Vec<_> = DataSets::at(block, 10).map(|set| set.map(|set| set.offset())).collect();
        assert_eq!(
            found,
            [
                Err(Unexpected.at(15)),
                Err(Unexpected.at(24)),
                Ok(26),
                Err(Unexpected.at(36)),
                Ok(40),
                Err(Truncated.at(49)),
            ]
        );
    }
}
