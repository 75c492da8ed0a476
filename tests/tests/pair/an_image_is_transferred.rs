//! An image goes to a meter that keeps what it has of it.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use cosem_classes::image_transfer::{self, ImageReceiver, ImageStore, ImageToActivateView, Work};
use cosem_classes::image_transfer::{ImageBlockView, ImageTransferInitiateView, ImageTransferStatus};
use cosem_classes::model::{Answer, Effect, Instance, Rows};
use cosem_classes::script_table::{self, ScriptTable};
use dlms::client::image::{Activation, ImageOptions, ImageStage, ImageStep, ImageTransfer};
use dlms::client::{ClientConfig, ClientError, Event, ImageRefusal, Misbehaviour, Refusal, Timer};
use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::codec::Writer;
use dlms_core::data::{Bits, Octets};
use dlms_security::{Protection, ServiceCiphering};
use obis::{ObisCode, obis};

use crate::meter::{Meter, meter, taking};
use crate::wire::{Pair, Said, by_short_names, manager, secure};

const OBJECT: ObisCode = obis!("0-0:44.0.0.255");
const SCRIPTS: ObisCode = obis!("0-0:10.0.107.255");
const IDENTIFIER: &[u8] = b"MTR-FW-2";
const BLOCK: u32 = 48;

/// What the meter's flash holds, and how often what was done to it. Good images end with `!`.
#[derive(Debug, Default)]
struct Flash {
    image: Vec<u8>,
    initiated: u32,
    written: u32,
    activated: bool,
    /// Times that it says it is not done yet, while it verifies or activates.
    slowness: u32,
    asked: AtomicU32,
}

#[derive(Clone, Default)]
struct Store(Arc<Mutex<Flash>>);

impl Store {
    fn begin(&self) {
        self.0.lock().unwrap().asked.store(0, Ordering::Relaxed);
    }
    fn work(&self, outcome: Work) -> Work {
        let flash = self.0.lock().unwrap();
        if flash.asked.fetch_add(1, Ordering::Relaxed) < flash.slowness { Work::Going } else { outcome }
    }
}

impl ImageStore for Store {
    fn initiate(&mut self, identifier: &[u8], size: u32) -> Result<(), ActionResult> {
        if !identifier.starts_with(b"MTR-FW-") {
            return Err(ActionResult::OtherReason);
        }
        let mut flash = self.0.lock().unwrap();
        flash.image = vec![0; size as usize];
        flash.initiated += 1;
        Ok(())
    }
    fn write(&mut self, offset: u32, octets: &[u8]) -> Result<(), ActionResult> {
        let mut flash = self.0.lock().unwrap();
        flash.image[offset as usize..][..octets.len()].copy_from_slice(octets);
        flash.written += 1;
        Ok(())
    }
    fn begin_verification(&mut self) {
        self.begin();
    }
    fn verification(&self) -> Work {
        let good = self.0.lock().unwrap().image.ends_with(b"!");
        self.work(if good { Work::Done } else { Work::Failed })
    }
    fn begin_activation(&mut self) {
        self.begin();
        self.0.lock().unwrap().activated = true;
    }
    fn activation(&self) -> Work {
        self.work(Work::Done)
    }
    fn count(&self) -> u32 {
        1
    }
    fn image(&self, number: u32) -> Option<ImageToActivateView<'_>> {
        (number == 0).then_some(ImageToActivateView {
            image_to_activate_size: self.0.lock().unwrap().image.len() as u32,
            image_to_activate_identification: Octets(IDENTIFIER),
            image_to_activate_signature: Octets(&[0; 4]),
        })
    }
}

/// An Image transfer object that loses every so-many-th block though it took it, and whose image a script activates.
struct Awkward {
    receiver: ImageReceiver<Store, Vec<u8>>,
    loses_every: Option<u32>,
    taken: u32,
    has_map: bool,
    scripted: Arc<AtomicBool>,
}

