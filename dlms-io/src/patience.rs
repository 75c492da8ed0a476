use dlms::client::ClientConfig;
use dlms_hdlc::PrimarySettings;

/// `config` for a client over HDLC: an answer is waited for until the link has repeated its frames as often as it may,
/// and `line_time` milliseconds more, in which the frames of a request go out.
pub(crate) fn over_hdlc(config: ClientConfig, hdlc: &PrimarySettings, line_time: u64) -> ClientConfig {
    let tries = u64::from(hdlc.retries).saturating_add(1);
    let link = hdlc.response_time_out.saturating_mul(tries);
    let response_time_out = config.response_time_out.max(link).saturating_add(line_time);
    ClientConfig { response_time_out, ..config }
}
