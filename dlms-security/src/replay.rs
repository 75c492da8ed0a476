use dlms_core::crypto::KeyId;

use crate::{SecurityError, SystemTitle};

/// The invocation counters received from one originator under one key.
///
/// Strict: only higher ones than the last are new. A width (up to 64) accepts late ones too, each once, as far as that
/// below the last: a deviation from the standard for UDP and broadcast, where APDUs overtake each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ReplayWindow {
    last: Option<u32>,
    /// Bit n: the counter n below the last was accepted.
    seen: u64,
    width: u8,
}

impl ReplayWindow {
    const MAX_WIDTH: u8 = 64;

    /// Nothing received yet, strict.
    #[must_use]
    pub const fn new() -> Self {
        Self { last: None, seen: 0, width: 0 }
    }

    /// Nothing received yet; counters up to `width` below the last are accepted, at most 64.
    #[must_use]
    pub const fn with_width(width: u8) -> Self {
        Self { width: if width < Self::MAX_WIDTH { width } else { Self::MAX_WIDTH }, ..Self::new() }
    }

    /// The highest counter accepted so far.
    #[must_use]
    pub const fn last(&self) -> Option<u32> {
        self.last
    }

    /// Whether the counter is new.
    #[must_use]
    pub fn is_new(&self, counter: u32) -> bool {
        let Some(last) = self.last else { return true };
        if counter > last {
            return true;
        }
        let below = last.wrapping_sub(counter);
        below < u32::from(self.width) && self.seen.checked_shr(below).unwrap_or(0) & 1 == 0
    }

    /// Remembers that the counter was accepted.
    pub fn accept(&mut self, counter: u32) {
        match self.last {
            Some(last) if counter <= last => {
                if let Some(bit) = 1u64.checked_shl(last.wrapping_sub(counter)) {
                    self.seen |= bit;
                }
            }
            last => {
                let moved = counter.wrapping_sub(last.unwrap_or(0));
                self.seen = self.seen.checked_shl(moved).unwrap_or(0) | 1;
                self.last = Some(counter);
            }
        }
    }

    /// What a strict receiver would take.
    pub(crate) fn expected(&self) -> u32 {
        self.last.map_or(0, |last| last.saturating_add(1))
    }
}

impl Default for ReplayWindow {
    fn default() -> Self {
        Self::new()
    }
}

/// The invocation counters received, by originator and key: `N` of them, shared by all associations of a device.
///
/// An originator for whom there is no place is refused: forgetting another one would open that one to replays. Places
/// are only taken by APDUs that were found authentic (or, without a tag, sound), never by attempts.
///
/// What is here is lost with the power. A device that must not take old APDUs after a restart keeps the entries
/// ([`iter`](Self::iter)) and gives them back ([`restore`](Self::restore)).
#[derive(Debug, Clone)]
pub struct ReplayWindows<const N: usize = 8> {
    width: u8,
    entries: [Option<Entry>; N],
    /// The last transaction of each originator.
    #[cfg(feature = "general-protection")]
    transactions: [Option<(SystemTitle, u128)>; N],
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    originator: SystemTitle,
    key: KeyId,
    window: ReplayWindow,
}

