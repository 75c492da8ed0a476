use dlms::client::{NameTable, ShortName};

use crate::{BREAKER, ENERGY, HIDDEN, NOTE, PROFILE};

/// What the client knows of the meter's short names without asking.
#[must_use]
pub fn names() -> NameTable {
    let mut names = NameTable::growing();
    for (class_id, name, base_name) in
        [(1, HIDDEN, 0x100), (70, BREAKER, 0x110), (1, NOTE, 0x140), (3, ENERGY, 0x150), (7, PROFILE, 0x180)]
    {
        let version = u8::from(class_id == 7);
        assert!(names.insert(ShortName::new(class_id, version, name, base_name)));
    }
    names
}

/// A request by short names that makes sense, by its number: reading, writing and invoking in all forms, and the steps
/// of long exchanges.
#[must_use]
pub fn variables(number: u8) -> Vec<u8> {
    let request: &[u8] = match number % 24 {
        0 => &[5, 1, 2, 1, 0x58],
        1 => &[5, 1, 2, 1, 0x88],
        2 => &[5, 1, 5, 0, 1],
        3 => &[5, 1, 5, 0, 2],
        // Entries 1 to 5, all columns.
        4 => &[5, 1, 4, 1, 0x88, 2, 2, 4, 6, 0, 0, 0, 1, 6, 0, 0, 0, 5, 18, 0, 1, 18, 0, 0],
        5 => &[5, 3, 2, 1, 0x58, 2, 1, 0x08, 2, 1, 0x48],
        6 => &[5, 3, 2, 1, 0x88, 2, 1, 0x58, 2, 1, 0x88],
        // What nobody may read.
        7 => &[5, 1, 2, 1, 0x08],
        8 => &[6, 1, 2, 1, 0x48, 1, 9, 3, b'a', b'b', b'c'],
        9 => &[6, 2, 2, 1, 0x48, 2, 1, 0x08, 2, 9, 1, b'x', 0],
        // A long Write of the note.
        10 => &[6, 1, 7, 0, 0, 1, 1, 9, 4, 1, 2, 1, 0x48],
        11 => &[6, 1, 7, 0, 0, 2, 1, 9, 3, 1, 9, 2],
        12 => &[6, 1, 7, 1, 0, 3, 1, 9, 2, 4, 5],
        // A long Read of the buffer.
        13 => &[5, 1, 6, 0, 0, 1, 2, 1, 2],
        14 => &[5, 1, 6, 1, 0, 2, 2, 1, 0x88],
        // Disconnects, reconnects, captures: with and without an answer.
        15 => &[5, 2, 4, 1, 0x30, 0, 15, 0, 2, 1, 0x38],
        16 => &[6, 2, 2, 1, 0x38, 2, 1, 0xe0, 2, 15, 0, 15, 0],
        17 => &[0x16, 2, 2, 1, 0x48, 2, 1, 0x30, 2, 9, 1, b'u', 15, 0],
        18 => &[5, 1, 2, 0xfa, 8],
        19 => &[5, 1, 2, 0xfa, 0x10],
        // By logical names: of the hidden object and of the profile everything.
        20 => &[
            5, 1, 4, 0xfa, 0x30, 0, 1, 2, 2, 3, 18, 0, 1, 9, 6, 0, 0, 96, 1, 9, 255, 15, 0, 2, 3, 18, 0, 7,
            9, 6, 1, 0, 99, 1, 0, 255, 15, 0,
        ],
        21 => &[5, 1, 4, 0xfa, 0x38, 0, 1, 1, 2, 2, 18, 0, 7, 9, 6, 1, 0, 99, 1, 0, 255],
        22 => &[6, 1, 2, 0xfa, 0x40, 1, 9, 2, b'p', b'w'],
        _ => &[5, 1, 4, 0xfa, 0x58, 0, 9, 1, 0],
    };
    request.to_vec()
}
