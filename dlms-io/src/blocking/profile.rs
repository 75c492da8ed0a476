use core::ops::RangeInclusive;

use dlms::client::profile::{
    Column, Layout, ProfileReader, ReadingOptions, Request, Row, TimeRange, WantedRows,
};
use dlms::client::{ClientError, Misbehaviour, ReadAll};
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult};
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::DataBuf;
use dlms_core::link::Link;
use dlms_security::CounterStore;
use obis::ObisCode;

use super::{Error, Meter, Transport};
use crate::progress::Progress;

/// A load profile of a meter: its columns and its rows. See [`dlms::client::profile`] for what is asked, and what is
/// made of the answers.
#[derive(Debug)]
pub struct Profile<'m, T, L, C, K, B = Vec<u8>> {
    meter: &'m mut Meter<T, L, C, K, B>,
    name: ObisCode,
    columns: Option<RangeInclusive<u16>>,
    options: Option<ReadingOptions>,
    layout: Option<Layout>,
}

impl<T: Transport, L: Link, C: CryptoProvider, K: CounterStore, B: Buffer> Meter<T, L, C, K, B> {
    /// A load profile: a Profile generic of this name.
    ///
    /// ```
    /// # use dlms_core::data::DateTime;
    /// # use dlms_io::blocking::{Error, Meter};
    /// # use obis::obis;
    /// # fn read<T, L, C, K, B>(meter: &mut Meter<T, L, C, K, B>, yesterday: DateTime) -> Result<(), Error>
    /// # where
    /// # T: dlms_io::blocking::Transport,
    /// #     L: dlms_core::link::Link,
    /// #     C: dlms_core::crypto::CryptoProvider,
    /// #     K: dlms_security::CounterStore,
    /// #     B: dlms_core::buffer::Buffer,
    /// # {
    /// let mut profile = meter.profile(obis!("1-0:99.1.0.255"));
    /// for column in profile.columns()? {
    ///     println!("{}", column.object.logical_name);
    /// }
    /// for row in profile.rows(yesterday..) {
    ///     let row = row?;
    ///     println!("{:?} {:?}", row.timestamp(), row.scaled(1));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub const fn profile(&mut self, name: ObisCode) -> Profile<'_, T, L, C, K, B> {
        Profile { meter: self, name, columns: None, options: None, layout: None }
    }

    /// Reads attributes of any classes, in as few requests as the meter takes: what comes of each, in this order.
    ///
    /// # Errors
    /// See [`Error`]; that an attribute is refused is an answer.
    pub fn read_all(
        &mut self,
        attributes: impl AsRef<[AttributeDescriptor]>,
    ) -> Result<Vec<Result<DataBuf, DataAccessResult>>, Error> {
        let attributes = attributes.as_ref();
        let mut answers = Vec::with_capacity(attributes.len());
        let mut reading = ReadAll::new(attributes).with_list_limit(self.habits.list_items);
        while !reading.is_done() {
            let ended = match self.exchange(|client| reading.start(client)) {
                Err(Error::Client(error)) => Err(error),
                Err(error) => return Err(error),
                Ok(()) => Ok(()),
            };
            reading.finish(&self.client, ended, &mut |_, answer| answers.push(answer.map(DataBuf::from)))?;
        }
        Ok(answers)
    }
}

impl<'m, T: Transport, L: Link, C: CryptoProvider, K: CounterStore, B: Buffer> Profile<'m, T, L, C, K, B> {
    /// Only these columns, counted from 1.
    #[must_use]
    pub fn with_columns(mut self, columns: RangeInclusive<u16>) -> Self {
        self.columns = Some(columns);
        self
    }

    /// Reads it so.
    #[must_use]
    pub const fn with_options(mut self, options: ReadingOptions) -> Self {
        self.options = Some(options);
        self
    }

