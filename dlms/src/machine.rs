use dlms_core::time::Instant;

/// What a machine wants next.
///
/// The rule of every machine here: **change it once, then drain it until `Wait`**. A call that changes it is a
/// command, `handle_input` or `handle_timeout`; draining is `poll_output` again and again. Events are small copies;
/// what they speak of is fetched from the machine before it is changed again.
#[derive(Debug, PartialEq)]
pub enum Output<'a, E> {
    /// Send these octets.
    Transmit(&'a [u8]),
    /// Something happened.
    Event(E),
    /// Nothing more until octets arrive or this instant comes.
    Wait(Option<Instant>),
}

/// The earlier of two instants.
pub(crate) fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
