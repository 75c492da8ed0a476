use core::time::Duration;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use dlms_security::{CounterId, CounterStore, StoreError, SystemTitle};
use serde_json::{Map, Value};

use super::counters::names;
use crate::failure::{Failure, FailureKind};

/// How long to wait for another command that uses the file.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file that keeps invocation counters by system title and key: `{"TITLE":{"key-set-0-unicast":NEXT}}`.
///
/// It is replaced whole, so that it is never half written, and no two commands use it at a time: they would use
/// the same values.
#[derive(Debug)]
pub(crate) struct CounterFile {
    path: PathBuf,
    title: SystemTitle,
    counters: Map<String, Value>,
    /// Held as long as the counters are in use.
    _lock: File,
}

impl CounterFile {
    /// Opens the file for the counters of `title`; one that is not there holds none yet.
    ///
    /// # Errors
    /// `io`: it cannot be read, is no such file, or stays in use by another command.
    pub(crate) fn open(path: &Path, title: SystemTitle) -> Result<Self, Failure> {
        let wrong = |what: String| Failure::new(FailureKind::Io, format!("{}: {what}", path.display()));
        let lock = lock(&beside(path, ".lock")).map_err(|error| wrong(error.to_string()))?;
        let counters = match fs::read_to_string(path) {
            Ok(text) => {
                serde_json::from_str(&text).map_err(|error| wrong(format!("no counter file: {error}")))?
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Map::new(),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let file = Self { path: path.to_owned(), title, counters, _lock: lock };
        for broadcast in [false, true] {
            let value = file.value(CounterId { setup: 0, broadcast });
            value.map_err(|_| wrong("no counter file: a counter is a number up to 4294967295".into()))?;
        }
        Ok(file)
    }

    fn value(&self, id: CounterId) -> Result<u32, StoreError> {
        let (title, name) = names(self.title, id);
        match self.counters.get(&title) {
            None => Ok(0),
            Some(Value::Object(counters)) => match counters.get(&name) {
                None => Ok(0),
                Some(value) => value.as_u64().and_then(|v| u32::try_from(v).ok()).ok_or(StoreError::Corrupt),
            },
            Some(_) => Err(StoreError::Corrupt),
        }
    }

    /// Writes the file anew beside the old one and puts it in its place.
    fn write(&self) -> io::Result<()> {
        let new = beside(&self.path, ".new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        let text = serde_json::to_string_pretty(&self.counters).map_err(io::Error::other)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        // The name has to outlive a power failure too, where the system can see to that.
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if let Ok(directory) = File::open(directory.unwrap_or(Path::new("."))) {
            let _ = directory.sync_all();
        }
        Ok(())
    }
}

impl CounterStore for CounterFile {
    fn load(&mut self, id: CounterId) -> Result<u32, StoreError> {
        self.value(id)
    }

    fn reserve(&mut self, id: CounterId, ceiling: u32) -> Result<(), StoreError> {
        let (title, name) = names(self.title, id);
        let counters = self.counters.entry(title).or_insert_with(|| Map::new().into());
        let counters = counters.as_object_mut().ok_or(StoreError::Corrupt)?;
        counters.insert(name, ceiling.into());
        self.write().map_err(|_| StoreError::Unavailable)
    }
}

/// The file itself is replaced, so another one beside it is locked.
fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(20))
            }
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(ErrorKind::WouldBlock, "in use by another command"));
            }
            // A file system that knows no locks.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_security::InvocationCounters;

    const ID: CounterId = CounterId { setup: 0, broadcast: false };
    const TITLE: SystemTitle = SystemTitle(*b"CLIENT01");

    /// A directory of a test's own.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let directory = std::env::temp_dir().join(format!("dlms-{}-{name}", std::process::id()));
            fs::create_dir_all(&directory).unwrap();
            Self(directory)
        }

        fn path(&self) -> PathBuf {
            self.0.join("counter")
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn counting_goes_on_where_it_stopped() {
        let scratch = Scratch::new("goes-on");
        let path = scratch.path();
        for expected in 1..4 {
            let mut counters = InvocationCounters::<_>::new(CounterFile::open(&path, TITLE).unwrap());
            assert_eq!(counters.next(ID), Ok(expected));
            counters.settle().unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["434C49454E543031"]["key-set-0-unicast"], 4);
    }

    #[test]
    fn values_that_were_reserved_are_not_used_again() {
        let scratch = Scratch::new("reserved");
        let path = scratch.path();
        let mut counters =
            InvocationCounters::<_>::new(CounterFile::open(&path, TITLE).unwrap()).with_step(10);
        assert_eq!(counters.next(ID), Ok(1));
        drop(counters);
        let mut other = InvocationCounters::<_>::new(CounterFile::open(&path, SystemTitle([1; 8])).unwrap());
        assert_eq!(other.next(ID), Ok(1));
        drop(other);
        let mut again = InvocationCounters::<_>::new(CounterFile::open(&path, TITLE).unwrap());
        assert_eq!(again.next(ID), Ok(11));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new("mode");
        let path = scratch.path();
        CounterFile::open(&path, TITLE).unwrap().reserve(ID, 7).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_counter_file_is_left_alone() {
        let scratch = Scratch::new("foreign");
        let path = scratch.path();
        for text in ["[]", "{\"434C49454E543031\":1}", "{\"434C49454E543031\":{\"key-set-0-unicast\":-1}}"] {
            fs::write(&path, text).unwrap();
            assert_eq!(CounterFile::open(&path, TITLE).unwrap_err().kind(), FailureKind::Io, "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
