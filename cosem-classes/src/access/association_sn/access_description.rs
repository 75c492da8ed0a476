use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{BitString, tag};

/// What may be done with one object: access_description, which get_attributes&methods gives. The first bit of each
/// is attribute or method number 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessDescription<'a> {
    /// Attributes that may be read.
    pub read_attributes: BitString<'a>,
    /// Attributes that may be written.
    pub write_attributes: BitString<'a>,
    /// Methods that may be invoked.
    pub methods: BitString<'a>,
}

impl Encode for AccessDescription<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.array([tag::STRUCTURE, 3]);
        self.read_attributes.encode(w);
        self.write_attributes.encode(w);
        self.methods.encode(w);
    }
}
