//! The clock, and what happens by it.

pub mod activity_calendar;
pub mod clock;
pub mod disconnect_control;
pub mod script_table;

mod day_of_rule;
mod period;

pub(crate) use day_of_rule::day_of_rule;
pub(crate) use period::period_at;
