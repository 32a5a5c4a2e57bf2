"""Web addresses that lead inside in every spelling that is known, and some that do not."""

FORBIDDEN = [
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.1/", "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1./", "http://localhost/",
    "http://LOCALHOST/", "http://localhost./", "http://0/", "http://0.0.0.0/", "http://[::]/", "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::ffff:10.0.0.1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::10.0.0.1]/", "http://[2002:7f00:1::]/", "http://[2002:a00:1::1]/",
    "http://[2001:0:7f00:1::1]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd12:3456::1]/",
    "http://[fec0::1]/", "http://[ff02::1]/", "http://[100::1]/", "http://[2001:db8::1]/", "http://10.0.0.1/",
    "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/", "http://169.254.0.1/", "http://2852039166/",
    "http://0xa9fea9fe/", "http://100.64.0.1/", "http://100.100.100.200/", "http://192.0.0.192/",
    "http://192.0.2.1/", "http://198.18.0.1/", "http://198.51.100.1/", "http://203.0.113.1/",
    "http://224.0.0.1/", "http://239.255.255.250/", "http://240.0.0.1/", "http://255.255.255.255/",
    "http://192.88.99.1/", "http://[::8.8.8.8]/", "http://[::ffff:0:127.0.0.1]/", "http://[::ffff:0:a00:1]/",
    "http://[64:ff9b:1::1]/", "http://[100:0:0:1::1]/", "http://[200::1]/", "http://[4000::1]/",
    "http://[5f00::1]/", "http://[8000::1]/", "http://[fe00::1]/", "http://[ff0e::1]/", "http://0.1.2.3/",
    "http://[3fff::1]/", "http://[2001:20::1]/", "http://[2002:808:808::1]/", "http://[fe80::1%25lo]/",
    "http://%31%32%37.0.0.1/", "HTTP://127.0.0.1:8080/", "http://168.63.129.16/", "http://2822734096/",
    "http://0xa83f8110/", "http://[::ffff:168.63.129.16]/", "http://[::ffff:a83f:8110]/",
    "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://１２７.0.0.1/", "http://[fe80::1%25none]/",
]  # fmt: skip

PRIVATE_NAMES = [
    "http://foo.localhost/", "http://localhost.localdomain/", "http://printer.local/", "http://PRINTER.LOCAL./",
    "http://vault.internal/", "http://metadata.google.internal/computeMetadata/v1/", "http://metadata/",
    "http://instance-data/latest/", "http://kubernetes.default.svc/", "http://gpu.default.svc.cluster.local/",
    "http://box.home.arpa/", "http://nas.lan/", "http://intranet/", "http://gpu-box:8000/v1",
    "http://metadata.tencentyun.com/", "https://host.docker.internal:11434/api", "http://%6cocalhost/",
]  # fmt: skip
"""Names that mean something inside a network only, whatever they would be found to be."""

PUBLIC = [
    "https://example.com", "http://example.com:8080/a?b=c#d", "https://[2606:4700::1111]/x", "http://1.1.1.1/",
    "http://models.example/x", "https://local.example.com/", "https://internal-models.example.org/",
    "https://localhost.example.com/", "http://168.63.129.17/", "http://16843009/", "http://[::ffff:1.1.1.1]/",
    "https://xn--bcher-kva.example/", "https://b\u00fccher.example/", "https://10.example.com/",
]  # fmt: skip
