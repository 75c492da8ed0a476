use super::ControlState;

/// What makes a breaker switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Trigger {
    /// A command disconnects.
    RemoteDisconnect,
    /// A command connects.
    RemoteReconnect,
    /// Someone at the meter disconnects.
    ManualDisconnect,
    /// Someone at the meter connects.
    ManualReconnect,
    /// The meter itself disconnects: a limiter, a credit.
    LocalDisconnect,
    /// The meter itself connects.
    LocalReconnect,
}

/// A way from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// Its letter in the Blue Book.
    pub letter: u8,
    /// What makes it happen.
    pub trigger: Trigger,
    /// Where it begins.
    pub from: ControlState,
    /// Where it leads.
    pub to: ControlState,
}

impl Transition {
    /// Every transition, by its letter.
    pub const ALL: [Self; 8] = {
        use ControlState::{Connected, Disconnected, ReadyForReconnection as Ready};
        use Trigger::{
            LocalDisconnect, LocalReconnect, ManualDisconnect, ManualReconnect, RemoteDisconnect,
            RemoteReconnect,
        };
        [
            Self { letter: b'a', trigger: RemoteReconnect, from: Disconnected, to: Connected },
            Self { letter: b'b', trigger: RemoteDisconnect, from: Connected, to: Disconnected },
            Self { letter: b'c', trigger: RemoteDisconnect, from: Ready, to: Disconnected },
            Self { letter: b'd', trigger: RemoteReconnect, from: Disconnected, to: Ready },
            Self { letter: b'e', trigger: ManualReconnect, from: Ready, to: Connected },
            Self { letter: b'f', trigger: ManualDisconnect, from: Connected, to: Ready },
            Self { letter: b'g', trigger: LocalDisconnect, from: Connected, to: Ready },
            Self { letter: b'h', trigger: LocalReconnect, from: Ready, to: Connected },
        ]
    };
}

/// The transitions that a control mode has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Transitions(u8);

/// The control modes 0..=6 of the Blue Book.
pub const CONTROL_MODES: [Transitions; 7] = [
    Transitions::of(b""),
    Transitions::of(b"bcfgde"),
    Transitions::of(b"bcfgae"),
    Transitions::of(b"bcgde"),
    Transitions::of(b"bcgae"),
    Transitions::of(b"bcfgdeh"),
    Transitions::of(b"bcgdeh"),
];

impl Transitions {
    /// The transitions with these letters, `a` to `h`; others mean nothing.
    #[must_use]
    pub const fn of(letters: &[u8]) -> Self {
        let (mut bits, mut rest) = (0, letters);
        while let [letter, others @ ..] = rest {
            bits |= bit(*letter);
            rest = others;
        }
        Self(bits)
    }

    /// Whether there is none: the supply is always on.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those there are.
    pub fn iter(self) -> impl Iterator<Item = Transition> {
        Transition::ALL.into_iter().filter(move |transition| self.0 & bit(transition.letter) != 0)
    }

    /// Where `trigger` leads from `state`: to the same state if that is where it leads from elsewhere, nowhere if it
    /// has no effect.
    #[must_use]
    pub fn next(self, state: ControlState, trigger: Trigger) -> Option<ControlState> {
        let caused = || self.iter().filter(|transition| transition.trigger == trigger);
        let way = caused().find(|transition| transition.from == state);
        way.or_else(|| caused().find(|transition| transition.to == state)).map(|transition| transition.to)
    }
}

const fn bit(letter: u8) -> u8 {
    match letter {
        b'a'..=b'h' => 1 << (letter - b'a'),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn each_mode_has_the_transitions_of_the_blue_book() {
        let letters = CONTROL_MODES.map(|mode| mode.iter().map(|t| char::from(t.letter)).collect::<String>());
        assert_eq!(letters, ["", "bcdefg", "abcefg", "bcdeg", "abceg", "bcdefgh", "bcdegh"]);
    }

    #[test]
    fn modes_differ_in_how_a_command_connects() {
        use ControlState::{Connected, Disconnected, ReadyForReconnection};
        let reconnect = |mode: usize, state| CONTROL_MODES[mode].next(state, Trigger::RemoteReconnect);
        for (mode, to) in
            [(1, ReadyForReconnection), (2, Connected), (3, ReadyForReconnection), (4, Connected)]
        {
            assert_eq!(reconnect(mode, Disconnected), Some(to));
            assert_eq!(reconnect(mode, to), Some(to), "it is there already");
        }
        assert_eq!(reconnect(4, ReadyForReconnection), None);
        assert_eq!(reconnect(0, Disconnected), None);
    }
}
