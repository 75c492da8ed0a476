use dlms_core::apdu::{GeneralBlockTransfer, tag};
use serde_json::{Map, Value};

use super::documents::Documents;
use super::envelope::Envelope;
use super::pieces::Pieces;
use super::reader::{self, MessageReader, Read};
use crate::failure::Failure;
use crate::message::general_head;

/// Messages in the blocks of general-block-transfer, from several senders at a time.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    open: Vec<Chain>,
}

/// Blocks of one message, in sequence from the first.
#[derive(Debug)]
struct Chain {
    envelope: Envelope,
    heads: Vec<Value>,
    next: u16,
    last: Vec<u8>,
    message: Pieces,
    /// Each block as a document of its own, for a chain that is never completed.
    documents: Vec<(Map<String, Value>, Vec<String>)>,
    warnings: Vec<String>,
}

/// Octets that one message in blocks may have.
const MOST: usize = dlms_core::limits::BUFFER;
/// Messages in blocks at a time.
const MOST_OPEN: usize = 16;

impl Blocks {
    /// Takes a message that is all of `octets`: if it is a block, it waits for the others of its chain.
    pub(super) fn take(
        &mut self,
        envelope: Envelope,
        octets: &Pieces,
        read: Read,
        reader: &mut MessageReader,
        documents: &mut Documents<'_>,
    ) -> Result<(), Failure> {
        let document = envelope.around(read.members);
        let block = match octets.octets().first() {
            Some(&tag::GENERAL_BLOCK_TRANSFER) => reader::block(octets.octets()),
            _ => None,
        };
        // A block without content only confirms others.
        let Some(block) = block.filter(|block| !block.block_data.is_empty()) else {
            return documents.push(document, read.warnings);
        };
        let saps = envelope.saps();
        let mut position = self.open.iter().position(|chain| chain.envelope.saps() == saps);
        if let Some(chain) = position.and_then(|at| self.open.get_mut(at))
            && block.block_number.wrapping_add(1) == chain.next
            && block.block_data == chain.last
        {
            chain.warnings.push(format!("block {} was repeated", block.block_number));
            return Ok(());
        }
        if block.block_number == 1 {
            if let Some(chain) = position.take().map(|at| self.open.swap_remove(at)) {
                documents.warn(format!(
                    "a message in blocks was not completed: {} block(s) discarded",
                    chain.heads.len()
                ));
            }
            if self.open.len() >= MOST_OPEN {
                self.open.remove(0).give_up(documents)?;
            }
            self.open.push(Chain::new(envelope.clone()));
            position = self.open.len().checked_sub(1);
        }
        let Some(at) = position else { return documents.push(document, read.warnings) };
        let Some(chain) = self.open.get_mut(at).filter(|chain| chain.takes(&block)) else {
            // A block is missing: what there is of the message is of no use.
            let chain = self.open.swap_remove(at);
            chain.give_up(documents)?;
            return documents.push(document, read.warnings);
        };
        if !chain.heads.is_empty() {
            chain.envelope.extend(envelope);
        }
        chain.add(&block, octets);
        chain.documents.push((document, read.warnings));
        if !block.last_block {
            return Ok(());
        }
        self.open.swap_remove(at).complete(reader, documents)
    }

    /// No more will come.
    pub(super) fn finish(self, documents: &mut Documents<'_>) -> Result<(), Failure> {
        self.open.into_iter().try_for_each(|chain| chain.give_up(documents))
    }
}

impl Chain {
    fn new(envelope: Envelope) -> Self {
        Self {
            envelope,
            heads: Vec::new(),
            next: 1,
            last: Vec::new(),
            message: Pieces::default(),
            documents: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn takes(&self, block: &GeneralBlockTransfer<'_>) -> bool {
        block.block_number == self.next && self.message.octets().len() + block.block_data.len() <= MOST
    }

    fn add(&mut self, block: &GeneralBlockTransfer<'_>, octets: &Pieces) {
        let mut head = general_head(block);
        head.insert("length".into(), block.block_data.len().into());
        self.heads.push(Value::Object(head));
        self.next = block.block_number.wrapping_add(1);
        self.last = block.block_data.to_vec();
        // The content is what a block ends with.
        let end = octets.octets().len();
        self.message.push_part(octets, end.saturating_sub(block.block_data.len()), end);
    }

    /// The message that the blocks make.
    fn complete(self, reader: &mut MessageReader, documents: &mut Documents<'_>) -> Result<(), Failure> {
        let whole = |read: Read| match self.message.octets().len().saturating_sub(read.consumed) {
            0 => Ok(read),
            left => {
                let kind = dlms_core::codec::DecodeErrorKind::Trailing(left);
                Err(Failure::from(kind).at(read.consumed))
            }
        };
        match reader.read(self.message.octets()).and_then(whole) {
            Ok(read) => {
                let mut warnings = self.warnings;
                warnings.extend(read.warnings);
                let document = self.envelope.with_blocks(self.heads).around(read.members);
                documents.push(document, warnings)
            }
            Err(failure) => {
                let failure = failure.relocated(|at| self.message.offset(at));
                // One block alone may be an example of a block.
                let [(document, warnings)] = &self.documents[..] else { return documents.fail(failure) };
                if failure.detail().is_some() {
                    return documents.fail(failure);
                }
                let mut warnings = warnings.clone();
                warnings.push(format!("its content is no message: {failure}"));
                documents.push(document.clone(), warnings)
            }
        }
    }

    /// The blocks as they came.
    fn give_up(self, documents: &mut Documents<'_>) -> Result<(), Failure> {
        for (document, mut warnings) in self.documents {
            warnings.push("a block of a message that was not completed".into());
            documents.push(document, warnings)?;
        }
        Ok(())
    }
}
