//! What every storage keeps to.

use std::vec::Vec;

use super::{Storage, StorageError};

fn rows(storage: &impl Storage) -> Vec<Vec<u8>> {
    (storage.first()..storage.end()).map(|row| storage.read(row, <[u8]>::to_vec).unwrap()).collect()
}

/// Puts an empty storage with room for four rows of three octets through its paces.
pub(super) fn hold(mut storage: impl Storage) {
    assert_eq!((storage.capacity(), storage.first(), storage.end()), (4, 0, 0));
    assert_eq!(storage.read(0, <[u8]>::to_vec), Err(StorageError::NoRow));

    for octet in 0..6 {
        storage.append(&[octet; 3]).unwrap();
    }
    assert_eq!((storage.first(), storage.end()), (2, 6));
    assert_eq!(rows(&storage), [[2; 3], [3; 3], [4; 3], [5; 3]]);
    assert_eq!(storage.read(1, <[u8]>::to_vec), Err(StorageError::NoRow));
    assert_eq!(storage.read(6, <[u8]>::to_vec), Err(StorageError::NoRow));

    storage.keep(3, 5).unwrap();
    assert_eq!((storage.first(), rows(&storage)), (3, [[3; 3], [4; 3]].map(Vec::from).to_vec()));

    let old_end = storage.end();
    storage.insert(4, &[9]).unwrap();
    assert!(storage.first() >= old_end, "numbers are new");
    assert_eq!(rows(&storage), [&[3; 3][..], &[9], &[4; 3]]);
    storage.insert(storage.end(), &[8]).unwrap();
    storage.insert(storage.first(), &[7]).unwrap();
    assert_eq!(rows(&storage), [&[7][..], &[3; 3], &[9], &[4; 3]], "the last row goes");
    let before = (storage.first(), storage.end());
    storage.insert(storage.end(), &[6]).unwrap();
    assert_eq!((storage.first(), storage.end()), before, "no room after the last");

    let end = storage.end();
    storage.keep(end, end).unwrap();
    assert_eq!((storage.first(), storage.end()), (end, end), "numbers go on after a reset");
    storage.append(&[1]).unwrap();
    assert_eq!(rows(&storage), [[1]]);
}
