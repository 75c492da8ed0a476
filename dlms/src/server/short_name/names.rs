use cosem_classes::model::ClassInfo;
use obis::ObisCode;

/// Which base names the objects of a logical device have, for clients that reference by short names.
pub trait ShortNames {
    /// Whether the device serves such clients; what serves them is not linked otherwise.
    const SERVED: bool = true;

    /// The base name of an object where it is a given one: a multiple of 8, with room for the attributes and methods
    /// of the class behind it. All others follow one another from [`FIRST`](Self::FIRST) on, in the order of the object
    /// list, so that a device that lists the same objects gives them the same names. By default what the Blue Book
    /// reserves is given.
    fn base_name(&self, class: &ClassInfo, logical_name: ObisCode) -> Option<u16> {
        reserved(class.id, logical_name)
    }

    /// The base name of the first object without a given one.
    const FIRST: u16 = 0x0100;
}

/// The device serves clients that reference by logical names, and no others.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogicalNamesOnly;

impl ShortNames for LogicalNamesOnly {
    const SERVED: bool = false;
}

/// Objects are numbered in the order of the object list, but for those that the Blue Book reserves a base name for.
#[derive(Debug, Clone, Copy, Default)]
pub struct InOrder;

impl ShortNames for InOrder {}

/// The base names that the Blue Book reserves.
const fn reserved(class_id: u16, logical_name: ObisCode) -> Option<u16> {
    match (class_id, logical_name.to_octets()) {
        (12, [0, 0, 40, 0, 0, 255]) => Some(0xfa00),
        // The script table of what is sent to all.
        (9, [0, _, 10, 0, 125, 255]) => Some(0xfb00),
        (17, [0, 0, 41, 0, 0, 255]) => Some(0xfc00),
        // The COSEM logical device name.
        (1, [0, 0, 42, 0, 0, 255]) => Some(0xfd00),
        _ => None,
    }
}
