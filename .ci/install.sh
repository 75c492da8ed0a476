#!/usr/bin/env bash
# Installs what .ci/run needs on Debian 12 beside rustup (stable and nightly), gcc and python3.
# Quick and offline when everything is there.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive CARGO_NET_RETRY=10
PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH

# rustc-web, cargo-web, rust-web-src: the compiler and library sources of the bare-metal gate (bookworm-security; >= 1.89).
# g++: libFuzzer. gcc: AWS-LC too, which needs no more than that on this system. binutils: c++filt.
packages=(rustc-web cargo-web rust-web-src gcc g++ libc6-dev binutils)
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)

installed() {
    local version
    version=$(dpkg-query -W -f='${db:Status-Abbrev}${Version}' "$1" 2>/dev/null) || return 1
    case $version in ii*) ;; *) return 1 ;; esac
    case $1 in *-web | rust-web-src) dpkg --compare-versions "${version#ii }" ge 1.89 ;; esac
}

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    echo "apt: ${missing[*]}"
    # An archive cache of our own: another `apt-get update` on the machine may empty the common one while we install.
    archives=$(mktemp -d)
    trap 'rm -rf "$archives"' EXIT
    mkdir -p "$archives/partial"
    apt=(apt-get -q -o "Dir::Cache::archives=$archives" -o DPkg::Lock::Timeout=300 -o APT::Sandbox::User=root -o Acquire::Retries=5)
    for attempt in 1 2 3; do
        "${apt[@]}" update && break
        [ "$attempt" = 3 ] && exit 1
        sleep $((attempt * 10))
    done
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
    for package in "${missing[@]}"; do
        installed "$package" || { echo "$package: not installed, or older than 1.89" >&2; exit 1; }
    done
fi

if ! command -v cargo-fuzz >/dev/null; then
    cargo install --locked cargo-fuzz || cargo install cargo-fuzz
fi

cargo --version
/usr/bin/rustc --version
cargo +nightly --version
cargo fuzz --version
