use std::io::IsTerminal;

/// The text in bold, on a terminal.
pub(super) fn bold(text: &str) -> String {
    styled(text, "1")
}

/// The text pale, on a terminal.
pub(super) fn pale(text: &str) -> String {
    styled(text, "2")
}

fn styled(text: &str, style: &str) -> String {
    let plain = !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some();
    if plain { text.to_owned() } else { format!("\x1b[{style}m{text}\x1b[0m") }
}
