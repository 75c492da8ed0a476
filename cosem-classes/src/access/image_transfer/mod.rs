//! Image transfer (IEC 62056-6-2, class 18 version 0): a new firmware, or any other image, comes in blocks, is verified
//! and activated.
//!
//! [`ImageReceiver`] is a ready one, over an [`ImageStore`] that has room for the image and knows a good one.

mod block_map;
mod image_receiver;
mod image_store;

use dlms_core::data::{Array, Bits, OctetString};
use dlms_core::{enumeration, structure};

pub use block_map::BlockMap;
pub use image_receiver::{ImageReceiver, MAX_IDENTIFIER, SavedTransfer, SavedTransferView};
pub use image_store::{ImageStore, Work};

use crate::class;

enumeration! {
    /// How far the transfer of an image is.
    pub enum ImageTransferStatus {
        NotInitiated = 0 "image transfer not initiated",
        Initiated = 1 "image transfer initiated",
        VerificationInitiated = 2 "image verification initiated",
        VerificationSuccessful = 3 "image verification successful",
        VerificationFailed = 4 "image verification failed",
        ActivationInitiated = 5 "image activation initiated",
        ActivationSuccessful = 6 "image activation successful",
        ActivationFailed = 7 "image activation failed",
    }
}

structure! {
    /// The image that is to come: the parameter of image_transfer_initiate.
    pub struct ImageTransferInitiate => ImageTransferInitiateView<'a> {
        /// What it is, as the manufacturer names it.
        pub image_identifier: OctetString,
        /// Its octets.
        pub image_size: u32,
    }
}

structure! {
    /// A part of the image: the parameter of image_block_transfer.
    pub struct ImageBlock => ImageBlockView<'a> {
        /// Its number, counted from 0.
        pub image_block_number: u32,
        /// image_block_size octets; the last block may be shorter.
        pub image_block_value: OctetString,
    }
}

structure! {
    /// An image that is ready to be activated.
    pub struct ImageToActivate => ImageToActivateView<'a> {
        /// Its octets.
        pub image_to_activate_size: u32,
        /// What it is.
        pub image_to_activate_identification: OctetString,
        /// Its signature.
        pub image_to_activate_signature: OctetString,
    }
}

class! {
    /// Image transfer: blocks of an image, its verification and its activation.
    pub ImageTransfer = 18, version 0, "Image transfer", methods at 0x40;
    attributes {
        /// Octets of each block but the last, which may be shorter.
        2 image_block_size: u32, static;
        /// Which blocks are there: a bit for each, the first is that of block 0.
        3 image_transferred_blocks_status: Bits, dynamic;
        /// The first block that is not there; the number of blocks, or more, if all are.
        4 image_first_not_transferred_block_number: u32, dynamic;
        /// Whether the methods may be invoked.
        5 image_transfer_enabled, set_image_transfer_enabled: bool, static;
        /// How far it is.
        6 image_transfer_status: ImageTransferStatus, dynamic;
        /// The images that are ready to be activated.
        7 image_to_activate_info[image_to_activate]: Array<ImageToActivate>, dynamic;
    }
    methods {
        /// Begins the transfer of an image; what there is of another goes.
        1 image_transfer_initiate(ImageTransferInitiate);
        /// Takes a block.
        2 image_block_transfer(ImageBlock);
        /// Verifies the image; temporary-failure while that takes its time.
        3 image_verify(0);
        /// Activates the image, verified before if it was not; temporary-failure while that takes its time.
        4 image_activate(0);
    }
}
