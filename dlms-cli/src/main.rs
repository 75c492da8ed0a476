//! The `dlms` command: talks to meters, decodes telegrams, is a meter.

mod failure;
mod hex;
mod input;
mod output;
mod value_json;

fn main() {}