impl image_transfer::Serve for Awkward {
    fn image_block_size(&self) -> Answer<'_, u32> {
        self.receiver.image_block_size()
    }
    fn image_transferred_blocks_status(&self) -> Answer<'_, Bits> {
        if self.has_map {
            self.receiver.image_transferred_blocks_status()
        } else {
            Err(DataAccessResult::ReadWriteDenied)
        }
    }
    fn image_first_not_transferred_block_number(&self) -> Answer<'_, u32> {
        self.receiver.image_first_not_transferred_block_number()
    }
    fn image_transfer_enabled(&self) -> Answer<'_, bool> {
        self.receiver.image_transfer_enabled()
    }
    fn set_image_transfer_enabled(&mut self, value: bool) -> Result<Effect, DataAccessResult> {
        self.receiver.set_image_transfer_enabled(value)
    }
    fn image_transfer_status(&self) -> Answer<'_, ImageTransferStatus> {
        match self.scripted.load(Ordering::Relaxed) {
            true => Ok(ImageTransferStatus::ActivationSuccessful),
            false => self.receiver.image_transfer_status(),
        }
    }
    fn image_to_activate_info(&self) -> Result<Rows, DataAccessResult> {
        self.receiver.image_to_activate_info()
    }
    fn image_to_activate(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        self.receiver.image_to_activate(row, w)
    }
    fn image_transfer_initiate(
        &mut self,
        image: ImageTransferInitiateView<'_>,
    ) -> Result<Effect, ActionResult> {
        self.receiver.image_transfer_initiate(image)
    }
    fn image_block_transfer(&mut self, block: ImageBlockView<'_>) -> Result<Effect, ActionResult> {
        self.taken += 1;
        if self.loses_every.is_some_and(|every| self.taken.is_multiple_of(every)) {
            return Ok(Effect::None);
        }
        self.receiver.image_block_transfer(block)
    }
    fn image_verify(&mut self) -> Result<Effect, ActionResult> {
        self.receiver.image_verify()
    }
    fn image_activate(&mut self) -> Result<Effect, ActionResult> {
        self.receiver.image_activate()
    }
}

struct Script(Arc<AtomicBool>);
impl script_table::Serve for Script {
    fn execute(&mut self, selector: u16) -> Result<Effect, ActionResult> {
        assert_eq!(selector, 1);
        self.0.store(true, Ordering::Relaxed);
        Ok(Effect::None)
    }
}

/// `meter` with an Image transfer object, and its flash.
fn with_image(mut meter: Meter, loses_every: Option<u32>, has_map: bool) -> (Meter, Store) {
    let store = Store::default();
    let scripted = Arc::new(AtomicBool::new(false));
    meter.objects.insert(Instance::<ScriptTable, _>::new(SCRIPTS, Script(Arc::clone(&scripted))));
    let receiver = ImageReceiver::new(store.clone(), BLOCK, Vec::new());
    let awkward = Awkward { receiver, loses_every, taken: 0, has_map, scripted };
    meter.objects.insert(Instance::<image_transfer::ImageTransfer, _>::new(OBJECT, awkward));
    (meter, store)
}

fn pair(config: ClientConfig) -> (Pair, Store) {
    let (meter, store) = with_image(meter(1, 1, Protection::NONE), None, true);
    let mut pair = Pair::with(config, vec![meter]);
    pair.associate().unwrap();
    (pair, store)
}

/// The same meter over another connection.
fn reconnected(before: &mut Pair) -> Pair {
    let mut pair = Pair::with(secure(), core::mem::take(&mut before.meters));
    // The counters of the client go on.
    let next = before.client.counters_mut().peek(UNICAST).unwrap();
    pair.client.counters_mut().raise(UNICAST, next).unwrap();
    pair.associate().unwrap();
    pair
}
const UNICAST: dlms_security::CounterId = dlms_security::CounterId { setup: 0, broadcast: false };

fn image(blocks: u32) -> Vec<u8> {
    let mut image: Vec<u8> = (0..blocks * BLOCK - 7).map(|i| (i / 5) as u8).collect();
    *image.last_mut().unwrap() = b'!';
    image
}

/// Does one step; nothing at the end.
fn step(pair: &mut Pair, transfer: &mut ImageTransfer<'_>) -> Option<Result<(), ClientError>> {
    match transfer.step() {
        ImageStep::Done => None,
        ImageStep::Wait(milliseconds) => {
            pair.now = pair.now.plus(milliseconds);
            Some(Ok(()))
        }
        ImageStep::Request => {
            let ended = transfer.start(&mut pair.client).and_then(|()| match pair.run() {
                Event::Completed => Ok(()),
                Event::Failed(error) => Err(error),
                other => panic!("{other:?}"),
            });
            Some(transfer.finish(&pair.client, ended))
        }
    }
}

fn carry_out(pair: &mut Pair, transfer: &mut ImageTransfer<'_>) -> Result<Vec<ImageStage>, ClientError> {
    let mut stages = Vec::new();
    while let Some(done) = step(pair, transfer) {
        done?;
        stages.push(transfer.progress().stage);
    }
    stages.dedup();
    Ok(stages)
}

/// A transfer whose waiting costs a test nothing.
fn transfer(image: &[u8]) -> ImageTransfer<'_> {
    ImageTransfer::new(OBJECT, IDENTIFIER, image)
}

