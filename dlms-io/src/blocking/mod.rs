//! Blocking drivers over `std::io`: a thread waits on its connection.
//!
//! ```
//! # use std::sync::{Arc, Mutex};
//! # use cosem_classes::model::{Instance, ObjectList, ReadOnly};
//! # use cosem_classes::register::{Register, StoredRegister};
//! # use cosem_classes::{ScalerUnit, Unit};
//! # use dlms::Authentication;
//! # use dlms::client::ClientConfig;
//! # use dlms::server::{AssociationConfig, Device, DeviceConfig};
//! # use dlms_io::blocking::{Server, connect_tcp};
//! # use dlms_security::{GrowingKeys, InvocationCounters, RamCounters, SoftwareProvider, SystemTitle};
//! # use getrandom::SysRng;
//! # use obis::obis;
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let energy = obis!("1-0:1.8.0.255");
//! let provider = || SoftwareProvider::<_, GrowingKeys>::new(SysRng);
//! let counters = || InvocationCounters::new(RamCounters::<4>::new());
//!
//! // A meter.
//! let mut objects = ObjectList::new();
//! let register = StoredRegister::new(1_234u32, ScalerUnit::new(0, Unit::WattHour));
//! objects.insert(Instance::<Register, _>::new(energy, register));
//! let config = DeviceConfig::new(b"EXA0000000000001", SystemTitle(*b"EXA\0\0\0\0\x01"));
//! let mut device = Device::<_, _, _, _, 1>::new(config, objects, ReadOnly, provider(), counters());
//! device.offer(AssociationConfig::new(16, Authentication::None)).unwrap();
//! let server = Server::bind("127.0.0.1:0", Arc::new(Mutex::new(vec![device])))?;
//! let (address, stopper) = (server.local_addr(), server.stopper());
//! let serving = std::thread::spawn(|| server.run(|client, event| println!("{client}: {event:?}")));
//!
//! // A client.
//! let config = ClientConfig::new(16, 1);
//! let mut meter = connect_tcp(address, config, provider(), counters())?;
//! meter.associate()?;
//! let value = meter.get(Register::at(energy).value().of::<u32>())?;
//! assert_eq!(value, 1_234);
//! meter.close()?;
//! stopper.stop();
//! serving.join().unwrap();
//! # Ok(())
//! # }
//! ```

mod breaker;
mod channel;
mod clock;
mod connect;
mod connect_line;
#[cfg(feature = "serial")]
mod connect_serial;
mod datagram;
mod echo_cancelling;
mod ending;
mod image;
mod line;
mod listen;
mod listener;
mod meter;
mod opening;
mod probe;
mod profile;
mod push;
mod register;
mod security_setup;
#[cfg(feature = "serial")]
mod serial_port;
mod serve;
mod serve_mode_e;
mod server;
mod services;
mod transport;
mod workers;

pub use breaker::Breaker;
pub use clock::Clock;
pub use connect::{HdlcMeter, TcpMeter, UdpMeter, connect_hdlc_tcp, connect_tcp, connect_udp, dial};
pub use connect_line::connect_line;
#[cfg(feature = "serial")]
pub use connect_serial::{connect_mode_e, connect_serial};
pub use datagram::Datagram;
pub use echo_cancelling::EchoCancelling;
pub use image::Image;
pub use line::Line;
pub use listen::listen;
pub use listener::Listener;
pub use meter::Meter;
pub use opening::open;
pub use probe::find_station;
pub use profile::{Profile, Rows};
pub use push::{push, push_tcp, push_udp};
#[cfg(feature = "serial")]
pub use serial_port::SerialPort;
pub use serve::serve;
pub use serve_mode_e::serve_mode_e;
pub use server::{Server, Stopper};
pub use transport::Transport;

use ending::Ending;

/// Why a request to a meter failed.
pub type Error = crate::Error<std::io::Error>;
