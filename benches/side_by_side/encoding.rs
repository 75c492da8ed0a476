//! Writing: a load profile, a request.

use core::hint::black_box;

use dlms_bench::load_profile::{self, ROW, VALUES, digest};
use dlms_bench::{Comparison, Contender, Target};
use dlms_core::apdu::{AttributeDescriptor, GetRequest, InvokeIdAndPriority, tag::GET_RESPONSE};
use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{Data, Octets, tag};
use dlms_cosem_rs::codec::{Encode as _, SliceWriter, Writer as _};
use obis::obis;

use crate::decoding::RowView;

pub(crate) fn comparisons() -> Vec<Comparison<'static>> {
    vec![
        load_profile(5_000, "P5000: encode rows of a type"),
        values(5_000, "P5000: encode as values"),
        request(),
    ]
}

/// The load profile before it is encoded.
struct Columns {
    times: Vec<[u8; 12]>,
    statuses: Vec<u8>,
    values: [Vec<u32>; VALUES],
}

impl Columns {
    fn new(rows: u32) -> Self {
        let row = |number| load_profile::row(number);
        let value =
            |number, at: usize| u32::from_be_bytes(*row(number)[19 + 5 * at..].first_chunk().unwrap());
        Self {
            times: (0..rows).map(load_profile::date_time).collect(),
            statuses: (0..rows).map(|number| row(number)[17]).collect(),
            values: core::array::from_fn(|at| (0..rows).map(|number| value(number, at)).collect()),
        }
    }

    fn rows(&self) -> impl ExactSizeIterator<Item = (&[u8; 12], u8, [u32; VALUES])> {
        let [a, b, c, d, e, f, g, h] = self.values.each_ref().map(Vec::as_slice);
        let values = (a.iter().zip(b)).zip(c.iter().zip(d)).zip((e.iter().zip(f)).zip(g.iter().zip(h)));
        let values = values.map(|(((a, b), (c, d)), ((e, f), (g, h)))| [*a, *b, *c, *d, *e, *f, *g, *h]);
        self.times
            .iter()
            .zip(&self.statuses)
            .zip(values)
            .map(|((time, status), values)| (time, *status, values))
    }
}

/// Whether all is there: the octets themselves were compared before anything is measured.
fn receipt(octets: &[u8]) -> u64 {
    digest(octets).wrapping_add(octets.len() as u64)
}

