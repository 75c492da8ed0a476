/// Moves what begins at `offset` to the front. Panic-free, and a `memmove` where the compiler sees the bounds.
pub(crate) fn shift_down(bytes: &mut [u8], offset: usize) {
    if offset <= bytes.len() {
        bytes.copy_within(offset.., 0);
    }
}
