use serde_json::{Map, Value};

use super::leniency::{self, Deviation, Lenience};
use crate::failure::Failure;

/// Where documents go as they become complete.
///
/// The last one is held back, for what follows it may have to be said in its warnings.
pub(super) struct Documents<'a> {
    out: &'a mut dyn FnMut(Result<Value, Failure>) -> Result<(), Failure>,
    held: Option<Map<String, Value>>,
    warnings: Vec<String>,
}

impl<'a> Documents<'a> {
    /// Documents and failures for `out`, in order.
    pub(super) fn new(out: &'a mut dyn FnMut(Result<Value, Failure>) -> Result<(), Failure>) -> Self {
        Self { out, held: None, warnings: Vec::new() }
    }

    /// One more document, with what there is to be said about it.
    pub(super) fn push(
        &mut self,
        mut document: Map<String, Value>,
        warnings: Vec<String>,
    ) -> Result<(), Failure> {
        self.release()?;
        let mut all = core::mem::take(&mut self.warnings);
        all.extend(warnings);
        document.insert("warnings".into(), all.into());
        self.held = Some(document);
        Ok(())
    }

    /// What is to be said about the next document.
    pub(super) fn warn(&mut self, text: String) {
        self.warnings.push(text);
    }

    /// Tells of octets that are no `what`, a frame or a telegram.
    pub(super) fn stray(&mut self, count: usize, what: &str, offset: usize) {
        if count > 0 {
            self.warn(format!("noise: {count} byte(s) that are no {what} at byte {offset}"));
        }
    }

    /// Tells of octets behind the last `what`: a failure, unless noise is accepted.
    pub(super) fn behind(
        &mut self,
        count: usize,
        what: &str,
        offset: usize,
        lenience: &Lenience,
    ) -> Result<(), Failure> {
        if count > 0 && !lenience.permits(Deviation::Noise) {
            let failure = Failure::decode(format!("{count} byte(s) behind the last {what}"));
            return self.fail(failure.with_remark(&leniency::remark(Deviation::Noise.name())).at(offset));
        }
        self.stray(count, what, offset);
        Ok(())
    }

    /// A failure between documents.
    pub(super) fn fail(&mut self, failure: Failure) -> Result<(), Failure> {
        self.release()?;
        (self.out)(Err(failure))
    }

    /// No more will come. What no document is there for is said by the last one.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let late = core::mem::take(&mut self.warnings);
        if let Some(Value::Array(warnings)) = self.held.as_mut().and_then(|held| held.get_mut("warnings")) {
            warnings.extend(late.into_iter().map(Value::from));
        }
        self.release()
    }

    fn release(&mut self) -> Result<(), Failure> {
        match self.held.take() {
            Some(document) => (self.out)(Ok(Value::Object(document))),
            None => Ok(()),
        }
    }
}
