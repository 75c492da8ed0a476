//! The tables of value information codes (EN 13757-3): quantity, unit and power of ten.

use super::{Quantity, Unit};

/// What a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) quantity: Quantity,
    pub(super) unit: Option<Unit>,
    pub(super) exponent: i8,
}

type Q = Quantity;
type U = Unit;

const fn of(quantity: Quantity, unit: Unit, exponent: i8) -> Meaning {
    Meaning { quantity, unit: Some(unit), exponent }
}

const fn plain(quantity: Quantity) -> Meaning {
    Meaning { quantity, unit: None, exponent: 0 }
}

/// The low bits of a code, as a power of ten above `least`.
const fn power(code: u8, mask: u8, least: i8) -> i8 {
    least.wrapping_add_unsigned(code & mask)
}

/// Second, minute, hour, day: the low two bits of a code.
const fn duration(quantity: Quantity, code: u8) -> Meaning {
    let unit = match code & 0x03 {
        0 => U::Second,
        1 => U::Minute,
        2 => U::Hour,
        _ => U::Day,
    };
    of(quantity, unit, 0)
}

/// Hour, day, month, year: the low two bits of a code.
const fn long_duration(quantity: Quantity, code: u8) -> Meaning {
    let unit = match code & 0x03 {
        0 => U::Hour,
        1 => U::Day,
        2 => U::Month,
        _ => U::Year,
    };
    of(quantity, unit, 0)
}

/// The primary table. Codes that lead to other tables are reserved here.
pub(super) const fn primary(code: u8) -> Meaning {
    match code & 0x7f {
        c @ 0x00..=0x07 => of(Q::Energy, U::WattHour, power(c, 7, -3)),
        c @ 0x08..=0x0f => of(Q::Energy, U::Joule, power(c, 7, 0)),
        c @ 0x10..=0x17 => of(Q::Volume, U::CubicMetre, power(c, 7, -6)),
        c @ 0x18..=0x1f => of(Q::Mass, U::Kilogram, power(c, 7, -3)),
        c @ 0x20..=0x23 => duration(Q::OnTime, c),
        c @ 0x24..=0x27 => duration(Q::OperatingTime, c),
        c @ 0x28..=0x2f => of(Q::Power, U::Watt, power(c, 7, -3)),
        c @ 0x30..=0x37 => of(Q::Power, U::JoulePerHour, power(c, 7, 0)),
        c @ 0x38..=0x3f => of(Q::VolumeFlow, U::CubicMetrePerHour, power(c, 7, -6)),
        c @ 0x40..=0x47 => of(Q::VolumeFlow, U::CubicMetrePerMinute, power(c, 7, -7)),
        c @ 0x48..=0x4f => of(Q::VolumeFlow, U::CubicMetrePerSecond, power(c, 7, -9)),
        c @ 0x50..=0x57 => of(Q::MassFlow, U::KilogramPerHour, power(c, 7, -3)),
        c @ 0x58..=0x5b => of(Q::FlowTemperature, U::DegreeCelsius, power(c, 3, -3)),
        c @ 0x5c..=0x5f => of(Q::ReturnTemperature, U::DegreeCelsius, power(c, 3, -3)),
        c @ 0x60..=0x63 => of(Q::TemperatureDifference, U::Kelvin, power(c, 3, -3)),
        c @ 0x64..=0x67 => of(Q::ExternalTemperature, U::DegreeCelsius, power(c, 3, -3)),
        c @ 0x68..=0x6b => of(Q::Pressure, U::Bar, power(c, 3, -3)),
        0x6c => plain(Q::Date),
        0x6d => plain(Q::DateTime),
        0x6e => of(Q::HeatCostAllocation, U::HeatCostAllocation, 0),
        c @ 0x70..=0x73 => duration(Q::AveragingDuration, c),
        c @ 0x74..=0x77 => duration(Q::ActualityDuration, c),
        0x78 => plain(Q::FabricationNumber),
        0x79 => plain(Q::EnhancedIdentification),
        0x7a => plain(Q::Address),
        0x7c => plain(Q::PlainText),
        0x7e => plain(Q::Any),
        0x7f => plain(Q::ManufacturerSpecific),
        _ => plain(Q::Reserved),
    }
}

