//! The `dlms` command: talks to meters, decodes telegrams, is a meter.

mod associate;
mod breaker;
mod class_name;
mod clock;
mod connection;
mod counter;
mod decode;
mod demo;
mod encode;
mod failure;
mod hex;
mod image;
mod input;
mod invoke;
mod key_file;
mod keys;
mod listen;
mod message;
mod meter;
mod moment;
mod nameplate;
mod obis_code;
mod objects;
mod output;
mod probe;
mod profile;
mod quantity;
mod read;
mod readable;
mod reference;
mod session;
mod table;
mod telegram;
mod trace;
mod tree;
mod value_json;
mod virtual_meter;
mod write;

use std::process::ExitCode;

use clap::Parser;

use failure::Failure;
use output::Output;

/// Talks to smart meters by DLMS/COSEM, decodes their telegrams, and is one.
#[derive(Debug, Parser)]
#[command(name = "dlms", version, arg_required_else_help = true)]
struct Command {
    /// JSON in place of text: one document a line, failures on stderr.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    task: Task,
}

/// One file per subcommand: its arguments, and what runs it.
#[derive(Debug, clap::Subcommand)]
enum Task {
    Decode(decode::DecodeArgs),
    Encode(encode::EncodeArgs),
    Obis(obis_code::ObisArgs),
    Associate(associate::AssociateArgs),
    Objects(objects::ObjectsArgs),
    Read(read::ReadArgs),
    Write(write::WriteArgs),
    Invoke(invoke::InvokeArgs),
    Profile(profile::ProfileArgs),
    Clock(clock::ClockArgs),
    Breaker(breaker::BreakerArgs),
    Keys(keys::KeysArgs),
    Image(image::ImageArgs),
    Counter(counter::CounterArgs),
    Nameplate(nameplate::NameplateArgs),
    Probe(probe::ProbeArgs),
    Demo(demo::DemoArgs),
    Listen(listen::ListenArgs),
    Meter(meter::MeterArgs),
}

impl Task {
    fn run(&self, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Decode(args) => decode::run(args, output),
            Self::Encode(args) => encode::run(args, output),
            Self::Obis(args) => obis_code::run(args, output),
            Self::Associate(args) => associate::run(args, output),
            Self::Objects(args) => objects::run(args, output),
            Self::Read(args) => read::run(args, output),
            Self::Write(args) => write::run(args, output),
            Self::Invoke(args) => invoke::run(args, output),
            Self::Profile(args) => profile::run(args, output),
            Self::Clock(args) => clock::run(args, output),
            Self::Breaker(args) => breaker::run(args, output),
            Self::Keys(args) => keys::run(args, output),
            Self::Image(args) => image::run(args, output),
            Self::Counter(args) => counter::run(args, output),
            Self::Nameplate(args) => nameplate::run(args, output),
            Self::Probe(args) => probe::run(args, output),
            Self::Demo(args) => demo::run(args, output),
            Self::Listen(args) => listen::run(args, output),
            Self::Meter(args) => meter::run(args, output),
        }
    }
}

fn main() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(error) => return misused(&error),
    };
    let output = Output::new(command.json);
    match command.task.run(&output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.print_failure(&failure);
            ExitCode::from(failure.kind().exit_status())
        }
    }
}

/// Prints what clap has to say: help and version are no failures.
fn misused(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args().any(|argument| argument == "--json") {
        let failure = Failure::usage(error.to_string().trim_end().trim_start_matches("error: "));
        Output::new(true).print_failure(&failure);
    } else {
        // There is nobody left to tell.
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() { Failure::usage("").kind().exit_status() } else { 0 })
}
