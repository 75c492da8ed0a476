//! Profile generic (IEC 62056-6-2, class 7): rows of values captured together. Version 1 is current.
//!
//! [`StoredProfile`] is a ready one, over any [`Storage`]: [`Ring`] in RAM, `HeapRing` on the heap. One that
//! implements [`Serve`] itself finds in [`Selection`] what a client wants of its rows.

pub mod v0;
pub mod v1;

mod descriptor;
#[cfg(feature = "alloc")]
mod heap_ring;
#[cfg(test)]
mod laws;
mod order;
mod ring;
mod selection;
mod sort_method;
mod storage;
mod stored_profile;

pub use descriptor::{EntryDescriptor, RangeDescriptor, RangeDescriptorView};
#[cfg(feature = "alloc")]
pub use heap_ring::HeapRing;
pub use ring::Ring;
pub use selection::Selection;
pub use sort_method::SortMethod;
pub use storage::{Storage, StorageError};
pub use stored_profile::StoredProfile;
pub use v1::{ProfileGeneric, Serve};
