mod key_pair;
mod provider;

pub use provider::AwsLcProvider;
