use core::fmt;
use core::str::FromStr;

use iec62056_21::{CharacterFormat, LineSettings};

/// `--serial`: a port, and how it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SerialLine {
    pub(crate) path: String,
    /// What was said of speed and characters, if anything.
    pub(crate) baud: Option<u32>,
    pub(crate) format: Option<CharacterFormat>,
}

impl SerialLine {
    const BAUD: u32 = 9600;

    /// The line for HDLC: 9600 baud unless told otherwise.
    pub(crate) fn hdlc(&self) -> LineSettings {
        LineSettings::eight_none_one(self.baud.unwrap_or(Self::BAUD))
    }
}

/// `PATH[:BAUD[,8N1|7E1]]`; a colon may stand in the path.
impl FromStr for SerialLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let whole = || Self { path: text.to_owned(), baud: None, format: None };
        let Some((path, settings)) = text.rsplit_once(':') else { return Ok(whole()) };
        let (baud, format) = match settings.split_once(',') {
            Some((baud, format)) => (baud, Some(format)),
            None => (settings, None),
        };
        if !baud.starts_with(|c: char| c.is_ascii_digit()) || (format.is_none() && baud.contains('.')) {
            return Ok(whole());
        }
        let baud = baud.parse().ok().filter(|baud| (50..=4_000_000).contains(baud));
        let format = match format {
            None => None,
            Some("8N1") => Some(CharacterFormat::EightNoneOne),
            Some("7E1") => Some(CharacterFormat::SevenEvenOne),
            Some(_) => return Err("characters are 8N1 or 7E1".to_owned()),
        };
        match (baud, path) {
            (Some(baud), path) if !path.is_empty() => {
                Ok(Self { path: path.to_owned(), baud: Some(baud), format })
            }
            _ => Err("a port is PATH, PATH:BAUD or PATH:BAUD,8N1".to_owned()),
        }
    }
}

impl fmt::Display for SerialLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<(String, Option<u32>, Option<CharacterFormat>), String> {
        text.parse::<SerialLine>().map(|line| (line.path, line.baud, line.format))
    }

    #[test]
    fn ports_with_and_without_settings() {
        let path = "/dev/ttyUSB0".to_owned();
        assert_eq!(line("/dev/ttyUSB0"), Ok((path.clone(), None, None)));
        assert_eq!(line("/dev/ttyUSB0:2400"), Ok((path.clone(), Some(2400), None)));
        let format = Some(CharacterFormat::SevenEvenOne);
        assert_eq!(line("/dev/ttyUSB0:300,7E1"), Ok((path, Some(300), format)));
        assert_eq!(line("COM3:9600,8N1").unwrap().0, "COM3");
        let by_path = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0";
        assert_eq!(line(by_path), Ok((by_path.to_owned(), None, None)));
        for wrong in ["/dev/ttyUSB0:9600,8E2", "/dev/ttyUSB0:1", ":9600", "/dev/ttyUSB0:99999999999"] {
            assert!(line(wrong).is_err(), "{wrong}");
        }
    }
}
