use alloc::vec::Vec;

use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};
use dlms_core::data::{CompactArray, CompactValue, Data, TypeDescription, tag};

use super::cells::Cells;
use crate::client::{ClientError, Limit, Misbehaviour};

/// Cuts a buffer into rows while its octets come. What it holds is what came last, and a row that is not whole yet.
#[derive(Debug)]
pub(super) struct Splitter {
    /// What came and is not read yet, from `used` on.
    octets: Vec<u8>,
    used: usize,
    /// Octets of the buffer before these.
    before: usize,
    /// There is nothing to be read as long as there are no more octets than these.
    read_up_to: usize,
    form: Form,
    max_columns: usize,
    max_rows: u32,
    max_row_octets: usize,
}

#[derive(Debug)]
enum Form {
    /// Nothing came yet.
    Unknown,
    /// Rows are still to come.
    Array { rows: usize },
    /// Octets of the contents are still to come.
    Compact { description: Vec<u8>, octets: usize },
}

/// What a look at the octets came to.
enum Found {
    Row(Cells),
    Form(Form),
}

impl Splitter {
    /// For rows of so many columns at most, so many, so long.
    pub(super) const fn new(max_columns: usize, max_rows: u32, max_row_octets: usize) -> Self {
        Self {
            octets: Vec::new(),
            used: 0,
            before: 0,
            read_up_to: 0,
            form: Form::Unknown,
            max_columns,
            max_rows,
            max_row_octets,
        }
    }

    /// Whether nothing came yet.
    pub(super) const fn is_untouched(&self) -> bool {
        self.before == 0 && self.octets.is_empty()
    }

    pub(super) fn push(&mut self, octets: &[u8]) {
        self.before = self.before.saturating_add(self.used);
        self.octets.drain(..self.used.min(self.octets.len()));
        self.read_up_to = self.read_up_to.saturating_sub(self.used);
        self.used = 0;
        self.octets.extend_from_slice(octets);
    }

