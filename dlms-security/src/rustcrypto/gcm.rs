use core::fmt;

use aes::{
    Block,
    cipher::{
        Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, ParBlocks, consts::U16,
        typenum::Unsigned,
    },
};
use dlms_core::crypto::{CryptoError, Nonce, Tag};
use polyval::{Polyval, universal_hash::UniversalHash};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::cipher::Cipher;

/// AES-GCM (NIST SP 800-38D) under one key, with 96-bit initialisation vectors and tags.
///
/// Composed of the block cipher and its hash rather than taken from an AEAD interface: that one takes additional
/// authenticated data as one slice, and with authentication only the whole APDU is part of it.
///
/// GHASH is POLYVAL with every block, the key and the result reversed (RFC 8452, appendix A).
pub struct Gcm<A> {
    cipher: A,
    hash: Polyval,
}

impl<A> fmt::Debug for Gcm<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gcm").finish_non_exhaustive()
    }
}

impl<A: Cipher> Gcm<A> {
    pub(super) fn new(cipher: A) -> Self {
        let mut h = [0; 16];
        // The hash key is the zero block encrypted: all of nonce and counter zero.
        cipher.apply(Keystream { nonce: &[0; 12], counter: 0, first: Some(&mut h), data: &mut [] });
        let mut key = mulx(u128::from_be_bytes(h)).to_le_bytes();
        let hash = Polyval::new(&Array(key));
        h.zeroize();
        key.zeroize();
        Self { cipher, hash }
    }

    /// Octets of the key.
    pub(super) fn key_len(&self) -> usize {
        self.cipher.key_len()
    }

    /// Encrypts `data` and gives the tag over it and the `aad_len` octets that `aad` has absorbed.
    pub(super) fn seal(
        &self,
        nonce: &Nonce,
        aad_len: usize,
        aad: impl FnOnce(&mut Absorber) -> Result<(), CryptoError>,
        data: &mut [u8],
    ) -> Result<Tag, CryptoError> {
        let mut absorber = Absorber::new(&self.hash, aad_len, data.len());
        aad(&mut absorber)?;
        let mut mask = [0; 16];
        self.cipher.apply(Keystream { nonce, counter: 1, first: Some(&mut mask), data });
        Ok(absorber.tag(mask, data))
    }

    /// Decrypts `data` if the tag is right.
    pub(super) fn open(
        &self,
        nonce: &Nonce,
        aad_len: usize,
        aad: impl FnOnce(&mut Absorber) -> Result<(), CryptoError>,
        data: &mut [u8],
        tag: &Tag,
    ) -> Result<(), CryptoError> {
        let mut absorber = Absorber::new(&self.hash, aad_len, data.len());
        aad(&mut absorber)?;
        let mut mask = [0; 16];
        self.cipher.apply(Keystream { nonce, counter: 1, first: Some(&mut mask), data: &mut [] });
        if !bool::from(absorber.tag(mask, data).ct_eq(tag)) {
            return Err(CryptoError::Inauthentic);
        }
        self.apply_keystream(nonce, data);
        Ok(())
    }

    /// Encrypts or decrypts `data` without a tag.
    pub(super) fn apply_keystream(&self, nonce: &Nonce, data: &mut [u8]) {
        if !data.is_empty() {
            self.cipher.apply(Keystream { nonce, counter: 2, first: None, data });
        }
    }
}

/// Times x in the field of POLYVAL.
const fn mulx(v: u128) -> u128 {
    let carry = v >> 127;
    v << 1 ^ carry ^ carry << 121 ^ carry << 126 ^ carry << 127
}

/// Encrypted counter blocks: the first apart, if wanted, the rest over `data`.
#[derive(Debug)]
pub struct Keystream<'a> {
    nonce: &'a Nonce,
    /// That of the first block.
    counter: u32,
    first: Option<&'a mut [u8; 16]>,
    data: &'a mut [u8],
}

impl BlockSizeUser for Keystream<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Keystream<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let parallel = B::ParBlocksSize::USIZE;
        let mut counters = Counters::new(self.nonce, self.counter);
        let (mut first, mut data) = (self.first, self.data);
        // A bit-sliced cipher takes as long for one block as for its two or four: the first goes with the data.
        if parallel <= 4 {
            while first.is_some() || !data.is_empty() {
                let mut blocks = ParBlocks::<B>::default();
                blocks.iter_mut().for_each(|block| *block = counters.next_block());
                backend.encrypt_par_blocks_inplace(&mut blocks);
                let mut blocks = blocks.iter();
                if let Some(first) = first.take()
                    && let Some(block) = blocks.next()
                {
                    *first = block.0;
                }
                data = xor_blocks(data, blocks);
            }
            return;
        }
        // One with instructions of its own overlaps single blocks by itself; many at once pay for long data only.
        if let Some(first) = first {
            *first = single(backend, &mut counters).0;
        }
        while data.len() >= parallel.saturating_mul(16) {
            let mut blocks = ParBlocks::<B>::default();
            blocks.iter_mut().for_each(|block| *block = counters.next_block());
            backend.encrypt_par_blocks_inplace(&mut blocks);
            data = xor_blocks(data, blocks.iter());
        }
        let (blocks, tail) = data.as_chunks_mut::<16>();
        for block in blocks {
            *block = xor(*block, single(backend, &mut counters).0);
        }
        if !tail.is_empty() {
            xor_tail(tail, &single(backend, &mut counters));
        }
    }
}

/// The counter blocks of one initialisation vector.
struct Counters {
    nonce: u128,
    next: u32,
}

