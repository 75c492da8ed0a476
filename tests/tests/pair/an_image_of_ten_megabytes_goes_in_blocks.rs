use dlms_core::data::{Any, Data};
use dlms_security::{Protection, ServiceCiphering};

use crate::meter::NOTE;
use crate::wire::{Pair, manager};

const LEN: u32 = 10_000_000;

#[test]
fn it_is_written_and_read_back() {
    let mut config = manager(Protection::AUTHENTICATED_ENCRYPTED, ServiceCiphering::Global);
    config.max_receive_pdu_size = 0xffff;
    let mut pair = Pair::associated(config);
    let image: Vec<u8> = (0..LEN).map(|i| (i >> 8 ^ i).to_le_bytes()[0]).collect();
    pair.client.set(NOTE.value(), &Data::OctetString(&image)).unwrap();
    pair.complete();
    // Every octet that went over the line is remembered; once is enough.
    pair.said.clear();
    pair.client.get(NOTE.value()).unwrap();
    pair.complete();
    assert!(pair.client.value::<Any>().is_ok_and(|value| value == Data::OctetString(&image)));
}