impl<const N: usize> ReplayWindows<N> {
    /// Nothing received yet, strict.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_width(0)
    }

    /// Nothing received yet, with windows of this width: see [`ReplayWindow`].
    #[must_use]
    pub const fn with_width(width: u8) -> Self {
        Self {
            width,
            entries: [None; N],
            #[cfg(feature = "general-protection")]
            transactions: [None; N],
        }
    }

    /// The highest counter accepted from this originator under this key.
    #[must_use]
    pub fn last(&self, originator: SystemTitle, key: KeyId) -> Option<u32> {
        self.find(originator, key)?.window.last
    }

    /// The highest counter accepted under this key from anyone: what an invocation counter object (0-0:43.1.e.255)
    /// shows. A client goes on at one more.
    #[must_use]
    pub fn highest(&self, key: KeyId) -> Option<u32> {
        self.entries
            .iter()
            .flatten()
            .filter(|entry| entry.key == key)
            .filter_map(|entry| entry.window.last)
            .max()
    }

    /// Checks that the counter is new, and that there is a place to remember it.
    ///
    /// # Errors
    /// `Replayed`, `NoRoom`.
    pub fn check(&self, originator: SystemTitle, key: KeyId, counter: u32) -> Result<(), SecurityError> {
        match self.find(originator, key) {
            Some(Entry { window, .. }) if window.is_new(counter) => Ok(()),
            Some(Entry { window, .. }) => Err(SecurityError::Replayed { expected: window.expected() }),
            None if self.entries.iter().any(Option::is_none) => Ok(()),
            None => Err(SecurityError::NoRoom),
        }
    }

    /// Remembers that the counter was accepted.
    ///
    /// # Errors
    /// `NoRoom`.
    pub fn accept(&mut self, originator: SystemTitle, key: KeyId, counter: u32) -> Result<(), SecurityError> {
        let known = self.entries.iter().position(|entry| matches(entry, originator, key));
        let place = known.or_else(|| self.entries.iter().position(Option::is_none));
        let place = place.and_then(|i| self.entries.get_mut(i)).ok_or(SecurityError::NoRoom)?;
        let new = Entry { originator, key, window: ReplayWindow::with_width(self.width) };
        place.get_or_insert(new).window.accept(counter);
        Ok(())
    }

    /// As if the counter had been accepted: what was kept over a restart.
    ///
    /// # Errors
    /// `NoRoom`.
    pub fn restore(&mut self, originator: SystemTitle, key: KeyId, last: u32) -> Result<(), SecurityError> {
        self.accept(originator, key, last)
    }

    /// Originator, key and last counter of every entry.
    pub fn iter(&self) -> impl Iterator<Item = (SystemTitle, KeyId, u32)> {
        self.entries
            .iter()
            .flatten()
            .filter_map(|entry| Some((entry.originator, entry.key, entry.window.last?)))
    }

    /// The last transaction of every originator, to be kept over a restart, and given back to
    /// [`accept_transaction`](ReplayMemory::accept_transaction).
    #[cfg(feature = "general-protection")]
    pub fn transactions(&self) -> impl Iterator<Item = (SystemTitle, u128)> {
        self.transactions.iter().flatten().copied()
    }

    /// Forgets all counters under a key: it was replaced, and its counters start again.
    pub fn forget(&mut self, key: KeyId) {
        for entry in &mut self.entries {
            if entry.is_some_and(|entry| entry.key == key) {
                *entry = None;
            }
        }
    }

    fn find(&self, originator: SystemTitle, key: KeyId) -> Option<&Entry> {
        self.entries.iter().find(|entry| matches(entry, originator, key))?.as_ref()
    }
}

/// What remembers the invocation counters received: [`ReplayWindows`] of any size, or what a device keeps elsewhere.
pub trait ReplayMemory {
    /// Checks that the counter is new, and that there is a place to remember it.
    ///
    /// # Errors
    /// `Replayed`, `NoRoom`.
    fn check(&self, originator: SystemTitle, key: KeyId, counter: u32) -> Result<(), SecurityError>;

    /// Remembers that the counter was accepted.
    ///
    /// # Errors
    /// `NoRoom`.
    fn accept(&mut self, originator: SystemTitle, key: KeyId, counter: u32) -> Result<(), SecurityError>;

    /// The highest counter accepted under this key from anyone.
    fn highest(&self, key: KeyId) -> Option<u32>;

    /// Forgets all counters under a key: it was replaced, and its counters start again.
    fn forget(&mut self, key: KeyId);

    /// Checks that a transaction of this originator is newer than all before, and that there is a place to remember it:
    /// of messages that no counter protects from coming again.
    ///
    /// # Errors
    /// `OldTransaction`, `NoRoom`; `Unsupported` where transactions are not remembered.
    fn check_transaction(&self, originator: SystemTitle, transaction: u128) -> Result<(), SecurityError> {
        let _ = (originator, transaction);
        Err(SecurityError::Unsupported("memory of transactions"))
    }

    /// Remembers that the transaction was accepted.
    ///
    /// # Errors
    /// `NoRoom`; `Unsupported` where transactions are not remembered.
    fn accept_transaction(
        &mut self,
        originator: SystemTitle,
        transaction: u128,
    ) -> Result<(), SecurityError> {
        let _ = (originator, transaction);
        Err(SecurityError::Unsupported("memory of transactions"))
    }
}

