//! Bodies in which attribute descriptors have no tags: `02 02 CCCC AABBCCDDEEFF aa VALUE`, as some Czech and Sagemcom
//! meters push them.

use dlms_core::codec::{Decode, Reader};
use dlms_core::data::{Data, tag};
use dlms_core::limits;

use crate::value_json::write_length;

/// Octets of a class, a logical name and an attribute.
const DESCRIPTOR: usize = 9;

/// The same body as the standard has it, each descriptor a structure of its three parts; nothing if there are none, or
/// if `body` is nothing else that can be read.
pub(super) fn rewrite(body: &[u8]) -> Option<Vec<u8>> {
    let mut r = Reader::new(body);
    let mut out = Vec::new();
    let mut found = false;
    value(&mut r, limits::NESTING, &mut out, &mut found)?;
    (found && r.is_empty()).then_some(out)
}

fn value(r: &mut Reader<'_>, depth: usize, out: &mut Vec<u8>, found: &mut bool) -> Option<()> {
    let depth = depth.checked_sub(1)?;
    let first = r.peek()?;
    if !matches!(first, tag::ARRAY | tag::STRUCTURE) {
        let before = r.rest();
        Data::decode(r).ok()?;
        out.extend(before.get(..before.len().checked_sub(r.remaining())?)?);
        return Some(());
    }
    r.u8().ok()?;
    let count = r.length().ok().filter(|count| *count <= r.remaining())?;
    out.push(first);
    write_length(count, out);
    if first == tag::STRUCTURE
        && count == 2
        && let Some(descriptor) = descriptor(r)
    {
        *found = true;
        out.extend(descriptor);
        return value(r, depth, out, found);
    }
    (0..count).try_for_each(|_| value(r, depth, out, found))
}

/// A descriptor without tags, if one stands here and a value behind it: with its tags.
fn descriptor(r: &mut Reader<'_>) -> Option<Vec<u8>> {
    let mut ahead = r.clone();
    let [0, class, a @ 0..=15, b, c, d, e, 0xff, attribute @ 1..=30] = ahead.array::<DESCRIPTOR>().ok()?
    else {
        return None;
    };
    Data::decode(&mut ahead.clone()).ok()?;
    *r = ahead;
    Some(vec![
        tag::STRUCTURE,
        3,
        tag::LONG_UNSIGNED,
        0,
        class,
        tag::OCTET_STRING,
        6,
        a,
        b,
        c,
        d,
        e,
        0xff,
        tag::INTEGER,
        attribute,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex;

    #[test]
    fn gives_descriptors_their_tags() {
        let body = hex::from_text("0202 1601 0101 0202 0001 00002A0000FF 02 0902 4547").unwrap();
        let right =
            hex::from_text("0202 1601 0101 0202 0203 120001 090600002A0000FF 0F02 0902 4547").unwrap();
        assert_eq!(rewrite(&body), Some(right.clone()));
        assert_eq!(rewrite(&right), None);
        for n in 0..body.len() {
            assert_eq!(rewrite(&body[..n]), None);
        }
    }
}
