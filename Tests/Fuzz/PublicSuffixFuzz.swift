import PublicSuffix

/// A list of public suffixes, and its own text as names.
func fuzzPublicSuffix(_ bytes: [UInt8]) {
    let list = PublicSuffixList(bytes)
    let text = String(decoding: bytes.prefix(512), as: UTF8.self)
    for name in [text, "*." + text, "a.b." + text] {
        let domain = list.registrableDomain(of: name)
        precondition(
            domain == nil || !list.isPublicSuffix(name),
            "a name is registrable and a suffix at once"
        )
    }
}

func publicSuffixSeeds() -> [[UInt8]] {
    ["com\nco.uk\n*.ck\n!www.ck\n", "// VERSION: 2026\n公司.cn\n*.sch.uk\n", "b\u{fc}cher.example\n"].map {
        Array($0.utf8)
    }
}
