mod client;
mod command_message;
mod data_message;
mod event;

pub use client::{Programming, ProgrammingBusy, ProgrammingSettings};
pub use command_message::{Command, CommandMessage};
pub use data_message::DataMessage;
pub use event::{ProgrammingError, ProgrammingEvent};
