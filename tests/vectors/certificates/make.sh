#!/usr/bin/env bash
# Makes the certificates of this directory with openssl (3.0 or later), another implementation than ours. They are
# kept: keys are random, so each run gives others. The private keys are for tests, known to everybody.
set -euo pipefail
cd "$(dirname "$0")"

key() { # name curve
    openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -pkeyopt ec_param_enc:named_curve -out "$1.key" 2>/dev/null
}
# name subject issuer(.key, .pem; itself: self-signed) digest from to extensions [sections]
certificate() {
    local name=$1 subject=$2 issuer=$3 digest=$4 from=$5 to=$6 extensions=$7 more=${8-}
    local work; work=$(mktemp -d)
    touch "$work/index.txt"; mkdir "$work/new"
    cat > "$work/ca.cnf" <<CNF
[ca]
default_ca = d
[d]
database = $work/index.txt
new_certs_dir = $work/new
rand_serial = yes
default_md = $digest
policy = p
unique_subject = no
[p]
commonName = optional
organizationName = optional
[x]
$extensions
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
$more
CNF
    openssl req -new -utf8 -key "$name.key" -subj "$subject" -out "$work/csr" 2>/dev/null
    local by=(-cert "$issuer.pem")
    [ "$issuer" = "$name" ] && by=(-selfsign)
    openssl ca -batch -notext -config "$work/ca.cnf" -extensions x -in "$work/csr" -keyfile "$issuer.key" "${by[@]}" \
        -startdate "$from" -enddate "$to" -out "$name.pem" 2>/dev/null
    openssl x509 -in "$name.pem" -outform DER -out "$name.der"
    rm -r "$work"
}

authority='basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign'
limited='basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign'
signing='keyUsage = critical,digitalSignature'
agreement='keyUsage = critical,keyAgreement'
tls='keyUsage = critical,digitalSignature,keyAgreement
extendedKeyUsage = serverAuth,clientAuth'
client=/CN=434C49454E543031 meter=/CN=4D41430000000001
long=20200101000000Z forever=99991231235959Z

for suite in 1 2; do
    if [ $suite = 1 ]; then curve=P-256 digest=sha256; else curve=P-384 digest=sha384; fi
    for name in root sub client-sign client-agree meter-sign meter-agree meter-tls; do key "suite$suite-$name" $curve; done
    certificate suite$suite-root "/O=Test/CN=Root $suite" suite$suite-root $digest $long $forever "$authority"
    certificate suite$suite-sub "/O=Test/CN=Sub $suite" suite$suite-root $digest $long $forever "$limited"
    certificate suite$suite-client-sign $client suite$suite-sub $digest $long $forever "$signing"
    certificate suite$suite-client-agree $client suite$suite-sub $digest $long $forever "$agreement"
    certificate suite$suite-meter-sign $meter suite$suite-sub $digest $long $forever "$signing"
    certificate suite$suite-meter-agree $meter suite$suite-sub $digest $long $forever "$agreement"
    certificate suite$suite-meter-tls $meter suite$suite-sub $digest $long $forever "$tls"
done

# What has to be refused, by client-sign's name unless it says otherwise.
for name in expired future other-root untrusted other-title lower-case no-title below-limit deep gbcs critical unsigned; do key $name P-256; done
certificate expired $client suite1-sub sha256 $long 20210101000000Z "$signing"
certificate future $client suite1-sub sha256 20900101000000Z $forever "$signing"
certificate other-root "/O=Test/CN=Root 1" other-root sha256 $long $forever "$authority"
certificate untrusted $client other-root sha256 $long $forever "$signing"
certificate other-title /CN=434C49454E543032 suite1-sub sha256 $long $forever "$signing"
certificate lower-case /CN=434c49454e543031 suite1-sub sha256 $long $forever "$signing"
certificate no-title /CN=Somebody suite1-sub sha256 $long $forever "$signing"
# An authority below one that may have none below it, and what it issued.
certificate below-limit "/O=Test/CN=Below" suite1-sub sha256 $long $forever "$authority"
certificate deep $client below-limit sha256 $long $forever "$signing"
# Issued by an end entity.
certificate unsigned $client suite1-client-sign sha256 $long $forever "$signing"
certificate critical $client suite1-sub sha256 $long $forever "$signing
1.2.3.4 = critical,ASN1:UTF8String:unknown"
# The GBCS variant: no subject, a hardware module name.
certificate gbcs / suite1-sub sha256 $long $forever "$signing
subjectAltName = critical,otherName:1.3.6.1.5.5.7.8.4;SEQUENCE:module" '[module]
type = OID:1.2.826.0.1.1234567.1
serial = FORMAT:HEX,OCTETSTRING:434C49454E543031'

# The rest is not asked for.
for file in *.key *.pem; do
    case $file in suite*) ;; *) rm "$file" ;; esac
done
