/// One thing that happens to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'i> {
    /// Octets from the line, whatever they are.
    Line(&'i [u8]),
    /// A message of the peer's in a sound frame, forged.
    Message(&'i [u8]),
    /// A message that the peer could have sent: protected with its keys, in the form and with the protection that this
    /// number says; 0 is the right one.
    Protected(u8, &'i [u8]),
    /// So many milliseconds pass.
    Pass(u64),
    /// The caller does something, or the client asks for something: what, says the number.
    Command(u8),
    /// What the two ends have to say to each other gets through.
    Relay,
    /// The transport ends.
    Closed,
}

/// What happens to a session, written in the input of a fuzz target.
///
/// | octets | step |
/// |---|---|
/// | `00 01` and what a wrapper header announces | octets from the line |
/// | `F0 n` and n octets | a forged message |
/// | `F1 how n` and n octets | a message with the right keys |
/// | `F2 t` | half a second, t times |
/// | `F3 c` | command c |
/// | `F4` | the ends hear each other |
/// | `F5 n` and n octets | octets from the line |
/// | `F6` | the transport ends |
/// | any other | all the rest is a forged message |
///
/// So a message or a wrapper unit alone is a script, too.
#[derive(Debug, Clone)]
pub struct Script<'i> {
    rest: &'i [u8],
}

impl<'i> Script<'i> {
    /// The script in `input`.
    #[must_use]
    pub const fn new(input: &'i [u8]) -> Self {
        Self { rest: input }
    }

    fn take(&mut self, n: usize) -> &'i [u8] {
        let (taken, rest) = self.rest.split_at(n.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn octet(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    fn counted(&mut self) -> &'i [u8] {
        let n = usize::from(self.octet());
        self.take(n)
    }
}

impl<'i> Iterator for Script<'i> {
    type Item = Step<'i>;

    fn next(&mut self) -> Option<Step<'i>> {
        let first = *self.rest.first()?;
        if let [0, 1, _, _, _, _, high, low, ..] = self.rest {
            return Some(Step::Line(self.take(8 + usize::from(u16::from_be_bytes([*high, *low])))));
        }
        if !matches!(first, 0xf0..=0xf6) {
            return Some(Step::Message(self.take(usize::MAX)));
        }
        self.take(1);
        Some(match first {
            0xf0 => Step::Message(self.counted()),
            0xf1 => Step::Protected(self.octet(), self.counted()),
            0xf2 => Step::Pass(500 * u64::from(self.octet())),
            0xf3 => Step::Command(self.octet()),
            0xf4 => Step::Relay,
            0xf5 => Step::Line(self.counted()),
            _ => Step::Closed,
        })
    }
}
