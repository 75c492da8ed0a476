use core::fmt;

macro_rules! quantities {
    ($($name:ident $text:literal,)*) => {
        /// What a value is the value of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum Quantity {
            $($name,)*
        }

        impl Quantity {
            /// Its name in the standard's words, in lower case with hyphens.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

quantities! {
    Energy "energy",
    ReactiveEnergy "reactive-energy",
    ApparentEnergy "apparent-energy",
    Volume "volume",
    Mass "mass",
    OnTime "on-time",
    OperatingTime "operating-time",
    Power "power",
    ReactivePower "reactive-power",
    ApparentPower "apparent-power",
    MaximumPower "cumulative-maximum-power",
    VolumeFlow "volume-flow",
    MassFlow "mass-flow",
    FlowTemperature "flow-temperature",
    ReturnTemperature "return-temperature",
    TemperatureDifference "temperature-difference",
    ExternalTemperature "external-temperature",
    TemperatureLimit "temperature-limit",
    Pressure "pressure",
    RelativeHumidity "relative-humidity",
    Voltage "voltage",
    Current "current",
    Frequency "frequency",
    PhaseVoltageVoltage "phase-voltage-voltage",
    PhaseVoltageCurrent "phase-voltage-current",
    Date "date",
    DateTime "date-time",
    HeatCostAllocation "heat-cost-allocation",
    RatingFactor "rating-factor",
    AveragingDuration "averaging-duration",
    ActualityDuration "actuality-duration",
    FabricationNumber "fabrication-number",
    EnhancedIdentification "enhanced-identification",
    Address "address",
    Credit "credit",
    Debit "debit",
    TelegramIdentification "unique-message-identification",
    DeviceType "device-type",
    Manufacturer "manufacturer",
    ParameterSet "parameter-set-identification",
    ModelVersion "model-version",
    HardwareVersion "hardware-version",
    FirmwareVersion "metrology-firmware-version",
    SoftwareVersion "other-software-version",
    CustomerLocation "customer-location",
    Customer "customer",
    AccessCode "access-code",
    Password "password",
    ErrorFlags "error-flags",
    ErrorMask "error-mask",
    SecurityKey "security-key",
    DigitalOutput "digital-output",
    DigitalInput "digital-input",
    BaudRate "baud-rate",
    ResponseDelay "response-delay-time",
    Retry "retry",
    RemoteControl "remote-control",
    FirstStorage "first-storage-number",
    LastStorage "last-storage-number",
    StorageBlock "size-of-storage-block",
    TariffDescriptor "descriptor-for-tariff-and-subunit",
    StorageInterval "storage-interval",
    OperatorData "operator-specific-data",
    TimePointSecond "time-point-second",
    DurationSinceReadout "duration-since-last-readout",
    TariffStart "start-of-tariff",
    TariffDuration "duration-of-tariff",
    TariffPeriod "period-of-tariff",
    Dimensionless "dimensionless",
    WirelessContainer "wireless-data-container",
    TransmissionPeriod "period-of-nominal-transmissions",
    ResetCounter "reset-counter",
    CumulationCounter "cumulation-counter",
    ControlSignal "control-signal",
    DayOfWeek "day-of-week",
    WeekNumber "week-number",
    DayChange "time-point-of-day-change",
    ParameterActivation "state-of-parameter-activation",
    SupplierInformation "special-supplier-information",
    DurationSinceCumulation "duration-since-last-cumulation",
    BatteryTime "operating-time-of-battery",
    BatteryChange "date-time-of-battery-change",
    ReceptionLevel "reception-level",
    DaylightSaving "daylight-saving",
    ListeningWindow "listening-window-management",
    BatteryLifetime "remaining-battery-lifetime",
    Stops "number-of-stops",
    ManufacturerContainer "manufacturer-data-container",
    Any "any",
    PlainText "plain-text-unit",
    ManufacturerSpecific "manufacturer-specific",
    Reserved "reserved",
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
