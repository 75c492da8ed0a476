use core::time::Duration;
use std::thread;

use cosem_classes::image_transfer::{self, ImageTransferStatus};
use dlms::client::image::{ImageOptions, ImageProgress, ImageStep, ImageTransfer};
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_security::CounterStore;
use obis::ObisCode;

use super::{Error, Meter, Transport};

/// What takes images in a meter.
#[derive(Debug)]
pub struct Image<'m, T, L, C, K, B = Vec<u8>> {
    meter: &'m mut Meter<T, L, C, K, B>,
    name: ObisCode,
    options: ImageOptions,
}

impl<T: Transport, L: Link, C: CryptoProvider, K: CounterStore, B: Buffer> Meter<T, L, C, K, B> {
    /// What takes images: an Image transfer object of this name, usually 0-0:44.0.0.255.
    ///
    /// ```
    /// # use dlms::client::image::{Activation, ImageOptions};
    /// # use dlms_io::blocking::{Error, Meter};
    /// # use obis::obis;
    /// # fn update<T, L, C, K, B>(meter: &mut Meter<T, L, C, K, B>, firmware: &[u8]) -> Result<(), Error>
    /// # where
    /// #     T: dlms_io::blocking::Transport,
    /// #     L: dlms_core::link::Link,
    /// #     C: dlms_core::crypto::CryptoProvider,
    /// #     K: dlms_security::CounterStore,
    /// #     B: dlms_core::buffer::Buffer,
    /// # {
    /// let mut image = meter.image(obis!("0-0:44.0.0.255"));
    /// image.transfer(b"FW-2.0", firmware, |progress| {
    ///     println!("{:?} {}/{}", progress.stage, progress.there, progress.blocks);
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn image(&mut self, name: ObisCode) -> Image<'_, T, L, C, K, B> {
        Image { meter: self, name, options: ImageOptions::default() }
    }
}

/// What is done with images.
///
/// # Errors
/// See [`Error`].
impl<T: Transport, L: Link, C: CryptoProvider, K: CounterStore, B: Buffer> Image<'_, T, L, C, K, B> {
    /// Transfers images so.
    #[must_use]
    pub const fn with_options(mut self, options: ImageOptions) -> Self {
        self.options = options;
        self
    }

    /// How far the transfer of an image is, in the meter.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn status(&mut self) -> Result<ImageTransferStatus, Error> {
        self.meter.get(image_transfer::ImageTransfer::at(self.name).image_transfer_status())
    }

    /// Transfers an image, has it verified, and activated as the options say; goes on with one that was begun. `each` is
    /// told how far it is after every request.
    ///
    /// # Errors
    /// See [`Error`] and [`ImageRefusal`](dlms::client::ImageRefusal). What the meter has by then it keeps: the same
    /// call goes on, over another connection too.
    pub fn transfer(
        &mut self,
        identifier: &[u8],
        image: &[u8],
        mut each: impl FnMut(ImageProgress),
    ) -> Result<ImageProgress, Error> {
        let mut transfer = ImageTransfer::new(self.name, identifier, image).with_options(self.options);
        loop {
            match transfer.step() {
                ImageStep::Done => return Ok(transfer.progress()),
                ImageStep::Wait(milliseconds) => thread::sleep(Duration::from_millis(milliseconds)),
                ImageStep::Request => {
                    let ended = match self.meter.exchange(|client| transfer.start(client)) {
                        Err(Error::Client(error)) => Err(error),
                        Err(error) => return Err(error),
                        Ok(()) => Ok(()),
                    };
                    transfer.finish(&self.meter.client, ended)?;
                    each(transfer.progress());
                }
            }
        }
    }
}
