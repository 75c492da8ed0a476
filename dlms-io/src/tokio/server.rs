use core::future::{Future, pending};
use core::net::SocketAddr;
use core::pin::pin;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use dlms::server::Event;
use dlms_core::link::Link;
use dlms_wrapper::Role;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::channel::Channel;
use super::serve::serve_until;
use crate::either::{Either, either};
use crate::{ServerConfig, Shared};

/// How long to wait when the system is short of sockets.
const SHORTAGE: Duration = Duration::from_millis(100);

/// A TCP server of logical devices: a task for each connection.
#[derive(Debug)]
pub struct Server<V, F = fn() -> dlms_wrapper::Stream> {
    listener: TcpListener,
    devices: V,
    link: F,
    config: ServerConfig,
}

impl<V: Shared> Server<V> {
    /// A server of the wrapper that listens at `address`.
    ///
    /// # Errors
    /// The address cannot be had.
    pub async fn bind(address: impl ToSocketAddrs, devices: V) -> io::Result<Self> {
        Ok(Self::new(TcpListener::bind(address).await?, devices))
    }

    /// A server of the wrapper on `listener`.
    #[must_use]
    pub fn new(listener: TcpListener, devices: V) -> Self {
        Self {
            listener,
            devices,
            link: || dlms_wrapper::Stream::new(Role::Server),
            config: ServerConfig::default(),
        }
    }
}

impl<V: Shared, F> Server<V, F> {
    /// With these limits.
    #[must_use]
    pub fn with_config(self, config: ServerConfig) -> Self {
        Self { config, ..self }
    }

    /// With another link, made anew for each connection.
    #[must_use]
    pub fn with_link<L: Link, G: Fn() -> L>(self, link: G) -> Server<V, G> {
        let Self { listener, devices, config, .. } = self;
        Server { listener, devices, link, config }
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl<V, L, F> Server<V, F>
where
    V: Shared + Send + Sync + 'static,
    L: Link + Send + 'static,
    F: Fn() -> L + Send + Sync + 'static,
{
    /// Serves for ever; `audit` is told what happens on the connection with which client. When this future is
    /// dropped, all connections end.
    pub async fn run(self, audit: impl Fn(SocketAddr, Event) + Send + Sync + 'static) {
        self.run_until(audit, pending()).await;
    }

    /// As [`run`](Self::run), until `stop`: no connection is accepted any more then, and those there are end after the
    /// message in work. Returns when all have ended.
    pub async fn run_until(
        self,
        audit: impl Fn(SocketAddr, Event) + Send + Sync + 'static,
        stop: impl Future<Output = ()>,
    ) {
        let Self { listener, devices, link, config } = self;
        let shared = Arc::new((devices, audit));
        let (stopping, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            while connections.try_join_next().is_some() {}
            if connections.len() >= config.connections.max(1) {
                match either(stop.as_mut(), connections.join_next()).await {
                    Either::First(()) => break,
                    Either::Second(_) => continue,
                }
            }
            let (stream, client) = match either(stop.as_mut(), listener.accept()).await {
                Either::First(()) => break,
                Either::Second(Ok(accepted)) => accepted,
                Either::Second(Err(_)) => {
                    tokio::time::sleep(SHORTAGE).await;
                    continue;
                }
            };
            let (shared, link, mut stopped) = (Arc::clone(&shared), link(), stopped.clone());
            connections.spawn(async move {
                let (devices, audit) = &*shared;
                let stop = async {
                    // An error is the end of the server: that ends it too.
                    let _ = stopped.wait_for(|stopped| *stopped).await;
                };
                let _ = serve_stream(stream, link, config, devices, |event| audit(client, event), stop).await;
            });
        }
        drop(listener);
        let _ = stopping.send(true);
        while connections.join_next().await.is_some() {}
    }
}

async fn serve_stream<L: Link>(
    stream: TcpStream,
    link: L,
    config: ServerConfig,
    devices: &impl Shared,
    audit: impl FnMut(Event),
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let channel = Channel::new(stream, config.write_time_out());
    serve_until(channel, &mut config.connection(link), devices, audit, stop).await
}
