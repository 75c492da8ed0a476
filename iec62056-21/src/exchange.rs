use dlms_core::time::Instant;

/// What a machine behind the opening wants next: change it once, then drain it until `Wait`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Exchange<'a, E> {
    /// Send these octets.
    Transmit(&'a [u8]),
    /// Something happened.
    Event(E),
    /// Nothing more until octets arrive or this instant comes.
    Wait(Option<Instant>),
}
