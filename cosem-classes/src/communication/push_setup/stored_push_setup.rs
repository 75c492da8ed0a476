use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::codec::{Decode, Encode, Reader, Writer};
use dlms_core::data::{Any, ArrayView, Data, DataType, DateTime, Octets};
use obis::ObisCode;

use super::{
    ConfirmationParameters, Destination, MessageType, PushObject, PushOperationMethod, RepetitionDelay,
    SendDestinationAndMethod, SendDestinationAndMethodView, TransportService, Window, Windows, v0, v1, v2,
    v3,
};
use crate::model::{Answer, CaptureObject, Effect, Rows};

/// A Push setup that remembers what clients write, and leaves pushing to the device. Its push_object_list has `LIST`
/// octets at most, 18 for each entry of version 0.
#[derive(Debug, Clone)]
pub struct StoredPushSetup<const LIST: usize> {
    /// The entries of the list, as they were written.
    list: [u8; LIST],
    used: usize,
    count: u32,
    /// What carries a push.
    pub transport_service: TransportService,
    /// Where to.
    pub destination: Destination,
    /// When it may be sent.
    pub windows: Windows,
    /// Seconds by which it is put off at random, at most.
    pub randomisation_start_interval: u16,
    /// How often one that failed is tried again.
    pub number_of_retries: u8,
    /// Seconds before it is tried again; versions 0 and 1 have the first.
    pub repetition_delay: RepetitionDelay,
    /// The setup object of the port that carries it.
    pub port_reference: ObisCode,
    /// The client that it is for.
    pub push_client_sap: i8,
    /// When it counts as failed.
    pub operation_method: PushOperationMethod,
    /// When a push was last confirmed.
    pub last_confirmation: DateTime,
}

impl<const LIST: usize> StoredPushSetup<LIST> {
    /// One that pushes whole attributes, as many as there is room for, by TCP to nobody yet; without windows, delays and
    /// retries.
    #[must_use]
    pub fn new(objects: &[CaptureObject]) -> Self {
        let mut new = Self {
            list: [0; LIST],
            used: 0,
            count: 0,
            transport_service: TransportService::Tcp,
            destination: Destination::NONE,
            windows: Windows::default(),
            randomisation_start_interval: 0,
            number_of_retries: 0,
            repetition_delay: RepetitionDelay::every(0),
            port_reference: ObisCode::from_octets([0; 6]),
            push_client_sap: 0,
            operation_method: PushOperationMethod::UnconfirmedFailure,
            last_confirmation: DateTime::NOT_SPECIFIED,
        };
        for object in objects {
            if !new.append(object) {
                break;
            }
        }
        new
    }

    fn append(&mut self, entry: &dyn Encode) -> bool {
        let mut w = Writer::new(self.list.get_mut(self.used..).unwrap_or_default());
        entry.encode(&mut w);
        let Ok(written) = w.finish() else { return false };
        self.used = self.used.saturating_add(written.len());
        self.count = self.count.saturating_add(1);
        true
    }

    fn set_list<'a, T: DataType>(&mut self, value: &ArrayView<'a, T>) -> Result<Effect, DataAccessResult> {
        let elements = value.elements();
        let offered = |entry: Data<'a>| PushObject::from_data(entry).is_some();
        if elements.body().len() > LIST || !elements.iter().all(offered) {
            return Err(DataAccessResult::OtherReason);
        }
        (self.used, self.count) = (0, 0);
        for entry in elements.iter() {
            self.append(&entry);
        }
        Ok(Effect::None)
    }

    fn write_entry(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        let gone = DataAccessResult::LongGetAborted;
        let mut r = Reader::new(self.list.get(..self.used).unwrap_or_default());
        for _ in 0..row {
            Data::decode(&mut r).map_err(|_| gone)?;
        }
        Data::decode(&mut r).map_err(|_| gone)?.encode(w);
        Ok(())
    }

    fn set_destination(
        &mut self,
        value: SendDestinationAndMethodView<'_>,
    ) -> Result<Effect, DataAccessResult> {
        if value.message != MessageType::AXdr {
            return Err(DataAccessResult::OtherReason);
        }
        self.destination = Destination::new(value.destination.0).ok_or(DataAccessResult::OtherReason)?;
        self.transport_service = value.transport_service;
        Ok(Effect::None)
    }

    fn write_window(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        let window = usize::try_from(row).ok().and_then(|row| self.windows.iter().nth(row));
        window.ok_or(DataAccessResult::LongGetAborted)?.encode(w);
        Ok(())
    }

    fn set_windows(&mut self, value: &ArrayView<'_, Window>) -> Result<Effect, DataAccessResult> {
        self.windows = Windows::new(value.iter().flatten()).ok_or(DataAccessResult::OtherReason)?;
        Ok(Effect::None)
    }

    fn set_sap(&mut self, value: i8) -> Result<Effect, DataAccessResult> {
        if value < 0 {
            return Err(DataAccessResult::OtherReason);
        }
        self.push_client_sap = value;
        Ok(Effect::None)
    }

    /// Nothing but the security policy protects pushes.
    fn set_protection(value: &ArrayView<'_, Any>) -> Result<Effect, DataAccessResult> {
        if value.is_empty() { Ok(Effect::None) } else { Err(DataAccessResult::OtherReason) }
    }
}

