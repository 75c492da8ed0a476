use core::fmt;
use core::str::FromStr;

use zeroize::Zeroizing;

/// Where a broker is: `mqtt://[USER[:PASSWORD]@]HOST[:PORT][/PREFIX]`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BrokerUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) credentials: Option<(String, Zeroizing<String>)>,
    /// What all topics begin with.
    pub(super) prefix: String,
}

impl fmt::Debug for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mqtt://{}:{}/{}", self.host, self.port, self.prefix)
    }
}

impl FromStr for BrokerUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        if url.starts_with("mqtts:") {
            return Err("TLS to the broker is not built: mqtts:// through a local proxy, or mqtt://".into());
        }
        let rest =
            url.strip_prefix("mqtt://").ok_or("mqtt://[USER[:PASSWORD]@]HOST[:PORT][/PREFIX] is wanted")?;
        let (authority, prefix) = rest.split_once('/').unwrap_or((rest, "dlms"));
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, authority),
        };
        let credentials = credentials.map(|credentials| {
            let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
            (user.to_owned(), Zeroizing::new(password.to_owned()))
        });
        let bracketed = place.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (host, port) = match bracketed {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => match place.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            },
        };
        let port = port.map_or(Ok(1883), |port| port.parse().map_err(|_| format!("{port} is no port")))?;
        if host.is_empty() {
            return Err("no host".into());
        }
        let prefix = prefix.trim_end_matches('/');
        if prefix.is_empty() || prefix.contains(['+', '#']) {
            return Err("a prefix of topics has no + or #, and is not empty".into());
        }
        Ok(Self { host: host.into(), port, credentials, prefix: prefix.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_brokers() {
        let url: BrokerUrl = "mqtt://me:s:ecret@[::1]:1884/home/meters".parse().unwrap();
        assert_eq!((url.host.as_str(), url.port, url.prefix.as_str()), ("::1", 1884, "home/meters"));
        let (user, password) = url.credentials.clone().unwrap();
        assert_eq!((user.as_str(), password.as_str()), ("me", "s:ecret"));
        assert_eq!(format!("{url:?}"), "mqtt://::1:1884/home/meters");
        let url: BrokerUrl = "mqtt://broker".parse().unwrap();
        assert_eq!((url.host.as_str(), url.port, url.prefix.as_str()), ("broker", 1883, "dlms"));
        for wrong in ["broker", "mqtts://broker", "mqtt://", "mqtt://a:b", "mqtt://a/#", "mqtt://a/"] {
            assert!(wrong.parse::<BrokerUrl>().is_err(), "{wrong}");
        }
    }
}
