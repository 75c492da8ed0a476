//! The `dlms` command: talks to meters, decodes telegrams, is a meter.

mod failure;
mod hex;
mod input;
mod message;
mod meter;
mod output;
mod readings;
mod value_json;
mod virtual_meter;

use std::process::ExitCode;

use clap::Parser;

use failure::Failure;
use output::Output;

/// Talks to smart meters by DLMS/COSEM, decodes their telegrams, and is one.
#[derive(Debug, Parser)]
#[command(name = "dlms", version, arg_required_else_help = true)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

/// One file per subcommand: its arguments, and what runs it.
#[derive(Debug, clap::Subcommand)]
enum Task {
    Meter(meter::MeterArgs),
}

impl Task {
    const fn json(&self) -> bool {
        match self {
            Self::Meter(args) => args.json(),
        }
    }

    fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Meter(args) => meter::run(args, output),
        }
    }
}

fn main() -> ExitCode {
    let task = Command::parse().task;
    let output = Output::new(task.json());
    match task.run(&output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.print_failure(&failure);
            ExitCode::from(failure.kind().exit_status())
        }
    }
}
