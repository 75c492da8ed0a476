use dlms_core::acse::AcseDiagnostic;
use dlms_core::apdu::{
    ActionResult, AttributeDescriptor, DataAccessResult, LongInvokeIdAndPriority, MethodDescriptor,
};
use dlms_core::codec::DecodeError;
use dlms_core::link::{LinkError, Saps};
use dlms_security::SecurityError;
use obis::ObisCode;

/// What happened on a connection: for the audit trail, after it is done and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A client has associated.
    Associated(Saps),
    /// A client was turned away.
    Rejected(Saps, AcseDiagnostic),
    /// An association ended.
    Released(Saps),
    /// A client wrote an attribute, or tried to.
    Set(Saps, AttributeDescriptor, DataAccessResult),
    /// A client invoked a method, or tried to.
    Invoked(Saps, MethodDescriptor, ActionResult),
    /// A client invoked method push of this Push setup object; it is for the application to push, when it is due.
    Push(Saps, ObisCode),
    /// A client confirmed a notification.
    Confirmed(Saps, LongInvokeIdAndPriority),
    /// A notification was taken back before the line let it go out, because a client asked for something; try again.
    Unsent(Saps),
    /// Something came that could not be deciphered, or was not protected as demanded.
    Insecure(Saps, SecurityError),
    /// Something came that could not be read.
    Malformed(Saps, DecodeError),
    /// The line failed, or is not a line of this kind.
    Line(LinkError),
    /// More happened than there was room to tell.
    Lost,
    /// The connection is of no more use; close it.
    Closed,
}

/// The events not told yet. What does not fit is counted as lost, never waited for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Events {
    pending: [Option<Event>; Self::ROOM],
    lost: bool,
}

impl Events {
    const ROOM: usize = 4;

    /// Whether there is room for `count` more.
    pub(super) fn has_room(&self, count: usize) -> bool {
        self.pending.iter().filter(|slot| slot.is_none()).nth(count.saturating_sub(1)).is_some()
    }

    pub(super) fn push(&mut self, event: Event) {
        match self.pending.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => *slot = Some(event),
            None => self.lost = true,
        }
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        let [first, rest @ ..] = &mut self.pending;
        let event = first.take();
        let mut gap = first;
        for next in rest {
            core::mem::swap(gap, next);
            gap = next;
        }
        match event {
            None if self.lost => {
                self.lost = false;
                Some(Event::Lost)
            }
            event => event,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_order_and_lost_ones_are_told_of() {
        let mut events = Events::default();
        for client in 0..6 {
            events.push(Event::Released(Saps { client, server: 1 }));
        }
        for client in 0..4 {
            assert_eq!(events.pop(), Some(Event::Released(Saps { client, server: 1 })));
        }
        assert_eq!(events.pop(), Some(Event::Lost));
        assert_eq!(events.pop(), None);
    }
}