/// What every version has.
macro_rules! of_every_version {
    ($entry:ty) => {
        fn push_object_list(&self) -> Result<Rows, DataAccessResult> {
            Ok(Rows::first(self.count))
        }
        fn push_object(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
            self.write_entry(row, w)
        }
        fn set_push_object_list(&mut self, value: ArrayView<'_, $entry>) -> Result<Effect, DataAccessResult> {
            self.set_list(&value)
        }
        fn send_destination_and_method(&self) -> Answer<'_, SendDestinationAndMethod> {
            Ok(SendDestinationAndMethodView {
                transport_service: self.transport_service,
                destination: Octets(self.destination.as_bytes()),
                message: MessageType::AXdr,
            })
        }
        fn set_send_destination_and_method(
            &mut self,
            value: SendDestinationAndMethodView<'_>,
        ) -> Result<Effect, DataAccessResult> {
            self.set_destination(value)
        }
        fn communication_window(&self) -> Result<Rows, DataAccessResult> {
            Ok(Rows::first(self.windows.count()))
        }
        fn window(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
            self.write_window(row, w)
        }
        fn set_communication_window(
            &mut self,
            value: ArrayView<'_, Window>,
        ) -> Result<Effect, DataAccessResult> {
            self.set_windows(&value)
        }
        fn randomisation_start_interval(&self) -> Answer<'_, u16> {
            Ok(self.randomisation_start_interval)
        }
        fn set_randomisation_start_interval(&mut self, value: u16) -> Result<Effect, DataAccessResult> {
            self.randomisation_start_interval = value;
            Ok(Effect::None)
        }
        fn number_of_retries(&self) -> Answer<'_, u8> {
            Ok(self.number_of_retries)
        }
        fn set_number_of_retries(&mut self, value: u8) -> Result<Effect, DataAccessResult> {
            self.number_of_retries = value;
            Ok(Effect::None)
        }
        fn push(&mut self) -> Result<Effect, ActionResult> {
            Ok(Effect::Push)
        }
    };
}

/// What versions 0 and 1 have.
macro_rules! with_one_delay {
    () => {
        fn repetition_delay(&self) -> Answer<'_, u16> {
            Ok(self.repetition_delay.repetition_delay_min)
        }
        fn set_repetition_delay(&mut self, value: u16) -> Result<Effect, DataAccessResult> {
            self.repetition_delay = RepetitionDelay::every(value);
            Ok(Effect::None)
        }
    };
}

/// What there is from version 1 on.
macro_rules! with_a_client {
    () => {
        fn port_reference(&self) -> Answer<'_, ObisCode> {
            Ok(self.port_reference)
        }
        fn set_port_reference(&mut self, value: ObisCode) -> Result<Effect, DataAccessResult> {
            self.port_reference = value;
            Ok(Effect::None)
        }
        fn push_client_sap(&self) -> Answer<'_, i8> {
            Ok(self.push_client_sap)
        }
        fn set_push_client_sap(&mut self, value: i8) -> Result<Effect, DataAccessResult> {
            self.set_sap(value)
        }
        fn push_protection_parameters(&self) -> Result<Rows, DataAccessResult> {
            Ok(Rows::first(0))
        }
        fn set_push_protection_parameters(
            &mut self,
            value: ArrayView<'_, Any>,
        ) -> Result<Effect, DataAccessResult> {
            Self::set_protection(&value)
        }
    };
}

/// What there is from version 2 on.
macro_rules! with_confirmations {
    () => {
        fn repetition_delay(&self) -> Answer<'_, RepetitionDelay> {
            Ok(self.repetition_delay)
        }
        fn set_repetition_delay(&mut self, value: RepetitionDelay) -> Result<Effect, DataAccessResult> {
            self.repetition_delay = value;
            Ok(Effect::None)
        }
        fn push_operation_method(&self) -> Answer<'_, PushOperationMethod> {
            Ok(self.operation_method)
        }
        fn set_push_operation_method(
            &mut self,
            value: PushOperationMethod,
        ) -> Result<Effect, DataAccessResult> {
            if let PushOperationMethod::Other(_) = value {
                return Err(DataAccessResult::OtherReason);
            }
            self.operation_method = value;
            Ok(Effect::None)
        }
        /// Every push is to be confirmed, or none.
        fn confirmation_parameters(&self) -> Answer<'_, ConfirmationParameters> {
            let confirmation_start_date = DateTime::NOT_SPECIFIED;
            Ok(ConfirmationParameters { confirmation_start_date, confirmation_interval: 0 })
        }
        fn last_confirmation_date_time(&self) -> Answer<'_, DateTime> {
            Ok(self.last_confirmation)
        }
    };
}

impl<const LIST: usize> v0::Serve for StoredPushSetup<LIST> {
    of_every_version!(CaptureObject);
    with_one_delay!();
}

impl<const LIST: usize> v1::Serve for StoredPushSetup<LIST> {
    of_every_version!(v1::PushObjectDefinition);
    with_one_delay!();
    with_a_client!();
}

impl<const LIST: usize> v2::Serve for StoredPushSetup<LIST> {
    of_every_version!(v2::PushObjectDefinition);
    with_a_client!();
    with_confirmations!();
}

impl<const LIST: usize> v3::Serve for StoredPushSetup<LIST> {
    of_every_version!(v2::PushObjectDefinition);
    with_a_client!();
    with_confirmations!();
}