#[test]
fn it_is_sent_verified_and_activated() {
    for config in [secure(), by_short_names(secure())] {
        let by_names = config.referencing == dlms::Referencing::ShortName;
        let (mut pair, store) = pair(config);
        if by_names {
            pair.learn();
        }
        store.0.lock().unwrap().slowness = 3;
        let image = image(20);
        let mut transfer = transfer(&image);
        let stages = carry_out(&mut pair, &mut transfer).unwrap();
        use ImageStage::{Activated, Activating, Preparing, Transferring, Verifying};
        assert_eq!(stages, [Preparing, Transferring, Verifying, Activating, Activated]);
        let progress = transfer.progress();
        assert_eq!((progress.blocks, progress.there, progress.sent), (20, 20, 20));
        let flash = store.0.lock().unwrap();
        assert_eq!((flash.image.as_slice(), flash.initiated, flash.activated), (image.as_slice(), 1, true));
    }
}

#[test]
fn it_goes_on_where_the_connection_was_lost() {
    for has_map in [true, false] {
        let (meter, store) = with_image(meter(1, 1, Protection::NONE), None, has_map);
        let mut before = Pair::with(secure(), vec![meter]);
        before.associate().unwrap();
        let image = image(30);
        let mut lost = transfer(&image);
        while lost.progress().sent < 11 {
            step(&mut before, &mut lost).unwrap().unwrap();
        }
        let mut after = reconnected(&mut before);
        let mut resumed = transfer(&image);
        carry_out(&mut after, &mut resumed).unwrap();
        assert_eq!((resumed.progress().there, resumed.progress().sent), (30, 19));
        let flash = store.0.lock().unwrap();
        assert_eq!((flash.image.as_slice(), flash.initiated, flash.written), (image.as_slice(), 1, 30));
    }
}

#[test]
fn gaps_are_filled_however_many_there_are() {
    let (mut pair, store) = pair(secure());
    let image = image(100);
    let mut lost = transfer(&image);
    while lost.progress().sent < 1 {
        step(&mut pair, &mut lost).unwrap().unwrap();
    }
    // Every third block comes by another way.
    let object = image_transfer::ImageTransfer::at(OBJECT);
    for number in (0..99).step_by(3) {
        let value = image.chunks(BLOCK as usize).nth(number as usize).unwrap();
        let block = ImageBlockView { image_block_number: number, image_block_value: Octets(value) };
        pair.client.invoke_method(object.image_block_transfer(), &block).unwrap();
        pair.complete();
    }
    let mut resumed = transfer(&image);
    carry_out(&mut pair, &mut resumed).unwrap();
    assert_eq!(resumed.progress().sent, 67);
    assert_eq!(store.0.lock().unwrap().image, image);
}

#[test]
fn a_request_that_gets_lost_is_sent_again() {
    let (mut pair, store) = pair(secure());
    let mut requests = 0;
    pair.tamper = Box::new(move |said| match said {
        Said::Client(bytes) => {
            requests += 1;
            if requests % 4 == 0 { Vec::new() } else { bytes.clone() }
        }
        Said::Meter(bytes) => bytes.clone(),
    });
    let image = image(9);
    carry_out(&mut pair, &mut transfer(&image)).unwrap();
    let flash = store.0.lock().unwrap();
    assert_eq!((flash.image.as_slice(), flash.activated), (image.as_slice(), true));
}

#[test]
fn a_meter_that_loses_blocks_gets_them_again_but_not_for_ever() {
    let image = image(20);
    for has_map in [true, false] {
        let (meter, store) = with_image(meter(1, 1, Protection::NONE), Some(6), has_map);
        let mut pair = Pair::with(secure(), vec![meter]);
        pair.associate().unwrap();
        let mut patient =
            transfer(&image).with_options(ImageOptions { rounds: 30, ..ImageOptions::default() });
        carry_out(&mut pair, &mut patient).unwrap();
        assert_eq!(store.0.lock().unwrap().image, image);

        let (meter, _) = with_image(crate::meter::meter(1, 1, Protection::NONE), Some(1), has_map);
        let mut pair = Pair::with(secure(), vec![meter]);
        pair.associate().unwrap();
        let mut hopeless = transfer(&image);
        let error = carry_out(&mut pair, &mut hopeless).unwrap_err();
        assert_eq!(error, ClientError::Misbehaviour(Misbehaviour::ImageBlocks));
        assert_eq!(hopeless.progress().sent, 20 * 4);
    }
}

