use dlms_core::apdu::{ActionResult, DataAccessResult};

use super::{CONTROL_MODES, ControlMode, ControlState, Serve, Transitions, Trigger};
use crate::model::{Answer, Effect};

/// What switches the supply. A `bool` is one that only remembers.
pub trait Relay {
    /// Switches the supply on or off.
    ///
    /// # Errors
    /// It did not switch: `hardware-fault`, `temporary-failure`.
    fn switch(&mut self, on: bool) -> Result<(), ActionResult>;

    /// Whether the supply is on.
    fn is_on(&self) -> bool;
}

impl Relay for bool {
    fn switch(&mut self, on: bool) -> Result<(), ActionResult> {
        *self = on;
        Ok(())
    }

    fn is_on(&self) -> bool {
        *self
    }
}

/// A breaker: its state, and what leads to another.
#[derive(Debug, Clone)]
pub struct Breaker<R> {
    /// What switches the supply.
    pub relay: R,
    state: ControlState,
    mode: ControlMode,
    modes: &'static [Transitions],
}

impl<R: Relay> Breaker<R> {
    /// A breaker in a state it was in before, with the control modes of the Blue Book. The relay is left as it is.
    #[must_use]
    pub const fn new(relay: R, state: ControlState, mode: ControlMode) -> Self {
        Self { relay, state, mode, modes: &CONTROL_MODES }
    }

    /// The same breaker with the control modes of a companion standard, in the order of their numbers.
    #[must_use]
    pub fn with_control_modes(self, modes: &'static [Transitions]) -> Self {
        Self { modes, ..self }
    }

    /// What it is allowed to do.
    #[must_use]
    pub const fn state(&self) -> ControlState {
        self.state
    }

    /// Which transitions there are.
    #[must_use]
    pub const fn mode(&self) -> ControlMode {
        self.mode
    }

    /// Switches, if the control mode lets `trigger` do so in this state, and gives the state after it. Where it leads
    /// is where it may be already: that is no error.
    ///
    /// # Errors
    /// `read-write-denied`: the control mode does not let it, and the state is as it was; or the relay failed.
    pub fn switch(&mut self, trigger: Trigger) -> Result<ControlState, ActionResult> {
        let state =
            self.transitions(self.mode).next(self.state, trigger).ok_or(ActionResult::ReadWriteDenied)?;
        if state != self.state {
            self.enter(state)?;
        }
        Ok(state)
    }

    fn enter(&mut self, state: ControlState) -> Result<(), ActionResult> {
        self.relay.switch(state == ControlState::Connected)?;
        self.state = state;
        Ok(())
    }

    fn transitions(&self, mode: ControlMode) -> Transitions {
        self.modes.get(usize::from(mode.0)).copied().unwrap_or_default()
    }
}

impl<R: Relay> Serve for Breaker<R> {
    fn output_state(&self) -> Answer<'_, bool> {
        Ok(self.relay.is_on())
    }

    fn control_state(&self) -> Answer<'_, ControlState> {
        Ok(self.state)
    }

    fn control_mode(&self) -> Answer<'_, ControlMode> {
        Ok(self.mode)
    }

    /// A mode without transitions connects.
    fn set_control_mode(&mut self, value: ControlMode) -> Result<Effect, DataAccessResult> {
        if usize::from(value.0) >= self.modes.len() {
            return Err(DataAccessResult::OtherReason);
        }
        if self.transitions(value).is_empty() {
            self.enter(ControlState::Connected).map_err(|e| DataAccessResult::from_code(e.code()))?;
        }
        self.mode = value;
        Ok(Effect::None)
    }

    fn remote_disconnect(&mut self) -> Result<Effect, ActionResult> {
        self.switch(Trigger::RemoteDisconnect).map(|_| Effect::None)
    }

    fn remote_reconnect(&mut self) -> Result<Effect, ActionResult> {
        self.switch(Trigger::RemoteReconnect).map(|_| Effect::None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Transition;
    use super::*;

    const STATES: [ControlState; 3] =
        [ControlState::Disconnected, ControlState::Connected, ControlState::ReadyForReconnection];
    const TRIGGERS: [Trigger; 6] = [
        Trigger::RemoteDisconnect,
        Trigger::RemoteReconnect,
        Trigger::ManualDisconnect,
        Trigger::ManualReconnect,
        Trigger::LocalDisconnect,
        Trigger::LocalReconnect,
    ];

    #[test]
    fn every_mode_goes_exactly_its_ways() {
        for (mode, transitions) in (0..).zip(CONTROL_MODES) {
            for state in STATES {
                for trigger in TRIGGERS {
                    let on = state == ControlState::Connected;
                    let mut breaker = Breaker::new(on, state, ControlMode(mode));
                    let way = |t: &Transition| t.trigger == trigger && t.from == state;
                    let there = |t: &Transition| t.trigger == trigger && t.to == state;
                    let expected = match transitions.iter().find(way) {
                        Some(transition) => Ok(transition.to),
                        None if transitions.iter().any(|t| there(&t)) => Ok(state),
                        None => Err(ActionResult::ReadWriteDenied),
                    };
                    assert_eq!(breaker.switch(trigger), expected, "mode {mode}, {state:?}, {trigger:?}");
                    assert_eq!(breaker.control_state(), Ok(expected.unwrap_or(state)));
                    assert_eq!(breaker.output_state(), Ok(breaker.state() == ControlState::Connected));
                }
            }
        }
    }

    #[test]
    fn mode_0_connects() {
        let mut breaker = Breaker::new(false, ControlState::Disconnected, ControlMode(4));
        assert_eq!(breaker.set_control_mode(ControlMode(7)), Err(DataAccessResult::OtherReason));
        breaker.set_control_mode(ControlMode(0)).unwrap();
        assert_eq!(
            (breaker.output_state(), breaker.control_state()),
            (Ok(true), Ok(ControlState::Connected))
        );
        assert_eq!(breaker.remote_disconnect(), Err(ActionResult::ReadWriteDenied));
    }

    #[test]
    fn a_stuck_relay_leaves_the_state() {
        struct Stuck;
        impl Relay for Stuck {
            fn switch(&mut self, _: bool) -> Result<(), ActionResult> {
                Err(ActionResult::HardwareFault)
            }
            fn is_on(&self) -> bool {
                true
            }
        }
        let mut breaker = Breaker::new(Stuck, ControlState::Connected, ControlMode(4));
        assert_eq!(breaker.remote_disconnect(), Err(ActionResult::HardwareFault));
        assert_eq!((breaker.output_state(), breaker.state()), (Ok(true), ControlState::Connected));
    }

    #[test]
    fn companion_standards_have_modes_of_their_own() {
        static MODES: [Transitions; 2] = [Transitions::of(b""), Transitions::of(b"bcfgaeh")];
        let breaker = Breaker::new(false, ControlState::ReadyForReconnection, ControlMode(1));
        let mut breaker = breaker.with_control_modes(&MODES);
        assert_eq!(breaker.switch(Trigger::LocalReconnect), Ok(ControlState::Connected));
        assert_eq!(breaker.switch(Trigger::ManualDisconnect), Ok(ControlState::ReadyForReconnection));
    }
}
