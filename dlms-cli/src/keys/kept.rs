use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use dlms_security::SystemTitle;
use zeroize::Zeroizing;

use super::kind::Kind;
use crate::failure::{Failure, FailureKind};
use crate::hex;

/// A new key file, that nobody but its owner may read. There is one before a meter is asked to change its keys: they
/// shall not be lost.
pub(super) struct Kept {
    path: PathBuf,
    file: File,
}

impl Kept {
    /// A file that is not there yet.
    ///
    /// # Errors
    /// `io`: it cannot be made, or is there already.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path);
        let file =
            file.map_err(|error| Failure::new(FailureKind::Io, format!("{}: {error}", path.display())))?;
        Ok(Self { path: path.into(), file })
    }

    /// Writes the keys of a meter, of any without a title, in place of what is there; on disk once this returns.
    ///
    /// # Errors
    /// `io`.
    pub(super) fn write(
        &mut self,
        meter: Option<SystemTitle>,
        keys: &[(Kind, Zeroizing<Vec<u8>>)],
    ) -> Result<(), Failure> {
        let name = meter.map_or("any".to_owned(), |title| format!("\"{}\"", hex::to_text(&title.0)));
        let mut text = Zeroizing::new(format!("[{name}]\n"));
        text.reserve(512);
        for (kind, key) in keys {
            let digits = Zeroizing::new(hex::to_text(key));
            for part in [kind.name(), " = \"", &digits, "\"\n"] {
                text.push_str(part);
            }
        }
        let written = self.file.seek(SeekFrom::Start(0)).and_then(|_| {
            self.file.write_all(text.as_bytes())?;
            self.file.set_len(text.len().try_into().unwrap_or(u64::MAX))?;
            self.file.sync_all()
        });
        written.map_err(|error| Failure::new(FailureKind::Io, format!("{}: {error}", self.path.display())))
    }

    /// Takes the file away again: nothing came of it.
    pub(super) fn discard(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
