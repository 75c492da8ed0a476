use dlms_core::buffer::Buffer;
use dlms_hdlc::Secondary;

/// Says when the last client has disconnected from a link on which there was one.
pub(crate) fn disconnection<F: Buffer, const N: usize>() -> impl FnMut(&Secondary<F, N>) -> bool + Send {
    let mut was_connected = false;
    move |link| {
        let disconnected = was_connected && !link.is_connected();
        was_connected = link.is_connected();
        disconnected
    }
}