    /// The next row, if it is whole.
    pub(super) fn next(&mut self) -> Result<Option<Cells>, ClientError> {
        loop {
            if self.is_at_end() || self.octets.len() <= self.read_up_to {
                return Ok(None);
            }
            let rest = self.octets.get(self.used..).unwrap_or_default();
            let mut r = Reader::at(rest, self.before.saturating_add(self.used));
            match self.look(&mut r) {
                Ok(found) => {
                    let taken = rest.len().saturating_sub(r.remaining());
                    self.used = self.used.saturating_add(taken);
                    match found {
                        Found::Form(form) => self.form = form,
                        Found::Row(row) => {
                            self.count_off(taken);
                            return Ok(Some(row));
                        }
                    }
                }
                Err(error) if self.may_go_on(error, rest.len()) => {
                    if rest.len() > self.max_row_octets {
                        return Err(Limit::RowOctets(self.max_row_octets).into());
                    }
                    self.read_up_to = self.octets.len();
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The buffer ended.
    ///
    /// # Errors
    /// It should have gone on, or ended before.
    pub(super) fn finish(&self) -> Result<(), ClientError> {
        let left = self.octets.len().saturating_sub(self.used);
        let offset = self.before.saturating_add(self.octets.len());
        let kind = match (self.is_at_end(), left) {
            (true, 0) => return Ok(()),
            (true, left) => DecodeErrorKind::Trailing(left),
            (false, _) => DecodeErrorKind::Truncated { missing: 1 },
        };
        Err(DecodeError { kind, offset }.into())
    }

    fn is_at_end(&self) -> bool {
        matches!(self.form, Form::Array { rows: 0 } | Form::Compact { octets: 0, .. })
    }

    /// Whether more octets may help: those of a compact array are counted.
    fn may_go_on(&self, error: ClientError, octets: usize) -> bool {
        let truncated = matches!(
            error,
            ClientError::Malformed(DecodeError { kind: DecodeErrorKind::Truncated { .. }, .. })
        );
        truncated
            && match self.form {
                Form::Compact { octets: left, .. } => octets < left,
                _ => true,
            }
    }

    /// A row was read out of so many octets.
    fn count_off(&mut self, octets: usize) {
        match &mut self.form {
            Form::Array { rows } => *rows = rows.saturating_sub(1),
            Form::Compact { octets: left, .. } => *left = left.saturating_sub(octets),
            Form::Unknown => {}
        }
    }

    fn look(&self, r: &mut Reader<'_>) -> Result<Found, ClientError> {
        match &self.form {
            Form::Unknown => self.form(r).map(Found::Form),
            Form::Array { .. } => self.row(r).map(Found::Row),
            Form::Compact { description, octets } => {
                self.compact_row(description, *octets, r).map(Found::Row)
            }
        }
    }

    fn form(&self, r: &mut Reader<'_>) -> Result<Form, ClientError> {
        match r.u8()? {
            tag::NULL_DATA => Ok(Form::Array { rows: 0 }),
            tag::ARRAY => {
                let rows = r.length()?;
                if u32::try_from(rows).is_ok_and(|rows| rows <= self.max_rows) {
                    Ok(Form::Array { rows })
                } else {
                    Err(Limit::Rows(self.max_rows).into())
                }
            }
            tag::COMPACT_ARRAY => {
                let description = TypeDescription::decode(r)?;
                // Refuses types of too many values.
                CompactArray::new(description, &[])?;
                let description = description.octets().to_vec();
                Ok(Form::Compact { description, octets: r.length()? })
            }
            _ => Err(Misbehaviour::NoRows.into()),
        }
    }

    fn row(&self, r: &mut Reader<'_>) -> Result<Cells, ClientError> {
        if r.u8()? != tag::STRUCTURE {
            return Err(Misbehaviour::NoRows.into());
        }
        let columns = r.length()?;
        self.check_columns(columns)?;
        let mut row = Cells::default();
        for _ in 0..columns {
            let rest = r.rest();
            Data::decode(r)?;
            let taken = rest.len().saturating_sub(r.remaining());
            row.push_octets(rest.get(..taken).unwrap_or_default());
        }
        self.check_size(row.size())?;
        Ok(row)
    }

    fn compact_row(&self, description: &[u8], left: usize, r: &mut Reader<'_>) -> Result<Cells, ClientError> {
        let description = TypeDescription::decode(&mut Reader::new(description))?;
        let here = r.remaining().min(left);
        let mut contents = r.clone().nested(here)?;
        let value = description.value(&mut contents)?;
        let taken = here.saturating_sub(contents.remaining());
        if taken == 0 {
            // Contents of nothing would never end.
            return Err(Misbehaviour::NoRows.into());
        }
        r.take(taken)?;
        let mut row = Cells::default();
        match value {
            CompactValue::Structure(cells) => {
                self.check_columns(cells.len())?;
                for cell in cells {
                    let cell = Expanded(cell);
                    self.check_size(row.size().saturating_add(cell.encoded_len()))?;
                    row.push(&cell);
                }
            }
            // Rows of one column may come bare.
            CompactValue::Value(value) => row.push(&value),
            CompactValue::Array(_) => return Err(Misbehaviour::NoRows.into()),
        }
        Ok(row)
    }

    fn check_columns(&self, found: usize) -> Result<(), ClientError> {
        if found > self.max_columns {
            return Err(Misbehaviour::RowWidth { expected: self.max_columns, found }.into());
        }
        Ok(())
    }

    fn check_size(&self, octets: usize) -> Result<(), ClientError> {
        if octets > self.max_row_octets { Err(Limit::RowOctets(self.max_row_octets).into()) } else { Ok(()) }
    }
}

/// A value out of a compact array, as it would stand outside of one.
struct Expanded<'a>(CompactValue<'a>);

impl Encode for Expanded<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        self.0.expand(w);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    /// The rows of a buffer that comes in pieces of so many octets, as numbers.
    fn rows(buffer: &[u8], piece: usize) -> Result<Vec<Vec<Option<i128>>>, ClientError> {
        let mut splitter = Splitter::new(2, 10, 64);
        let mut rows = Vec::new();
        for piece in buffer.chunks(piece) {
            splitter.push(piece);
            while let Some(row) = splitter.next()? {
                rows.push(row.values().map(|value| value.as_integer()).collect());
            }
        }
        splitter.finish()?;
        Ok(rows)
    }

    const ARRAY: [u8; 14] = [1, 2, 2, 2, 17, 1, 18, 0, 2, 2, 2, 17, 3, 0];
    const COMPACT: [u8; 12] = [0x13, 2, 2, 17, 18, 6, 1, 0, 2, 3, 0, 4];

    #[test]
    fn rows_are_the_same_however_their_octets_come() {
        for piece in 1..=ARRAY.len() {
            assert_eq!(
                rows(&ARRAY, piece).unwrap(),
                [vec![Some(1), Some(2)], vec![Some(3), None]],
                "{piece}"
            );
            assert_eq!(rows(&COMPACT, piece).unwrap(), [vec![Some(1), Some(2)], vec![Some(3), Some(4)]]);
            assert_eq!(rows(&[0x13, 17, 3, 7, 8, 9], piece).unwrap().len(), 3);
        }
        assert!(rows(&[0], 1).unwrap().is_empty());
        assert!(rows(&[1, 0], 1).unwrap().is_empty());
        assert!(rows(&[0x13, 2, 1, 17, 0], 1).unwrap().is_empty());
    }

    #[test]
    fn a_row_is_given_as_soon_as_it_is_whole() {
        let mut splitter = Splitter::new(2, 10, 64);
        splitter.push(&ARRAY[..8]);
        assert_eq!(splitter.next().unwrap(), None);
        splitter.push(&ARRAY[8..12]);
        assert_eq!(splitter.next().unwrap().unwrap().size(), 5);
        assert_eq!(splitter.next().unwrap(), None);
        assert!(splitter.finish().is_err());
    }

    #[test]
    fn what_a_hostile_meter_sends_is_an_error() {
        let kind = |buffer: &[u8]| [1, 3, buffer.len()].map(|piece| rows(buffer, piece).unwrap_err());
        for error in kind(&ARRAY[..13]) {
            assert!(matches!(error, ClientError::Malformed(_)), "{error}");
        }
        let trailing = [&ARRAY[..], &[0]].concat();
        assert!(kind(&trailing).iter().all(|error| matches!(error, ClientError::Malformed(_))));
        // More rows, columns and octets than there may be.
        assert_eq!(kind(&[1, 11]), [ClientError::Limit(Limit::Rows(10)); 3]);
        assert_eq!(kind(&[1, 0x84, 0xff, 0xff, 0xff, 0xff]), [ClientError::Limit(Limit::Rows(10)); 3]);
        let wide = Misbehaviour::RowWidth { expected: 2, found: 3 }.into();
        assert_eq!(kind(&[1, 1, 2, 3, 0, 0, 0]), [wide; 3]);
        let mut long = vec![1, 1, 2, 1, 9, 0x81, 0xff];
        long.extend([0; 255]);
        assert_eq!(kind(&long), [ClientError::Limit(Limit::RowOctets(64)); 3]);
        // Neither rows nor contents of nothing.
        assert_eq!(kind(&[17, 1]), [Misbehaviour::NoRows.into(); 3]);
        assert_eq!(kind(&[1, 1, 17, 1]), [Misbehaviour::NoRows.into(); 3]);
        assert_eq!(kind(&[0x13, 2, 1, 0, 5, 1, 2, 3, 4, 5]), [Misbehaviour::NoRows.into(); 3]);
        // A value of the contents that ends after them.
        assert!(
            kind(&[0x13, 18, 3, 1, 2, 3, 4]).iter().all(|error| matches!(error, ClientError::Malformed(_)))
        );
    }
}
