mod data_set;
mod data_sets;
mod message;
mod receiver;
mod value;

pub use data_set::DataSet;
pub use data_sets::DataSets;
pub use message::Readout;
pub use receiver::{ReadoutError, ReadoutEvent, ReadoutReceiver, ReadoutSettings};
pub use value::{Value, Values};
