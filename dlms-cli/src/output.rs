use std::io::{self, Write};

use serde_json::Value;

use crate::failure::Failure;

/// Where a command's results go, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// JSON documents, one a line, or text for people.
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are printed as JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Prints one result on stdout: as JSON on one line, or as the text `human` makes of it.
    ///
    /// A reader that went away, as `head` does, is no failure.
    pub(crate) fn print(&self, json: &Value, human: impl FnOnce(&Value) -> String) -> Result<(), Failure> {
        let text = if self.json { format!("{json}\n") } else { human(json) };
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => Ok(result?),
        }
    }

    /// Prints a failure on stderr.
    pub(crate) fn print_failure(&self, failure: &Failure) {
        let text = if self.json { failure.to_json().to_string() } else { format!("error: {failure}") };
        // There is nobody left to tell.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}
