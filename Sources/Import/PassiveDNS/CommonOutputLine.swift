package import Bytes
import Wire

extension NameSighting {
    /// Appends the line of the Common Output Format that says this, with its line end.
    ///
    /// Its times are whole seconds: the parts of a second before the first sighting and after the last are
    /// within the period that the line tells.
    package func appendCommonOutput(to out: inout ByteBuffer) {
        out.append(0x7b)
        out.member("rrname", name)
        switch target {
        case .address(let address):
            out.member("rrtype", address.isV4 ? "A" : "AAAA" as StaticString)
            out.member("rdata", address.description)
        case .name(let name):
            out.member("rrtype", "CNAME" as StaticString)
            out.member("rdata", name)
        }
        out.member("time_first", Int((Double(first) / 1000).rounded(.down)))
        out.member("time_last", Int((Double(last) / 1000).rounded(.up)))
        out.member("count", count)
        out.endObject()
        out.append(0x0a)
    }
}
