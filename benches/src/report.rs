use core::fmt;

use crate::{Contender, Measured};

/// The columns of those who are measured.
const CONTENDERS: [(Contender, &str); 4] = [
    (Contender::Ours, "ours"),
    (Contender::DlmsCosemRs, "dlms-cosem-rs"),
    (Contender::DlmsCosem, "dlms_cosem"),
    (Contender::Limit, "limit"),
];

/// The table: minimum and, in parentheses, median of the batches; `a` counts allocations.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<[String; 9]>,
}

impl Report {
    /// Adds what was measured.
    pub fn add(&mut self, measured: &Measured) {
        let minimum = |contender| measured.times(contender).map(super::comparison::Times::minimum);
        let ours = minimum(Contender::Ours);
        let peers = [Contender::DlmsCosemRs, Contender::DlmsCosem].into_iter().filter_map(minimum);
        let best = peers.fold(None, |best: Option<f64>, peer| Some(best.map_or(peer, |best| best.min(peer))));
        let to_peer = ours.zip(best).map(|(ours, best)| best / ours);
        let to_limit = ours.zip(minimum(Contender::Limit)).map(|(ours, limit)| ours / limit);
        let times = |ratio: Option<f64>| ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let target = measured.target;
        let aims = [target.peer.map(|r| format!("≥ {r} peer")), target.limit.map(|r| format!("≤ {r} limit"))];
        let met = target.peer.is_none_or(|aim| to_peer.is_some_and(|ratio| ratio >= aim))
            && target.limit.is_none_or(|aim| to_limit.is_some_and(|ratio| ratio <= aim));
        let mut aims = aims.into_iter().flatten().collect::<Vec<_>>().join(", ");
        if !aims.is_empty() {
            aims += if met { " ✓" } else { " ✗" };
        }
        let [a, b, c, d] = CONTENDERS.map(|(contender, _)| cell(measured, contender));
        self.lines.push([
            measured.id.into(),
            measured.work.into(),
            a,
            b,
            c,
            d,
            times(to_peer),
            times(to_limit),
            aims,
        ]);
    }
}

/// How fast one of them was.
fn cell(measured: &Measured, contender: Contender) -> String {
    let Some(times) = measured.times(contender) else { return String::new() };
    let (minimum, median) = (times.minimum(), times.median());
    let mut cell = match measured.octets {
        Some(octets) => {
            let rate = |nanoseconds: f64| octets as f64 * 1e3 / nanoseconds;
            format!("{:.0} MB/s ({:.0})", rate(minimum), rate(median))
        }
        None if minimum < 1e2 => format!("{minimum:.1} ns ({median:.1})"),
        None if minimum < 1e4 => format!("{minimum:.0} ns ({median:.0})"),
        None if minimum < 1e6 => format!("{:.1} µs ({:.1})", minimum / 1e3, median / 1e3),
        None => format!("{:.2} ms ({:.2})", minimum / 1e6, median / 1e6),
    };
    if times.allocations > 0 {
        cell += &format!(" {} a", times.allocations);
    }
    cell
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = CONTENDERS.map(|(_, name)| name);
        let head = ["id", "work", a, b, c, d, "× peer", "÷ limit", "target"].map(String::from);
        let mut widths = [0; 9];
        for line in self.lines.iter().chain([&head]) {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let print = |f: &mut fmt::Formatter<'_>, line: &[String; 9]| {
            for (width, cell) in widths.iter().zip(line) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")
        };
        print(f, &head)?;
        for width in widths {
            write!(f, "|{:-<1$}", "", width + 2)?;
        }
        writeln!(f, "|")?;
        self.lines.iter().try_for_each(|line| print(f, line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Comparison, Target};

    #[test]
    fn the_table_has_a_line_for_each() {
        let mut report = Report::default();
        let never = Comparison::new("X1", "nothing").target(Target::limit(0.0));
        report.add(&never.by(Contender::Ours, || 1).by(Contender::Limit, || 1).measure());
        let sometimes = Comparison::new("X2", "something").octets(8).target(Target::peer(0.0));
        report.add(&sometimes.by(Contender::Ours, || 1).by(Contender::DlmsCosem, || 1).measure());
        let table = report.to_string();
        assert_eq!(table.lines().count(), 4);
        let widths: Vec<_> = table.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
        assert!(
            table.contains("≤ 0 limit ✗") && table.contains("≥ 0 peer ✓") && table.contains("MB/s"),
            "{table}"
        );
    }
}