#[test]
fn a_wrong_image_is_refused_and_by_whom() {
    let (mut pair, store) = pair(secure());
    let options = ImageOptions { enable: false, ..ImageOptions::default() };
    let good = image(3);
    let error = carry_out(&mut pair, &mut transfer(&good).with_options(options)).unwrap_err();
    assert_eq!(error, ClientError::Refused(Refusal::Image(ImageRefusal::Disabled)));

    let mut foreign = ImageTransfer::new(OBJECT, b"other", &good);
    let error = carry_out(&mut pair, &mut foreign).unwrap_err();
    assert_eq!(error, ClientError::Refused(Refusal::Action(ActionResult::OtherReason)));

    let damaged = [good.as_slice(), b"?"].concat();
    let error = carry_out(&mut pair, &mut transfer(&damaged)).unwrap_err();
    assert_eq!(error, ClientError::Refused(Refusal::Image(ImageRefusal::Verification)));
    assert_eq!(error.to_string(), "image verification failed");
    assert!(!store.0.lock().unwrap().activated);

    let error = carry_out(&mut pair, &mut transfer(&[])).unwrap_err();
    assert!(matches!(error, ClientError::Misuse(_)), "{error}");

    store.0.lock().unwrap().slowness = u32::MAX;
    let error = carry_out(&mut pair, &mut transfer(&good)).unwrap_err();
    assert_eq!(error, ClientError::Timeout(Timer::ImageVerification));
}

#[test]
fn what_is_left_of_another_image_does_no_harm() {
    let (mut pair, store) = pair(secure());
    // One of the same size, but for its end.
    let mut other = image(10);
    *other.last_mut().unwrap() = b'?';
    let mut lost = transfer(&other);
    while lost.progress().sent < 10 {
        step(&mut pair, &mut lost).unwrap().unwrap();
    }
    let image = image(10);
    let mut resumed = transfer(&image);
    carry_out(&mut pair, &mut resumed).unwrap();
    assert_eq!(store.0.lock().unwrap().image, image);
    assert_eq!((resumed.progress().sent, store.0.lock().unwrap().initiated), (10, 2));
    // One of another size.
    let longer = self::image(11);
    carry_out(&mut pair, &mut transfer(&longer)).unwrap();
    assert_eq!(store.0.lock().unwrap().image, longer);
}

#[test]
fn an_image_that_is_there_is_not_sent_again() {
    let (mut pair, store) = pair(secure());
    let image = image(5);
    let later = ImageOptions { activation: Activation::Later, ..ImageOptions::default() };
    let stages = carry_out(&mut pair, &mut transfer(&image).with_options(later)).unwrap();
    assert_eq!(stages.last(), Some(&ImageStage::Verified));
    assert!(!store.0.lock().unwrap().activated);
    for _ in 0..2 {
        let mut again = transfer(&image);
        let stages = carry_out(&mut pair, &mut again).unwrap();
        assert_eq!((stages.last(), again.progress().sent), (Some(&ImageStage::Activated), 0));
        assert!(store.0.lock().unwrap().activated);
    }
    let anew = ImageOptions { resume: false, ..ImageOptions::default() };
    let mut anew = transfer(&image).with_options(anew);
    carry_out(&mut pair, &mut anew).unwrap();
    assert_eq!(anew.progress().sent, 5);
}

#[test]
fn a_script_may_activate_it() {
    let (mut pair, store) = pair(secure());
    let image = image(2);
    let activation = Activation::Script { table: SCRIPTS, selector: 1 };
    let options = ImageOptions { activation, ..ImageOptions::default() };
    let stages = carry_out(&mut pair, &mut transfer(&image).with_options(options)).unwrap();
    assert_eq!(stages.last(), Some(&ImageStage::Activated));
    assert!(!store.0.lock().unwrap().activated, "not by the method");
}

#[test]
fn blocks_longer_than_a_message_go_in_several() {
    for form in [ServiceCiphering::Global, ServiceCiphering::GeneralGlobal] {
        let (meter, store) = with_image(taking(80, 1, 1), None, true);
        let mut pair = Pair::with(manager(Protection::AUTHENTICATED_ENCRYPTED, form), vec![meter]);
        pair.associate().unwrap();
        pair.said.clear();
        let image = image(6);
        carry_out(&mut pair, &mut transfer(&image)).unwrap();
        assert_eq!(store.0.lock().unwrap().image, image);
        let longest = pair.said.iter().filter_map(|said| match said {
            Said::Client(bytes) => Some(bytes.len() - 8),
            Said::Meter(_) => None,
        });
        let longest = longest.max().unwrap();
        assert!((70..=80).contains(&longest), "{longest}");
    }
}
