package import Bytes
import Wire

/// Writes an observation as one line of NDJSON.
///
/// The form of a line:
///
/// - one JSON object, UTF-8 whatever the server sent (bytes that are not UTF-8
///   become U+FFFD), without a raw line feed, and a line feed after it;
/// - names as in `Field.all`; what was not seen is left out, never `null`;
/// - `hallmark` is the last member, so that matches can be added
///   before the two closing braces without reading the line again;
/// - `event.kind` stands within the first 96 bytes, as `event`; who adds a lead
///   makes it `alert`, which is as long.
///
/// It writes in the order of the fields, straight from the bytes: no tree, no
/// `String`, no `Codable`.
package struct RecordEncoder: ~Copyable {
    /// What the same run writes in every record.
    package struct Options: Sendable {
        package var scanID = ""
        /// What connected in our place; nil where nothing did.
        package var proxy: String?
        package var chain = CertificateEncoder.ChainOutput.full
        /// Whether an endpoint of which nothing came is told in few words: no `observer` and no `related`,
        /// and of `probes` only those that were made.
        package var shortensFailures = false
        /// Adds members to `tls.server`, after all others.
        package var supplement: (@Sendable (Observation, inout ByteBuffer) -> Void)?

        package init(scanID: String = "", chain: CertificateEncoder.ChainOutput = .full) {
            self.scanID = scanID
            self.chain = chain
        }
    }

    private let options: Options
    private var timestamp = TimestampWriter()
    private var ingestion = TimestampWriter()
    private var certificates: ChainCache
    private var fingerprints = FingerprintEncoder()
    /// Where the last line has its `event.duration`, and the end of its `probes`, if it has any.
    private var durationRange = 0..<0
    /// Where the last line has the comma before `network`: who knows more of the endpoint adds it there.
    package private(set) var networkPlace = 0
    private var probesEnd: Int?
    private var amendment = ByteBuffer(capacity: 256)

    package init(_ options: Options) {
        self.options = options
        certificates = ChainCache(chainOutput: options.chain)
    }

    /// Appends the line.
    package mutating func encode(_ observation: Observation, into out: inout ByteBuffer) {
        // Once: each time that they are taken out of the object copies the references of their parts.
        let flight = observation.flight
        let imported = observation.imported
        certificates.read(flight.chain, isWhole: imported?.showsChain ?? true)
        fingerprints.read(flight)
        out.append("{\"@timestamp\":\"")
        timestamp.append(observation.startedAt, to: &out)
        out.append("\",\"ecs\":")
        out.append(ByteBuffer.ecs)
        let isShort = options.shortensFailures && observation.isSilent
        encodeEvent(observation, imported, isShort, into: &out)
        encodeServer(observation, flight, imported, into: &out)
        if !isShort { encodeRelated(observation, into: &out) }
        encodeTLS(observation, flight, imported, into: &out)
        if let first = observation.http.first {
            HTTPEncoder.encode(first, into: &out)
        } else if observation.isPlain {
            out.append(",\"url\":{\"scheme\":\"http\"}")
        }
        out.object("hallmark")
        encodeHallmark(observation, flight, imported, isShort, into: &out)
        out.append("}}\n")
    }

    /// Brings the line of the last `encode` up to date when nothing has come since but the observation's
    /// duration, `probes` from `first` on and what was left out; far cheaper than to encode it again.
    ///
    /// - Returns: false if the line can't be amended.
    package mutating func amend(
        _ observation: Observation,
        probesFrom first: Int,
        in out: inout ByteBuffer
    ) -> Bool {
        guard let end = probesEnd else { return false }
        probesEnd = nil
        amendment.removeAll()
        amendment.append(0x7d)  // the end of the element before, for the comma's sake
        for probe in observation.probes.dropFirst(first) { amendment.append(probe) }
        if !(options.shortensFailures && observation.isSilent) {
            amendment.append(leftOut: observation.leftOut)
        }
        amendment.withSpan { out.replace(end..<end, with: $0.extracting(1...)) }
        amendment.removeAll()
        amendment.append(decimal: Int(clamping: observation.duration))
        amendment.withSpan { out.replace(durationRange, with: $0) }
        return true
    }

    /// What the leaf of the last observation encoded showed, for who decides what to do next.
    package var leaf: LeafSummary? { certificates.leaf }

    /// SHA-256 of the leaf of the last observation encoded; nil when it showed none.
    package var leafDigest: InlineArray<32, UInt8>? { certificates.leafDigest }

    private mutating func encodeEvent(
        _ observation: Observation,
        _ imported: ImportedEvidence?,
        _ isShort: Bool,
        into out: inout ByteBuffer
    ) {
        out.append(
            ",\"event\":{\"kind\":\"event\",\"category\":[\"network\"],\"type\":[\"info\"],\"dataset\":\""
        )
        out.append(RecordDataset(imported).rawValue)
        out.append("\",")
        out.append(observation.isSuccess ? "\"outcome\":\"success\"" : "\"outcome\":\"failure\"")
        out.key("duration")
        let start = out.count
        out.append(decimal: Int(clamping: observation.duration))
        durationRange = start..<out.count
        if let imported {
            out.append(",\"ingested\":\"")
            ingestion.append(imported.ingestedAt, to: &out)
            out.append(0x22)
        }
        out.endObject()
        if imported == nil, !isShort { out.append(Product.observer) }
        guard let error = observation.error else { return }
        out.object("error")
        out.member("code", error.code.rawValue)
        if !error.message.isEmpty { out.member("message", error.message) }
        out.endObject()
    }

    private mutating func encodeServer(
        _ observation: Observation,
        _ flight: ServerFlight,
        _ imported: ImportedEvidence?,
        into out: inout ByteBuffer
    ) {
        // A certificate out of somebody's collection stands on no endpoint.
        if imported != nil, observation.address.isEmpty {
            return encodeNetwork(observation, flight, imported, into: &out)
        }
        out.object("server")
        out.member("address", observation.address)
        if let ip = observation.ip {
            out.append(",\"ip\":\"")
            out.append(ip)
            out.append(0x22)
        }
        if observation.port != 0 { out.member("port", Int(observation.port)) }
        if let domain = observation.domain { out.member("domain", domain) }
        out.endObject()
        encodeNetwork(observation, flight, imported, into: &out)
    }

    private mutating func encodeNetwork(
        _ observation: Observation,
        _ flight: ServerFlight,
        _ imported: ImportedEvidence?,
        into out: inout ByteBuffer
    ) {
        networkPlace = out.count
        out.append(",\"network\":{\"transport\":\"")
        out.append(observation.transport == .tcp ? "tcp" : "udp" as StaticString)
        out.append(0x22)
        if let ip = observation.ip { out.member("type", ip.isV4 ? "ipv4" : "ipv6" as StaticString) }
        if flight.version != 0 || imported?.isTLS == true {
            out.member("protocol", "tls" as StaticString)
        } else if let answer = observation.notTLS {
            out.member("protocol", answer.name)
        } else if !observation.http.isEmpty {
            out.member("protocol", "http" as StaticString)
        }
        out.endObject()
    }

    private mutating func encodeTLS(
        _ observation: Observation,
        _ flight: ServerFlight,
        _ imported: ImportedEvidence?,
        into out: inout ByteBuffer
    ) {
        let isAnswered =
            flight.version != 0 || certificates.hasLeaf || observation.jarm != nil || imported?.isTLS == true
        // The name belongs to the endpoint: without an answer, too, it says which one this is.
        guard isAnswered || observation.serverName != nil else { return }
        out.object("tls")
        var serverName = observation.serverName ?? ""
        if let imported, flight.version == 0 {
            out.members(imported.tls, serverName: serverName)
        } else {
            serverName.withUTF8 {
                out.members(
                    flight: flight,
                    serverName: $0.span,
                    established: imported?.tls.isEstablished ?? (observation.proof == .proven)
                )
            }
            if let isResumed = imported?.tls.isResumed { out.member("resumed", isResumed) }
        }
        if isAnswered {
            out.object("server")
            certificates.writeServer(to: &out)
            if let imported, !certificates.hasLeaf { out.serverMembers(imported.certificate) }
            fingerprints.encodeServer(observation, imported, into: &out)
            options.supplement?(observation, &out)
            out.endObject()
        }
        out.endObject()
    }

    /// What others search first: addresses, names and digests in one place each.
    private func encodeRelated(_ observation: Observation, into out: inout ByteBuffer) {
        let digest = certificates.leafDigest
        let told = digest == nil ? observation.imported?.certificate.sha256 : nil
        guard observation.ip != nil || observation.domain != nil || digest != nil || told != nil else {
            return
        }
        out.object("related")
        if let ip = observation.ip {
            out.append("\"ip\":[\"")
            out.append(ip)
            out.append("\"]")
        }
        if observation.domain != nil || observation.serverName != nil {
            out.array("hosts")
            if let domain = observation.domain {
                out.comma()
                out.string(domain)
            }
            if let name = observation.serverName, name != observation.domain {
                out.comma()
                out.string(name)
            }
            out.endArray()
        }
        if let digest {
            out.array("hash")
            out.append(0x22)
            out.append(hex: digest.span)
            out.append("\"]")
        } else if let told {
            out.array("hash")
            out.comma()
            out.string(told)
            out.endArray()
        }
        out.endObject()
    }

    private mutating func encodeHallmark(
        _ observation: Observation,
        _ flight: ServerFlight,
        _ imported: ImportedEvidence?,
        _ isShort: Bool,
        into out: inout ByteBuffer
    ) {
        if let proof = observation.proof { out.member("proof", proof.rawValue) }
        out.object("scan")
        if !options.scanID.isEmpty { out.member("id", options.scanID) }
        if let proxy = options.proxy { out.member("proxy", proxy) }
        if let scope = observation.scope { out.member("scope", scope) }
        out.endObject()
        out.append(probes: observation.probes, leftOut: isShort ? [] : observation.leftOut)
        probesEnd = observation.probes.isEmpty ? nil : out.count - 1
        if let imported { out.member(imported, observation, hasBytes: certificates.hasLeaf) }
        out.append(answers: observation)
        out.append(limits: flight, observation.limits)
        out.append(observation.anomalies, observation.flight, observation.connections, options.chain)
        out.member(flight: flight)
        fingerprints.encodeHallmark(observation, into: &out)
        certificates.writeCertificate(to: &out)
        if let imported, !certificates.hasLeaf {
            out.hallmarkMember(
                imported.certificate,
                chain: imported.chain,
                showsChain: imported.showsChain
            )
        }
        if observation.http.count > 1 { HTTPEncoder.encodeFurther(observation.http.dropFirst(), into: &out) }
        if let icon = observation.favicon { HTTPEncoder.encode(icon, into: &out) }
        out.append(assessment: observation.assessment)
    }
}

extension RecordDataset {
    /// The dataset of what is known from others, or from ourselves.
    fileprivate init(_ evidence: ImportedEvidence?) {
        self = evidence.map { $0.logged == nil ? .imported : .logged } ?? .observation
    }
}