    /// The layout is known from an earlier reading, and is not asked for.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = Some(layout);
        self
    }

    /// What the rows are made of; asked for once. It can be kept for the next reading.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn layout(&mut self) -> Result<Layout, Error> {
        let mut rows = self.all();
        while rows.profile.layout.is_none() {
            rows.step()?;
        }
        rows.profile.layout.clone().ok_or(Error::Client(Misbehaviour::Columns.into()))
    }

    /// All columns there are.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn columns(&mut self) -> Result<Vec<Column>, Error> {
        Ok(self.layout()?.columns().to_vec())
    }

    /// The rows captured in a time.
    pub fn rows(&mut self, range: impl Into<TimeRange>) -> Rows<'_, 'm, T, L, C, K, B> {
        self.read(WantedRows::Within(range.into()))
    }

    /// The rows with these numbers, counted from 1.
    pub fn entries(&mut self, numbers: RangeInclusive<u32>) -> Rows<'_, 'm, T, L, C, K, B> {
        self.read(numbers.into())
    }

    /// All rows.
    pub fn all(&mut self) -> Rows<'_, 'm, T, L, C, K, B> {
        self.read(WantedRows::All)
    }

    fn read(&mut self, wanted: WantedRows) -> Rows<'_, 'm, T, L, C, K, B> {
        let options = self.options.unwrap_or_else(|| ReadingOptions {
            deviation_reversed: self.meter.habits.deviation_reversed,
            ..ReadingOptions::offered(self.meter.client.negotiated())
        });
        let mut reader = ProfileReader::new(self.name, wanted).with_options(options);
        if let Some(columns) = &self.columns {
            reader = reader.with_columns(columns.clone());
        }
        if let Some(layout) = &self.layout {
            reader = reader.with_layout(layout.clone());
        }
        Rows { profile: self, reader, is_reading: false, is_over: false }
    }
}

/// Rows of a profile as they come from the meter, block by block.
///
/// Where it is dropped before its end, the next request of the meter first awaits what is still to come.
#[derive(Debug)]
pub struct Rows<'p, 'm, T, L, C, K, B = Vec<u8>> {
    profile: &'p mut Profile<'m, T, L, C, K, B>,
    reader: ProfileReader,
    /// Rows are on their way.
    is_reading: bool,
    /// The last row was given, or an error.
    is_over: bool,
}

impl<T: Transport, L: Link, C: CryptoProvider, K: CounterStore, B: Buffer> Iterator
    for Rows<'_, '_, T, L, C, K, B>
{
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Result<Row, Error>> {
        while !self.is_over {
            let stepped = match self.reader.next_row() {
                Ok(Some(row)) => return Some(Ok(row)),
                Ok(None) => self.step(),
                Err(error) => Err(error.into()),
            };
            if let Err(error) = stepped {
                self.is_over = true;
                return Some(Err(error));
            }
        }
        None
    }
}

impl<T: Transport, L: Link, C: CryptoProvider, K: CounterStore, B: Buffer> Rows<'_, '_, T, L, C, K, B> {
    /// Makes the next request, or takes the next block of what was asked for.
    fn step(&mut self) -> Result<(), Error> {
        let meter = &mut *self.profile.meter;
        if self.is_reading {
            return self.take_block();
        }
        meter.settle()?;
        match self.reader.next_request()? {
            None => self.is_over = true,
            Some(Request::Attributes(attributes)) => {
                let attributes = attributes.to_vec();
                for answer in meter.read_all(&attributes)? {
                    self.reader.handle_answer(answer.as_ref().map(DataBuf::as_data).map_err(|no| *no))?;
                }
            }
            Some(Request::Rows(buffer, part)) => {
                meter.ask(|client| {
                    client.set_stream_blocks(true);
                    client.get_any(buffer, part.as_ref())
                })?;
                self.is_reading = true;
            }
        }
        if self.profile.layout.is_none() {
            self.profile.layout = self.reader.layout().cloned();
        }
        Ok(())
    }

    fn take_block(&mut self) -> Result<(), Error> {
        let meter = &mut *self.profile.meter;
        match meter.progress() {
            Ok(Progress::Block) => self.reader.handle_octets(meter.client.block()),
            Ok(_) => {
                self.is_reading = false;
                self.reader.handle_octets(meter.client.value_bytes().unwrap_or(meter.client.block()));
                self.reader.handle_end(Ok(()))?;
            }
            Err(Error::Client(ClientError::Refused(refusal))) => {
                self.is_reading = false;
                self.reader.handle_end(Err(refusal))?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