/// The first extension table, behind `FB`.
pub(super) const fn first_extension(code: u8) -> Meaning {
    match code & 0x7f {
        c @ 0x00..=0x01 => of(Q::Energy, U::WattHour, power(c, 1, 5)),
        c @ 0x02..=0x03 => of(Q::ReactiveEnergy, U::VarHour, power(c, 1, 3)),
        c @ 0x04..=0x05 => of(Q::ApparentEnergy, U::VoltAmpereHour, power(c, 1, 3)),
        c @ 0x08..=0x09 => of(Q::Energy, U::Joule, power(c, 1, 8)),
        c @ 0x0c..=0x0f => of(Q::Energy, U::Calorie, power(c, 3, 5)),
        c @ 0x10..=0x11 => of(Q::Volume, U::CubicMetre, power(c, 1, 2)),
        c @ 0x14..=0x17 => of(Q::ReactivePower, U::Var, power(c, 3, 0)),
        c @ 0x18..=0x19 => of(Q::Mass, U::Kilogram, power(c, 1, 5)),
        c @ 0x1a..=0x1b => of(Q::RelativeHumidity, U::Percent, power(c, 1, -1)),
        0x20 => of(Q::Volume, U::CubicFoot, 0),
        0x21 => of(Q::Volume, U::CubicFoot, -1),
        c @ 0x28..=0x29 => of(Q::Power, U::Watt, power(c, 1, 5)),
        0x2a => of(Q::PhaseVoltageVoltage, U::Degree, -1),
        0x2b => of(Q::PhaseVoltageCurrent, U::Degree, -1),
        c @ 0x2c..=0x2f => of(Q::Frequency, U::Hertz, power(c, 3, -3)),
        c @ 0x30..=0x31 => of(Q::Power, U::JoulePerHour, power(c, 1, 8)),
        c @ 0x34..=0x37 => of(Q::ApparentPower, U::VoltAmpere, power(c, 3, 0)),
        0x68..=0x6e => plain(Q::RatingFactor),
        c @ 0x74..=0x77 => of(Q::TemperatureLimit, U::DegreeCelsius, power(c, 3, -3)),
        c @ 0x78..=0x7f => of(Q::MaximumPower, U::Watt, power(c, 7, -3)),
        _ => plain(Q::Reserved),
    }
}

/// The second extension table, behind `FD`.
pub(super) const fn second_extension(code: u8) -> Meaning {
    match code & 0x7f {
        c @ 0x00..=0x03 => of(Q::Credit, U::Currency, power(c, 3, -3)),
        c @ 0x04..=0x07 => of(Q::Debit, U::Currency, power(c, 3, -3)),
        0x08 => plain(Q::TelegramIdentification),
        0x09 => plain(Q::DeviceType),
        0x0a => plain(Q::Manufacturer),
        0x0b => plain(Q::ParameterSet),
        0x0c => plain(Q::ModelVersion),
        0x0d => plain(Q::HardwareVersion),
        0x0e => plain(Q::FirmwareVersion),
        0x0f => plain(Q::SoftwareVersion),
        0x10 => plain(Q::CustomerLocation),
        0x11 => plain(Q::Customer),
        0x12..=0x15 => plain(Q::AccessCode),
        0x16 => plain(Q::Password),
        0x17 => plain(Q::ErrorFlags),
        0x18 => plain(Q::ErrorMask),
        0x19 => plain(Q::SecurityKey),
        0x1a => plain(Q::DigitalOutput),
        0x1b => plain(Q::DigitalInput),
        0x1c => of(Q::BaudRate, U::Baud, 0),
        0x1d => of(Q::ResponseDelay, U::BitTime, 0),
        0x1e => plain(Q::Retry),
        0x1f => plain(Q::RemoteControl),
        0x20 => plain(Q::FirstStorage),
        0x21 => plain(Q::LastStorage),
        0x22 => plain(Q::StorageBlock),
        0x23 => plain(Q::TariffDescriptor),
        c @ 0x24..=0x27 => duration(Q::StorageInterval, c),
        0x28 => of(Q::StorageInterval, U::Month, 0),
        0x29 => of(Q::StorageInterval, U::Year, 0),
        0x2a => plain(Q::OperatorData),
        0x2b => of(Q::TimePointSecond, U::Second, 0),
        c @ 0x2c..=0x2f => duration(Q::DurationSinceReadout, c),
        0x30 => plain(Q::TariffStart),
        c @ 0x31..=0x33 => duration(Q::TariffDuration, c),
        c @ 0x34..=0x37 => duration(Q::TariffPeriod, c),
        0x38 => of(Q::TariffPeriod, U::Month, 0),
        0x39 => of(Q::TariffPeriod, U::Year, 0),
        0x3a => plain(Q::Dimensionless),
        0x3b => plain(Q::WirelessContainer),
        c @ 0x3c..=0x3f => duration(Q::TransmissionPeriod, c),
        c @ 0x40..=0x4f => of(Q::Voltage, U::Volt, power(c, 15, -9)),
        c @ 0x50..=0x5f => of(Q::Current, U::Ampere, power(c, 15, -12)),
        0x60 => plain(Q::ResetCounter),
        0x61 => plain(Q::CumulationCounter),
        0x62 => plain(Q::ControlSignal),
        0x63 => plain(Q::DayOfWeek),
        0x64 => plain(Q::WeekNumber),
        0x65 => plain(Q::DayChange),
        0x66 => plain(Q::ParameterActivation),
        0x67 => plain(Q::SupplierInformation),
        c @ 0x68..=0x6b => long_duration(Q::DurationSinceCumulation, c),
        c @ 0x6c..=0x6f => long_duration(Q::BatteryTime, c),
        0x70 => plain(Q::BatteryChange),
        0x71 => of(Q::ReceptionLevel, U::DecibelMilliwatt, 0),
        0x72 => plain(Q::DaylightSaving),
        0x73 => plain(Q::ListeningWindow),
        0x74 => of(Q::BatteryLifetime, U::Day, 0),
        0x75 => plain(Q::Stops),
        0x76 => plain(Q::ManufacturerContainer),
        _ => plain(Q::Reserved),
    }
}