impl<const N: usize> ReplayMemory for ReplayWindows<N> {
    fn check(&self, originator: SystemTitle, key: KeyId, counter: u32) -> Result<(), SecurityError> {
        Self::check(self, originator, key, counter)
    }
    fn accept(&mut self, originator: SystemTitle, key: KeyId, counter: u32) -> Result<(), SecurityError> {
        Self::accept(self, originator, key, counter)
    }
    fn highest(&self, key: KeyId) -> Option<u32> {
        Self::highest(self, key)
    }
    fn forget(&mut self, key: KeyId) {
        Self::forget(self, key);
    }
    #[cfg(feature = "general-protection")]
    fn check_transaction(&self, originator: SystemTitle, transaction: u128) -> Result<(), SecurityError> {
        match self.transactions.iter().flatten().find(|(known, _)| *known == originator) {
            Some((_, last)) if transaction > *last => Ok(()),
            Some(_) => Err(SecurityError::OldTransaction),
            None if self.transactions.iter().any(Option::is_none) => Ok(()),
            None => Err(SecurityError::NoRoom),
        }
    }
    #[cfg(feature = "general-protection")]
    fn accept_transaction(
        &mut self,
        originator: SystemTitle,
        transaction: u128,
    ) -> Result<(), SecurityError> {
        let is_known =
            |entry: &Option<(SystemTitle, u128)>| entry.is_some_and(|(known, _)| known == originator);
        let known = self.transactions.iter().position(is_known);
        let place = known.or_else(|| self.transactions.iter().position(Option::is_none));
        let place = place.and_then(|i| self.transactions.get_mut(i)).ok_or(SecurityError::NoRoom)?;
        let last = place.map_or(transaction, |(_, last)| last.max(transaction));
        *place = Some((originator, last));
        Ok(())
    }
}

impl<const N: usize> Default for ReplayWindows<N> {
    fn default() -> Self {
        Self::new()
    }
}

fn matches(entry: &Option<Entry>, originator: SystemTitle, key: KeyId) -> bool {
    entry.is_some_and(|entry| entry.originator == originator && entry.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::crypto::KeyKind;

    const KEY: KeyId = KeyId { setup: 0, kind: KeyKind::GlobalUnicastEncryption };

    #[test]
    fn a_strict_window_takes_only_higher_counters() {
        let mut window = ReplayWindow::new();
        assert!(window.is_new(0));
        window.accept(0);
        assert!(!window.is_new(0));
        window.accept(5);
        assert!(!window.is_new(4) && !window.is_new(5) && window.is_new(6));
        window.accept(u32::MAX);
        assert!(!window.is_new(u32::MAX) && !window.is_new(6));
    }

    #[test]
    fn a_wide_window_takes_late_counters_once() {
        let mut window = ReplayWindow::with_width(200);
        window.accept(100);
        for late in [99, 40, 37] {
            assert!(window.is_new(late), "{late}");
            window.accept(late);
            assert!(!window.is_new(late), "{late}");
        }
        assert!(!window.is_new(36) && !window.is_new(0));
        window.accept(101);
        assert!(!window.is_new(99) && !window.is_new(100) && window.is_new(98));
        window.accept(1000);
        assert!(window.is_new(999) && !window.is_new(101));
        let mut narrow = ReplayWindow::with_width(2);
        narrow.accept(10);
        assert!(narrow.is_new(9) && !narrow.is_new(8));
    }

    #[test]
    fn a_full_table_refuses_and_forgets_nobody() {
        let title = |n| SystemTitle([n; 8]);
        let mut windows = ReplayWindows::<2>::new();
        windows.accept(title(1), KEY, 10).unwrap();
        windows.accept(title(2), KEY, 20).unwrap();
        assert_eq!(windows.check(title(3), KEY, 1), Err(SecurityError::NoRoom));
        assert_eq!(windows.accept(title(3), KEY, 1), Err(SecurityError::NoRoom));
        assert_eq!(windows.check(title(1), KEY, 10), Err(SecurityError::Replayed { expected: 11 }));
        assert_eq!((windows.last(title(1), KEY), windows.highest(KEY)), (Some(10), Some(20)));
        let other = KeyId { setup: 1, ..KEY };
        assert_eq!(windows.highest(other), None);
        let mut restored = ReplayWindows::<2>::new();
        for (title, key, last) in windows.iter() {
            restored.restore(title, key, last).unwrap();
        }
        assert_eq!(restored.check(title(2), KEY, 20), Err(SecurityError::Replayed { expected: 21 }));
        windows.forget(KEY);
        assert_eq!(windows.check(title(1), KEY, 0), Ok(()));
    }
}