impl Counters {
    #[inline(always)]
    fn new(nonce: &Nonce, next: u32) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *nonce;
        Self { nonce: u128::from_be_bytes([a, b, c, d, e, f, g, h, i, j, k, l, 0, 0, 0, 0]), next }
    }

    #[inline(always)]
    fn next_block(&mut self) -> Block {
        let block = (self.nonce | u128::from(self.next)).to_be_bytes();
        self.next = self.next.wrapping_add(1);
        Array(block)
    }
}

#[inline(always)]
fn single<B: BlockCipherEncBackend<BlockSize = U16>>(backend: &B, counters: &mut Counters) -> Block {
    let mut block = counters.next_block();
    backend.encrypt_block_inplace(&mut block);
    block
}

/// Uses the blocks up on the front of `data`; gives what is left of it.
#[inline(always)]
fn xor_blocks<'d, 'b>(mut data: &'d mut [u8], blocks: impl Iterator<Item = &'b Block>) -> &'d mut [u8] {
    for block in blocks {
        let n = data.len().min(16);
        let (now, later) = data.split_at_mut_checked(n).unwrap_or_default();
        match now.first_chunk_mut::<16>() {
            Some(now) => *now = xor(*now, block.0),
            None => xor_tail(now, block),
        }
        data = later;
    }
    data
}

#[inline(always)]
fn xor(a: [u8; 16], b: [u8; 16]) -> [u8; 16] {
    (u128::from_ne_bytes(a) ^ u128::from_ne_bytes(b)).to_ne_bytes()
}

#[inline(always)]
fn xor_tail(data: &mut [u8], block: &Block) {
    for (octet, key) in data.iter_mut().zip(&block.0) {
        *octet ^= key;
    }
}

/// The hash over parts of any length, four blocks at a time: an odd number of them is taken at the start, so that the
/// groups after it are whole.
pub(super) struct Absorber {
    hash: Polyval,
    /// Octets of authenticated data and of ciphertext, in bits.
    lengths: [u8; 16],
    /// Octets not hashed yet, `filled` of them, then zeros. At `limit` they are hashed.
    stage: [u8; Self::GROUP],
    filled: usize,
    limit: usize,
}

impl Absorber {
    const GROUP: usize = 64;

    #[inline(always)]
    fn new(hash: &Polyval, aad_len: usize, data_len: usize) -> Self {
        let blocks = aad_len.div_ceil(16).wrapping_add(data_len.div_ceil(16)).wrapping_add(1);
        let limit = match blocks % 4 {
            0 => Self::GROUP,
            odd => odd.wrapping_mul(16),
        };
        let [aad, data] = [aad_len, data_len].map(|octets| u128::from((octets as u64).wrapping_mul(8)));
        let lengths = (aad << 64 | data).to_be_bytes();
        Self { hash: hash.clone(), lengths, stage: [0; Self::GROUP], filled: 0, limit }
    }

    /// The tag, with the ciphertext after the authenticated data.
    #[inline(always)]
    fn tag(mut self, mask: [u8; 16], ciphertext: &[u8]) -> Tag {
        self.pad();
        self.absorb(ciphertext);
        self.pad();
        let lengths = self.lengths;
        self.store(&lengths);
        self.flush();
        let hash = u128::from_le_bytes(self.hash.finalize().0);
        let [a, b, c, d, e, f, g, h, i, j, k, l, ..] = (hash ^ u128::from_be_bytes(mask)).to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }

    /// More octets.
    #[inline]
    pub(super) fn absorb(&mut self, mut octets: &[u8]) {
        while let Some((now, later)) = octets.split_at_checked(self.limit.wrapping_sub(self.filled)) {
            self.store(now);
            self.flush();
            octets = later;
            while let Some((group, later)) = octets.split_first_chunk::<{ Self::GROUP }>() {
                update_group(&mut self.hash, group);
                octets = later;
            }
        }
        self.store(octets);
    }

    /// Octets that there is room for.
    #[inline(always)]
    fn store(&mut self, octets: &[u8]) {
        let end = self.filled.wrapping_add(octets.len());
        copy(self.stage.get_mut(self.filled..end).unwrap_or_default(), octets);
        self.filled = end;
    }

    /// Zeros up to the end of a block.
    #[inline]
    fn pad(&mut self) {
        self.filled = self.filled.wrapping_add(15) & !15;
        if self.filled >= self.limit {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.limit == Self::GROUP {
            update_group(&mut self.hash, &self.stage);
        } else {
            for block in self.stage.get(..self.limit).unwrap_or_default().as_chunks::<16>().0 {
                self.hash.update(&[reversed(block)]);
            }
        }
        self.stage = [0; Self::GROUP];
        self.filled = 0;
        self.limit = Self::GROUP;
    }
}

/// Copies between slices of the same length, without a call for so few octets.
#[inline(always)]
fn copy(to: &mut [u8], from: &[u8]) {
    let ((to, to_tail), (from, from_tail)) = (to.as_chunks_mut::<16>(), from.as_chunks::<16>());
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    let ((to, to_tail), (from, from_tail)) = (to_tail.as_chunks_mut::<4>(), from_tail.as_chunks::<4>());
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    to_tail.iter_mut().zip(from_tail).take(3).for_each(|(to, from)| *to = *from);
}

/// Hashes four blocks.
#[inline(always)]
fn update_group(hash: &mut Polyval, octets: &[u8; Absorber::GROUP]) {
    if let [a, b, c, d] = octets.as_chunks::<16>().0 {
        hash.update(&[reversed(a), reversed(b), reversed(c), reversed(d)]);
    }
}

#[inline(always)]
fn reversed(block: &[u8; 16]) -> Block {
    // Octet by octet: swapped as a number, it would be written in halves and read whole, which stalls.
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *block;
    Array([p, o, n, m, l, k, j, i, h, g, f, e, d, c, b, a])
}
