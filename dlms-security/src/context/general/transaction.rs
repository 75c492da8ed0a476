use super::SecurityContext;
use crate::{CounterStore, InvocationCounters, ReplayMemory, SecurityError, SystemTitle, Transactions};

/// A transaction-id: 16 octets at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transaction {
    octets: [u8; Self::MAX],
    len: u8,
}

impl Transaction {
    pub(crate) const MAX: usize = 16;
    /// The one of messages that state none.
    const NONE: Self = Self { octets: [0; Self::MAX], len: 0 };

    pub(super) fn from_slice(id: &[u8]) -> Result<Self, SecurityError> {
        let mut octets = [0; Self::MAX];
        let unsupported = SecurityError::Unsupported("a transaction-id of more than 16 octets");
        let room = octets.get_mut(..id.len()).ok_or(unsupported)?;
        room.iter_mut().zip(id).for_each(|(to, from)| *to = *from);
        Ok(Self { octets, len: u8::try_from(id.len()).unwrap_or_default() })
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// As a number: one that is left out is none.
    fn number(&self) -> Option<u128> {
        let octets = Some(self.as_slice()).filter(|octets| !octets.is_empty())?;
        Some(octets.iter().fold(0, |number, octet| number << 8 | u128::from(*octet)))
    }
}

impl SecurityContext {
    /// The transaction of the next message: the one to answer in, or a new one, counted where counters outlive the power.
    pub(super) fn transaction_to_send<S: CounterStore, const N: usize>(
        &mut self,
        counters: &mut InvocationCounters<S, N>,
    ) -> Result<Transaction, SecurityError> {
        if self.general.responds {
            return Ok(self.general.transaction.unwrap_or(Transaction::NONE));
        }
        let number = u64::from(counters.next(self.counter(false))?);
        let transaction = Transaction::from_slice(&number.to_be_bytes())?;
        self.general.transaction = Some(transaction);
        Ok(transaction)
    }

    /// Checks the transaction of what was received: that we asked in it; or, where no counter tells that the message is
    /// new, that it is.
    pub(in crate::context) fn check_transaction<M: ReplayMemory + ?Sized>(
        &self,
        replay: &M,
        originator: SystemTitle,
        transaction: &Transaction,
        is_counted: bool,
    ) -> Result<(), SecurityError> {
        if !self.general.responds {
            let answers = self.general.transaction.unwrap_or(Transaction::NONE) == *transaction;
            return if answers { Ok(()) } else { Err(SecurityError::OldTransaction) };
        }
        if is_counted || self.general.how.transactions == Transactions::Any {
            return Ok(());
        }
        let number = transaction.number().ok_or(SecurityError::OldTransaction)?;
        replay.check_transaction(originator, number)
    }

    /// Remembers the transaction of what was received.
    pub(in crate::context) fn accept_transaction<M: ReplayMemory + ?Sized>(
        &mut self,
        replay: &mut M,
        originator: SystemTitle,
        transaction: Transaction,
        is_counted: bool,
    ) -> Result<(), SecurityError> {
        if !self.general.responds {
            return Ok(());
        }
        if let Some(number) = transaction.number().filter(|_| !is_counted)
            && self.general.how.transactions == Transactions::Increasing
        {
            replay.accept_transaction(originator, number)?;
        }
        self.general.transaction = Some(transaction);
        Ok(())
    }
}
