use core::str::FromStr;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use cosem_classes::image_transfer::ImageTransferStatus;
use dlms::client::image::{Activation, ImageOptions, ImageProgress, ImageStage};
use obis::{ObisCode, obis};
use serde_json::json;

use crate::connection::{OnlineArgs, Settings, milliseconds, seconds};
use crate::failure::{Failure, FailureKind};
use crate::hex;
use crate::output::Output;
use crate::session::Session;

/// What takes firmware in most meters.
const IMAGE_TRANSFER: ObisCode = obis!("0-0:44.0.0.255");

/// Transfers an image, a new firmware usually, has it verified, and activates it. A transfer that was interrupted goes on
/// where it ended: give the same command again.
///
/// The built-in meter takes images for MAC-ST402D that end with the CRC-32 of all octets before, the highest first.
///
/// Example: dlms image MAC-ST402D-LR-HW1.0-FW3.1.0.bin --activate later --tcp meter:4059
#[derive(Debug, clap::Args)]
pub(crate) struct ImageArgs {
    /// The image.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the meter's manufacturer calls the image [default: the name of the file without its ending].
    #[arg(long, value_name = "TEXT|hex:…")]
    identifier: Option<Identifier>,
    /// Another Image transfer object than the main one.
    #[arg(long, value_name = "OBIS", default_value_t = IMAGE_TRANSFER)]
    object: ObisCode,
    /// When the image is activated: now, later by whatever else, or now by a script of a script table.
    #[arg(long, value_name = "now|later|OBIS:SCRIPT", default_value = "now")]
    activate: Activate,
    /// Begin anew, even where the meter has some of the image.
    #[arg(long)]
    anew: bool,
    /// Seconds between two times that the meter is asked whether it is done with verifying or activating.
    #[arg(long, value_name = "S", default_value_t = 2.0, value_parser = seconds)]
    poll: f64,
    /// Seconds that verifying and activating may take, each.
    #[arg(long, value_name = "S", default_value_t = 600.0, value_parser = seconds)]
    patience: f64,
    #[command(flatten)]
    online: OnlineArgs,
}

/// `--identifier`: octets, as text or as `hex:` and digits.
#[derive(Debug, Clone)]
struct Identifier(Vec<u8>);

impl FromStr for Identifier {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("hex:") {
            Some(digits) => hex::from_text(digits).map(Self).map_err(|failure| failure.to_string()),
            None => Ok(Self(text.as_bytes().to_vec())),
        }
    }
}

/// `--activate`: how.
#[derive(Debug, Clone, Copy)]
struct Activate(Activation);

impl FromStr for Activate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let script = || {
            let (table, selector) = text.rsplit_once(':')?;
            Some(Activation::Script { table: table.parse().ok()?, selector: selector.parse().ok()? })
        };
        match text {
            "now" => Ok(Self(Activation::Immediate)),
            "later" => Ok(Self(Activation::Later)),
            _ => script().map(Self).ok_or_else(|| "now, later, or a script as 0-0:10.0.107.255:1".to_owned()),
        }
    }
}

/// Runs `dlms image`.
pub(crate) fn run(args: &ImageArgs, output: &Output) -> Result<(), Failure> {
    let image = std::fs::read(&args.file)
        .map_err(|error| Failure::new(FailureKind::Io, format!("{}: {error}", args.file.display())))?;
    if image.is_empty() {
        return Err(Failure::usage(format!("{} is empty", args.file.display())));
    }
    let identifier = match &args.identifier {
        Some(Identifier(octets)) => octets.clone(),
        None => args.file.file_stem().map(|stem| stem.as_encoded_bytes().to_vec()).unwrap_or_default(),
    };
    let options = ImageOptions {
        resume: !args.anew,
        activation: args.activate.0,
        poll_interval: milliseconds(args.poll),
        patience: milliseconds(args.patience),
        ..ImageOptions::default()
    };
    let settings = Settings { shows_octets: false, ..Settings::new(args.online.flags()?)? };
    let done = Session::work(settings, |session| {
        let mut shown = Shown::new();
        session
            .transfer_image(args.object, &identifier, &image, options, &mut |progress| shown.show(progress))
    })?;
    let identifier = match core::str::from_utf8(&identifier) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => format!("hex:{}", hex::to_text(&identifier)),
    };
    let status = match done.stage {
        ImageStage::Activated => ImageTransferStatus::ActivationSuccessful,
        _ => ImageTransferStatus::VerificationSuccessful,
    };
    let json = json!({
        "identifier": identifier,
        "size": image.len(),
        "blocks": done.blocks,
        "sent": done.sent,
        "status": status.name(),
    });
    output.print(&json, |_| {
        let (octets, blocks, sent) = (image.len(), done.blocks, done.sent);
        format!("{identifier}: {octets} bytes in {blocks} blocks, {sent} sent; {}\n", status.name())
    })
}

/// Tells the terminal how far it is.
struct Shown {
    is_terminal: bool,
    line: String,
}

impl Shown {
    fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), line: String::new() }
    }

    fn show(&mut self, progress: ImageProgress) {
        if !self.is_terminal {
            return;
        }
        let line = match progress.stage {
            ImageStage::Transferring => format!("block {} of {}", progress.there, progress.blocks),
            ImageStage::Verifying => "the meter verifies the image".to_owned(),
            ImageStage::Activating => "the meter activates the image".to_owned(),
            _ => return,
        };
        if line != self.line {
            let mut stderr = io::stderr().lock();
            // There is nobody left to tell.
            let _ = write!(stderr, "\r{line}\x1b[K").and_then(|()| stderr.flush());
            self.line = line;
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            // The line is cleared for what comes next.
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activation_is_now_later_or_by_a_script() {
        let parsed = |text: &str| text.parse::<Activate>().map(|activate| activate.0);
        assert_eq!(parsed("now"), Ok(Activation::Immediate));
        assert_eq!(parsed("later"), Ok(Activation::Later));
        let script = Activation::Script { table: obis!("0-0:10.0.107.255"), selector: 1 };
        assert_eq!(parsed("0-0:10.0.107.255:1"), Ok(script));
        assert!(parsed("0-0:10.0.107.255").is_err() && parsed("tomorrow").is_err());
    }

    #[test]
    fn identifiers_are_text_or_digits() {
        assert_eq!("FW-2".parse::<Identifier>().unwrap().0, b"FW-2");
        assert_eq!("hex:00FF".parse::<Identifier>().unwrap().0, [0, 0xff]);
        assert!("hex:0".parse::<Identifier>().is_err());
    }
}
