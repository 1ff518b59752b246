import Bytes
import Observations
import Terminal

/// How ways along names and addresses are written for people and for programs.
extension PivotPaths {
    /// A line for each way and one for what stands at its end; empty for none.
    ///
    /// - Parameter isOne: whether the query names one certificate, so that it need not be named again.
    func text(isOne: Bool) -> String {
        guard !paths.isEmpty || !busy.isEmpty else { return "" }
        var result = "\nNames and addresses\n"
        var before = ""
        for path in paths {
            let line = SafeText.terminal("  " + path.wayText) + "\n"
            // Several certificates at one end share the line of the way.
            if line != before { result += line }
            before = line
            result += SafeText.terminal("      " + path.endText(isOne: isOne)) + "\n"
        }
        for address in busy {
            result += "  \(address): more than 50 names pointed there, too many to follow\n"
        }
        if isCut { result += "  and others: no more than \(paths.count) are shown\n" }
        return result
    }
}

extension PivotPath {
    fileprivate var wayText: String {
        let times = count > 1 ? ", \(grouped(UInt64(clamping: count))) times" : ""
        let when = "\(Self.days(first, last))\(times)" + (isShared ? ", as more than 50 names did" : "")
        let aliases = names.dropFirst()
        let via = aliases.isEmpty ? "" : " by way of " + aliases.joined(separator: ", ")
        switch direction {
        case .toAddress: return "\(names.first ?? "") pointed to \(address)\(via), \(when)"
        case .toName: return "at \(address) pointed \(names.first ?? "")\(via), \(when)"
        }
    }

    fileprivate func endText(isOne: Bool) -> String {
        guard let end else {
            return direction == .toAddress
                ? "the corpus has seen no certificate there" : "the corpus has no certificate for it"
        }
        let certificate =
            end.isOwn && isOne ? "the same certificate" : "\(end.subject)  certificate \(end.sha256)"
        guard let place = end.place else { return "\(certificate), seen nowhere" }
        let name = place.name.isEmpty ? "" : " (\(place.name))"
        return "\(place.endpoint)\(name) showed \(certificate), \(Self.days(place.first, place.last))"
    }

    private static func days(_ first: Int, _ last: Int) -> String {
        let days = [RFC3339.day(first), RFC3339.day(last)]
        return days[0] == days[1] ? days[0] : "\(days[0]) to \(days[1])"
    }
}

extension ByteBuffer {
    /// A line for each way, and one for each address that was not followed.
    mutating func append(_ paths: PivotPaths) {
        for path in paths.paths { append(path) }
        for address in paths.busy {
            append("{")
            member("type", "path" as String)
            member("direction", "to_name" as String)
            member("address", address)
            member("followed", false)
            append("}\n")
        }
    }

    private mutating func append(_ path: PivotPath) {
        append("{")
        member("type", "path" as String)
        member("direction", path.direction == .toAddress ? "to_address" : "to_name" as String)
        array("names")
        for name in path.names {
            comma()
            string(name)
        }
        endArray()
        member("address", path.address)
        member("first_seen", RFC3339.text(path.first))
        member("last_seen", RFC3339.text(path.last))
        member("count", path.count)
        if path.isShared { member("shared", true) }
        if let end = path.end {
            object("certificate")
            member("id", end.id)
            member("sha256", end.sha256)
            if !end.subject.isEmpty { member("subject", end.subject) }
            if end.isOwn { member("own", true) }
            if let place = end.place {
                member("endpoint", place.endpoint)
                if !place.name.isEmpty { member("name", place.name) }
                member("first_seen", RFC3339.text(place.first))
                member("last_seen", RFC3339.text(place.last))
            }
            endObject()
        }
        append("}\n")
    }
}
