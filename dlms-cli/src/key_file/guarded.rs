use std::fs::{File, Metadata};
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::failure::{Failure, FailureKind};

/// Set to 1, key files that others may read are taken all the same: where something else guards them, as in a container.
const ALLOW: &str = "DLMS_SHARED_KEY_FILES";

/// Octets of a key file at most.
const LIMIT: u64 = 16 << 20;

/// Reads a file with secrets.
///
/// # Errors
/// `exposed-key-file`: others than its owner may read or write it; `usage`: it cannot be read, or is far too long.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let wrong = |what: String| Failure::usage(format!("{}: {what}", path.display()));
    // Asked of the open file: its name may mean another one in a moment.
    let mut file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let metadata = file.metadata().map_err(|error| wrong(error.to_string()))?;
    if let Some(mode) = exposed(&metadata)
        && std::env::var_os(ALLOW).is_none_or(|allow| allow != "1")
    {
        let file = path.display();
        let how = format!("`chmod 600 {file}`, or set {ALLOW}=1 if something else guards it");
        return Err(Failure::new(
            FailureKind::ExposedKeyFile,
            format!("{file} holds keys and others may read it (mode {mode:04o}): {how}"),
        ));
    }
    if metadata.len() > LIMIT {
        return Err(wrong("too long for a file with keys".into()));
    }
    // One more than it has: a buffer that grew would leave what it held behind.
    let room = usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1);
    let mut octets = Zeroizing::new(Vec::with_capacity(room));
    let read = (&mut file).take(LIMIT).read_to_end(&mut octets);
    read.map_err(|error| wrong(error.to_string()))?;
    Ok(octets)
}

/// Whether others than its owner may read or write a file.
pub(crate) fn may_be_read_by_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| exposed(&metadata).is_some())
}

/// The mode, if it lets others in.
#[cfg(unix)]
fn exposed(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o7777;
    // A device or a pipe is guarded by whoever made it: as of `<(…)` in a shell.
    (metadata.is_file() && mode & 0o077 != 0).then_some(mode)
}

/// Other systems have no such mode.
#[cfg(not(unix))]
fn exposed(_: &Metadata) -> Option<u32> {
    None
}
