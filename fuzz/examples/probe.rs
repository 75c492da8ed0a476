use dlms_fuzz::*;
use dlms_wrapper::Role;
fn main() {
    let input = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    println!("{:02X?}", input);
    let (mode, room, script) = Mode::split(&input).unwrap_or(match input.first() {
        Some(0x60 | 0) => (Mode::Strangers, LARGE, &input[..]),
        _ => (Mode::Public, LARGE, &input[..]),
    });
    println!("{mode:?} {room}");
    let mut ends = Ends::new(mode, room);
    let mut forger = Forger::new(Role::Client, mode);
    for step in Script::new(script) {
        println!("{step:02X?}");
        match step {
            Step::Line(octets) => ends.meter_hears(octets),
            Step::Message(apdu) => ends.meter_hears(&forger.framed(apdu)),
            Step::Protected(how, plain) => {
                if let Some((unit, _)) = forger.protected(how, plain) {
                    println!("unit {:02X?}", unit);
                    ends.meter_hears(&unit);
                }
            }
            Step::Pass(milliseconds) => ends.pass(milliseconds),
            _ => {}
        }
        for u in ends.answered.drain(..) {
            println!("  {:02X?}", u);
            println!("  {:02X?}", forger.overheard(&u));
        }
        for e in ends.audited.drain(..) {
            println!("  {e:?}");
        }
    }
}
