//! What goes over the line, shown and kept.

mod decipher;
mod frames;
mod lines;
mod name;
mod pcap;
mod progress;
mod secret;
mod watched;
mod watchers;

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use dlms_io::Observer;

use crate::connection::{Settings, Target, TraceTo};
use crate::failure::{Failure, FailureKind};

use decipher::Decipher;
use lines::{Framing, Lines};
use pcap::{Capture, Protocol};
use progress::Progress;
pub(crate) use watched::Watched;
pub(crate) use watchers::Watchers;

/// Where traces go, for all connections of a command.
pub(crate) struct Traces {
    lines: Option<Shared<Box<dyn Write + Send>>>,
    capture: Option<Shared<Capture<BufWriter<File>>>>,
    progress: bool,
    began: Instant,
}

type Shared<T> = Arc<Mutex<T>>;

impl Traces {
    /// What the flags ask for.
    ///
    /// # Errors
    /// `io`: a file cannot be made.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        let lines: Option<Box<dyn Write + Send>> = match &settings.trace {
            None => None,
            Some(TraceTo::Stderr) => Some(Box::new(std::io::stderr())),
            Some(TraceTo::File(path)) => Some(Box::new(create(path)?)),
        };
        let capture = match &settings.pcap {
            None => None,
            Some(path) => Some(Capture::new(BufWriter::new(create(path)?))?),
        };
        Ok(Self {
            progress: settings.shows_octets
                && settings.trace != Some(TraceTo::Stderr)
                && std::io::stderr().is_terminal(),
            lines: lines.map(|lines| Arc::new(Mutex::new(lines))),
            capture: capture.map(|capture| Arc::new(Mutex::new(capture))),
            began: Instant::now(),
        })
    }

    /// Who watches a connection that was just made.
    pub(crate) fn watchers(&self, settings: &Settings) -> Result<Watchers, Failure> {
        let datagrams = matches!(settings.target, Target::Udp(_));
        let mut watchers: Vec<Box<dyn Observer + Send>> = Vec::new();
        if let Some(out) = &self.lines {
            let decipher = settings.config.ciphering.map(|ciphering| {
                settings
                    .keys
                    .provider(settings.config.saps.client)
                    .map(|provider| Decipher::new(&ciphering, provider))
            });
            let decipher = decipher.transpose()?;
            let framing = match &settings.target {
                Target::Udp(_) => Framing::Datagrams,
                target if target.is_hdlc() => Framing::hdlc(),
                _ => Framing::wrapper(),
            };
            watchers.push(Box::new(Lines::new(Arc::clone(out), self.began, framing, decipher)));
        }
        if let Some(capture) = &self.capture {
            let protocol = if datagrams { Protocol::Udp } else { Protocol::Tcp };
            watchers.push(Box::new(pcap::Tap::new(Arc::clone(capture), protocol)));
        }
        if self.progress {
            watchers.push(Box::new(Progress::new()));
        }
        Ok(Watchers(watchers))
    }
}

fn create(path: &std::path::Path) -> Result<File, Failure> {
    File::create(path).map_err(|error| Failure::new(FailureKind::Io, format!("{}: {error}", path.display())))
}
