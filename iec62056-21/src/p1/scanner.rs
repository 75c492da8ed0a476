/// Where telegrams begin and end in a stream.
///
/// One begins with `/`, at the begin of a line if another has not ended yet. It ends with a `!` at the begin of a line
/// and the four digits of its CRC; without those where the line ends at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Scanner {
    #[default]
    Outside,
    Inside {
        /// The last character was a line feed.
        at_line: bool,
    },
    /// Behind `!`, and so many digits.
    Crc(u8),
}

/// What a character is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scanned {
    /// Of no telegram.
    Outside,
    /// The first of a telegram; what had begun before is no telegram.
    First,
    /// Of the telegram that has begun.
    Inside,
    /// The last of it.
    Last,
    /// The first behind a telegram without a CRC.
    Behind,
    /// No character of a telegram: what had begun is none.
    Broken,
}

impl Scanner {
    pub(super) const fn is_inside(self) -> bool {
        !matches!(self, Self::Outside)
    }

    pub(super) const fn push(&mut self, octet: u8) -> Scanned {
        let (next, scanned) = match (*self, octet) {
            (Self::Outside | Self::Inside { at_line: true }, b'/') => {
                (Self::Inside { at_line: false }, Scanned::First)
            }
            (Self::Outside, _) => (Self::Outside, Scanned::Outside),
            (Self::Inside { at_line: true }, b'!') => (Self::Crc(0), Scanned::Inside),
            (Self::Inside { .. }, _) => (Self::Inside { at_line: octet == b'\n' }, Scanned::Inside),
            (Self::Crc(0), b'\r' | b'\n') => (Self::Outside, Scanned::Behind),
            (Self::Crc(3), _) if octet.is_ascii_hexdigit() => (Self::Outside, Scanned::Last),
            (Self::Crc(digits), _) if octet.is_ascii_hexdigit() => {
                (Self::Crc(digits.wrapping_add(1)), Scanned::Inside)
            }
            (Self::Crc(_), _) => (Self::Outside, Scanned::Broken),
        };
        *self = next;
        scanned
    }
}
