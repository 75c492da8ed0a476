use crate::failure::Failure;
use crate::input;
use crate::output::Output;
use crate::telegram::{self, KeyFlags, Keys, Lenience, Link, MessageReader, MeterModel};
use crate::tree;

/// Decodes whatever is on the wire: telegrams of any link, several in a row, deciphered if the keys are given.
///
/// Prints one document for each telegram. What breaks the standard is an error; with --lenient, deviations that
/// deployed meters are known for are accepted and told in the warnings: tagged-date-time, no-invocation-counter,
/// untagged-attribute-descriptor, header-check-sequence, missing-crc, identification, data-line, unverified-tag, wrapped-length, deciphered, noise.
///
/// Example: dlms decode 0F00000001000202060000000112000A
///
/// Example: dlms decode --json --ek 00112233445566778899AABBCCDDEEFF @capture.bin
#[derive(Debug, clap::Args)]
pub(crate) struct DecodeArgs {
    /// What carries the telegrams.
    #[arg(long, value_enum, default_value_t = Link::Auto)]
    link: Link,
    #[command(flatten)]
    keys: KeyFlags,
    /// Accept deviations from the standard: these, with commas between, or all.
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "all"
    )]
    lenient: Vec<String>,
    /// The model of the meter, for what its pushes do not say: kaifa, kamstrup, auto (as they name themselves), a file.
    #[arg(long, value_name = "NAME|FILE")]
    model: Option<MeterModel>,
    /// Hexadecimal digits; @FILE or - for stdin: digits if it has nothing else, or octets.
    #[arg(value_name = "HEX|@FILE|-")]
    input: String,
}

/// Runs `dlms decode`.
pub(crate) fn run(args: &DecodeArgs, output: &Output) -> Result<(), Failure> {
    let of_model = args.model.as_ref().map(MeterModel::leniencies).unwrap_or_default();
    let lenience = Lenience::named(&[args.lenient.as_slice(), &of_model].concat())?;
    let reader = MessageReader::new(Keys::new(&args.keys)?, lenience).with_model(args.model);
    let octets = input::octets(&args.input)?;
    // All failures are told, the last one decides the exit status.
    let mut last: Option<Failure> = None;
    telegram::read(&octets, args.link, reader, &mut |telegram| match telegram {
        Ok(document) => output.print(&document, tree::document),
        Err(failure) => {
            if let Some(earlier) = last.replace(failure) {
                output.print_failure(&earlier);
            }
            Ok(())
        }
    })?;
    last.map_or(Ok(()), Err)
}
