use std::time::Instant;

use serde_json::{Value, json};

use super::style::{bold, pale};
use crate::failure::Failure;
use crate::session::Session;

/// What a step has to show.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) json: Value,
}

/// The steps so far, with what they cost.
#[derive(Debug)]
pub(super) struct Tour {
    introduction: String,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    title: &'static str,
    shown: Shown,
    cost: Cost,
}

/// What a step costs on the line: requests with their answers, and octets, framing included.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    round_trips: u32,
    sent: u64,
    received: u64,
    milliseconds: u128,
}

impl Tour {
    /// A tour that begins.
    pub(super) const fn new(introduction: String) -> Self {
        Self { introduction, steps: Vec::new() }
    }

    /// The step that makes the session.
    pub(super) fn first(
        &mut self,
        title: &'static str,
        step: impl FnOnce() -> Result<(Session, Shown), Failure>,
    ) -> Result<Session, Failure> {
        let began = Instant::now();
        let (session, shown) = step()?;
        self.add(title, shown, Cost::since(Cost::default(), &session, began));
        Ok(session)
    }

    /// A step with the session.
    pub(super) fn step(
        &mut self,
        session: &mut Session,
        title: &'static str,
        step: impl FnOnce(&mut Session) -> Result<Shown, Failure>,
    ) -> Result<(), Failure> {
        let (began, before) = (Instant::now(), Cost::of(session));
        let shown = step(session)?;
        self.add(title, shown, Cost::since(before, session, began));
        Ok(())
    }

    /// A step without the session: one round trip of so many octets sent and received.
    pub(super) fn aside(
        &mut self,
        title: &'static str,
        step: impl FnOnce() -> Result<(Shown, u64, u64), Failure>,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        let (shown, sent, received) = step()?;
        self.add(
            title,
            shown,
            Cost { round_trips: 1, sent, received, milliseconds: began.elapsed().as_millis() },
        );
        Ok(())
    }

    fn add(&mut self, title: &'static str, shown: Shown, cost: Cost) {
        self.steps.push(Step { title, shown, cost });
    }

    /// In text.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{}\n", self.introduction);
        for (number, step) in self.steps.iter().enumerate() {
            text.push_str(&format!("\n{}\n", bold(&format!("{}. {}", number + 1, step.title))));
            for line in step.shown.text.lines() {
                text.push_str(&format!("   {line}\n"));
            }
            text.push_str(&format!("   {}\n", pale(&step.cost.text())));
        }
        let total = self.steps.iter().fold(Cost::default(), |sum, step| sum.plus(step.cost));
        text.push_str(&format!("\nAll in all: {}\n", total.text()));
        text
    }

    /// In JSON.
    pub(super) fn to_json(&self) -> Value {
        let steps: Vec<_> = self.steps.iter().map(Step::to_json).collect();
        json!({"steps": steps})
    }
}

impl Step {
    fn to_json(&self) -> Value {
        json!({
            "step": self.title,
            "round-trips": self.cost.round_trips,
            "bytes-sent": self.cost.sent,
            "bytes-received": self.cost.received,
            "result": self.shown.json,
        })
    }
}

impl Cost {
    fn of(session: &Session) -> Self {
        let (statistics, traffic) = (session.statistics(), session.traffic());
        Self {
            round_trips: statistics.round_trips,
            sent: traffic.sent,
            received: traffic.received,
            milliseconds: 0,
        }
    }

    fn since(before: Self, session: &Session, began: Instant) -> Self {
        let now = Self::of(session);
        Self {
            round_trips: now.round_trips.saturating_sub(before.round_trips),
            sent: now.sent.saturating_sub(before.sent),
            received: now.received.saturating_sub(before.received),
            milliseconds: began.elapsed().as_millis(),
        }
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            round_trips: self.round_trips.saturating_add(other.round_trips),
            sent: self.sent.saturating_add(other.sent),
            received: self.received.saturating_add(other.received),
            milliseconds: self.milliseconds.saturating_add(other.milliseconds),
        }
    }

    fn text(self) -> String {
        let Self { round_trips, sent, received, milliseconds } = self;
        let trips = if round_trips == 1 { "round trip" } else { "round trips" };
        format!("{round_trips} {trips}, {sent} bytes sent, {received} received, {milliseconds} ms")
    }
}
