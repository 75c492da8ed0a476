use serde_json::{Map, Value, json};

use super::Link;

/// What carried a message.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    link: Link,
    saps: Option<(u16, u16)>,
    /// The HDLC frames.
    frames: Vec<Value>,
    /// Wrapped messages.
    wrapped: usize,
    /// The LLC header that stood in front of a message without frames.
    llc: Option<String>,
    /// The blocks of general-block-transfer.
    blocks: Vec<Value>,
    /// What the layers of the M-Bus between frame and message say.
    header: Map<String, Value>,
}

impl Envelope {
    /// Nothing but the message.
    pub(super) fn apdu(llc: Option<String>) -> Self {
        Self { llc, ..Self::new(Link::Apdu, None) }
    }

    /// A wrapper, from and to these ports.
    pub(super) fn wrapper(source: u16, destination: u16) -> Self {
        Self { wrapped: 1, ..Self::new(Link::Wrapper, Some((source, destination))) }
    }

    /// HDLC frames, from and to these upper addresses.
    pub(super) fn hdlc(source: u16, destination: u16, frames: Vec<Value>) -> Self {
        Self { frames, ..Self::new(Link::Hdlc, Some((source, destination))) }
    }

    /// Frames of the M-Bus, from and to these service access points.
    pub(super) fn mbus(link: Link, frames: Vec<Value>, saps: Option<(u16, u16)>) -> Self {
        Self { frames, ..Self::new(link, saps) }
    }

    fn new(link: Link, saps: Option<(u16, u16)>) -> Self {
        Self { link, saps, frames: Vec::new(), wrapped: 0, llc: None, blocks: Vec::new(), header: Map::new() }
    }

    /// The same, with what the layers above the frame say.
    pub(super) fn with_header(&self, header: Map<String, Value>) -> Self {
        Self { header, ..self.clone() }
    }

    /// Who sends to whom, where the link says so.
    pub(super) const fn saps(&self) -> Option<(u16, u16)> {
        self.saps
    }

    /// What carried the next block of the same message.
    pub(super) fn extend(&mut self, next: Self) {
        self.frames.extend(next.frames);
        self.wrapped = self.wrapped.saturating_add(next.wrapped);
    }

    /// The blocks that the message came in.
    pub(super) fn with_blocks(self, blocks: Vec<Value>) -> Self {
        Self { blocks, ..self }
    }

    /// The document of a message in this envelope.
    pub(super) fn around(&self, message: Map<String, Value>) -> Map<String, Value> {
        let mut document = Map::new();
        // A ciphered P1 telegram has nothing around it either.
        let link = match self.link {
            Link::Apdu if message.contains_key("lines") => Link::P1,
            link => link,
        };
        document.insert("link".into(), link.name().into());
        match self.link {
            Link::Hdlc | Link::Mbus | Link::Wmbus => {
                document.insert("frames".into(), self.frames.len().into());
            }
            Link::Wrapper => {
                document.insert("frames".into(), self.wrapped.into());
            }
            _ => {}
        }
        if let Some((source, destination)) = self.saps {
            document.insert("saps".into(), json!({"source": source, "destination": destination}));
        }
        if let Some(llc) = &self.llc {
            document.insert("llc".into(), llc.as_str().into());
        }
        if !self.frames.is_empty() {
            document.insert(self.link.name().into(), self.frames.clone().into());
        }
        document.extend(self.header.clone());
        if !self.blocks.is_empty() {
            document.insert("blocks".into(), self.blocks.clone().into());
        }
        document.extend(message);
        document
    }
}