fn load_profile(rows: u32, name: &'static str) -> Comparison<'static> {
    let columns: &'static Columns = Box::leak(Box::new(Columns::new(rows)));
    let expected = load_profile::get_response(rows);
    let turn = |encode: fn(&Columns, &mut [u8]) -> usize| {
        let mut out = vec![0; expected.len()];
        encode(columns, &mut out);
        assert!(out == expected);
        move || {
            let len = encode(black_box(columns), black_box(&mut out));
            receipt(&out[..len])
        }
    };
    Comparison::new("E1", name)
        .octets(expected.len())
        .target(Target::peer(3.4))
        .by(Contender::Ours, turn(typed_rows))
        .by(Contender::DlmsCosemRs, turn(peer_values))
        .by(Contender::Limit, turn(patched_rows))
}

fn values(rows: u32, name: &'static str) -> Comparison<'static> {
    let columns: &'static Columns = Box::leak(Box::new(Columns::new(rows)));
    let expected = load_profile::get_response(rows);
    let turn = |encode: fn(&Columns, &mut [u8]) -> usize| {
        let mut out = vec![0; expected.len()];
        encode(columns, &mut out);
        assert!(out == expected);
        move || {
            let len = encode(black_box(columns), black_box(&mut out));
            receipt(&out[..len])
        }
    };
    Comparison::new("E1", name)
        .octets(expected.len())
        .by(Contender::Ours, turn(data_values))
        .by(Contender::DlmsCosemRs, turn(peer_values))
}

fn typed_rows(columns: &Columns, out: &mut [u8]) -> usize {
    let mut w = Writer::new(out);
    w.array([GET_RESPONSE, 1, 0xc1, 0, tag::ARRAY]);
    w.length(columns.times.len());
    for (time, status, [a, b, c, d, e, f, g, h]) in columns.rows() {
        RowView { time: Octets(time), status, a, b, c, d, e, f, g, h }.encode(&mut w);
    }
    w.finish().unwrap().len()
}

fn data_values(columns: &Columns, out: &mut [u8]) -> usize {
    let mut w = Writer::new(out);
    w.array([GET_RESPONSE, 1, 0xc1, 0, tag::ARRAY]);
    w.length(columns.times.len());
    for (time, status, values) in columns.rows() {
        w.u8(tag::STRUCTURE);
        w.length(2 + VALUES);
        Data::OctetString(time).encode(&mut w);
        Data::Unsigned(status).encode(&mut w);
        for value in values {
            Data::DoubleLongUnsigned(value).encode(&mut w);
        }
    }
    w.finish().unwrap().len()
}

fn peer_values(columns: &Columns, out: &mut [u8]) -> usize {
    use dlms_cosem_rs::axdr::Data;
    let mut w = SliceWriter::new(out);
    w.write_bytes(&[0xc4, 1, 0xc1, 0, 1]).unwrap();
    w.write_length(columns.times.len()).unwrap();
    for (time, status, values) in columns.rows() {
        w.write_u8(2).unwrap();
        w.write_length(2 + VALUES).unwrap();
        Data::OctetString(time).encode(&mut w).unwrap();
        Data::Unsigned(status).encode(&mut w).unwrap();
        for value in values {
            Data::DoubleLongUnsigned(value).encode(&mut w).unwrap();
        }
    }
    w.finish().len()
}

/// A row of this one layout is copied and its values are put in.
fn patched_rows(columns: &Columns, out: &mut [u8]) -> usize {
    let template = load_profile::row(0);
    let head = [0xc4, 1, 0xc1, 0, 1, 0x82];
    out[..6].copy_from_slice(&head);
    out[6..8].copy_from_slice(&u16::try_from(columns.times.len()).unwrap().to_be_bytes());
    let rows = out[8..].as_chunks_mut::<ROW>().0;
    for (row, (time, status, values)) in rows.iter_mut().zip(columns.rows()) {
        *row = template;
        row[4..16].copy_from_slice(time);
        row[17] = status;
        for (slot, value) in row[18..].as_chunks_mut::<5>().0.iter_mut().zip(values) {
            slot[1..].copy_from_slice(&value.to_be_bytes());
        }
    }
    out.len()
}

fn request() -> Comparison<'static> {
    const EXPECTED: [u8; 13] = [0xc0, 1, 0xc1, 0, 3, 1, 0, 1, 8, 0, 255, 2, 0];
    let turn = |encode: fn(u8, &mut [u8]) -> usize| {
        let mut out = [0; 32];
        let len = encode(0xc1, &mut out);
        assert_eq!(out[..len], EXPECTED);
        move || {
            let out = black_box(&mut out);
            let len = encode(black_box(0xc1), out);
            receipt(&out[..len])
        }
    };
    let ours = turn(|invoke, out| {
        let attribute = AttributeDescriptor::new(3, obis!("1-0:1.8.0.255"), 2);
        let invoke = InvokeIdAndPriority(invoke);
        let request = GetRequest::Normal { invoke, attribute, selection: None };
        request.encode_to_slice(out).unwrap().len()
    });
    let peer = turn(|invoke, out| {
        use dlms_cosem_rs::{Apdu, Obis, xdlms};
        let descriptor = xdlms::AttributeDescriptor::new(3, Obis::new(1, 0, 1, 8, 0, 255), 2);
        let invoke_id = xdlms::InvokeId(invoke);
        let mut w = SliceWriter::new(out);
        Apdu::GetRequest(xdlms::GetRequest::Normal { invoke_id, descriptor, access: None })
            .encode(&mut w)
            .unwrap();
        w.finish().len()
    });
    let limit = turn(|invoke, out| {
        let out = out.first_chunk_mut().unwrap();
        *out = EXPECTED;
        out[2] = invoke;
        out.len()
    });
    Comparison::new("E1", "GET request: encode")
        .target(Target::peer(1.45))
        .by(Contender::Ours, ours)
        .by(Contender::DlmsCosemRs, peer)
        .by(Contender::Limit, limit)
}
