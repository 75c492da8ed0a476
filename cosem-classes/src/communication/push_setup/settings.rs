use dlms_core::apdu::DataAccessResult;
use dlms_core::codec::{Decode, Writer};
use dlms_core::data::{Array, Data, DataType};

use super::{
    Destination, MessageType, PushOperationMethod, RepetitionDelay, SendDestinationAndMethod,
    TransportService, Window, Windows,
};
use crate::model::{Object, write_whole};

/// What a Push setup object says, whatever its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// What carries a push.
    pub transport_service: TransportService,
    /// Where to.
    pub destination: Destination,
    /// How it is encoded.
    pub message: MessageType,
    /// When it may be sent.
    pub windows: Windows,
    /// Seconds by which it is put off at random, at most.
    pub randomisation_start_interval: u16,
    /// How often one that failed is tried again.
    pub number_of_retries: u8,
    /// Seconds before it is tried again.
    pub repetition_delay: RepetitionDelay,
    /// The client it is for, where the version says so.
    pub push_client_sap: Option<u16>,
    /// When it counts as failed: where nothing was sent, in versions that do not say.
    pub operation_method: PushOperationMethod,
}

impl Settings {
    /// Reads them from an object of class 40; `scratch` takes one attribute at a time, 256 octets will do.
    ///
    /// # Errors
    /// It cannot be read, is of another class, or says more than there is room for.
    pub fn read(object: &dyn Object, scratch: &mut [u8]) -> Result<Self, DataAccessResult> {
        let class = object.class();
        if class.id != 40 {
            return Err(DataAccessResult::ObjectClassInconsistent);
        }
        let type_unmatched = DataAccessResult::TypeUnmatched;
        let destination = |data: Data<'_>| {
            let value = SendDestinationAndMethod::from_data(data)?;
            Some((value.transport_service, Destination::new(value.destination.0)?, value.message))
        };
        let windows = |data: Data<'_>| {
            let windows = Array::<Window>::from_data(data)?;
            Windows::new(windows.iter().flatten()).filter(|_| windows.iter().all(|window| window.is_ok()))
        };
        let delay = |data: Data<'_>| match data {
            Data::LongUnsigned(seconds) => Some(RepetitionDelay::every(seconds)),
            data => RepetitionDelay::from_data(data),
        };
        let (transport_service, destination, message) =
            read(object, 3, scratch, destination)?.ok_or(type_unmatched)?;
        let mut settings = Self {
            transport_service,
            destination,
            message,
            windows: read(object, 4, scratch, windows)?.ok_or(type_unmatched)?,
            randomisation_start_interval: read(object, 5, scratch, u16::from_data)?.ok_or(type_unmatched)?,
            number_of_retries: read(object, 6, scratch, u8::from_data)?.ok_or(type_unmatched)?,
            repetition_delay: read(object, 7, scratch, delay)?.ok_or(type_unmatched)?,
            push_client_sap: None,
            operation_method: PushOperationMethod::UnconfirmedFailure,
        };
        if class.version >= 1 {
            let sap = read(object, 9, scratch, i8::from_data)?.ok_or(type_unmatched)?;
            settings.push_client_sap = Some(u16::from(sap.unsigned_abs()));
        }
        if class.version >= 2 {
            let method = read(object, 11, scratch, PushOperationMethod::from_data)?;
            settings.operation_method = method.ok_or(type_unmatched)?;
        }
        Ok(settings)
    }
}

fn read<T>(
    object: &dyn Object,
    id: i8,
    scratch: &mut [u8],
    convert: impl FnOnce(Data<'_>) -> Option<T>,
) -> Result<Option<T>, DataAccessResult> {
    let mut w = Writer::new(scratch);
    write_whole(object, id, None, &mut w)?;
    let octets = w.finish().map_err(|_| DataAccessResult::OtherReason)?;
    Ok(Data::from_bytes(octets).ok().and_then(convert))
}
