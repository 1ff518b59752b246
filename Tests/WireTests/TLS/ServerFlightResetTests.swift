import Bytes
import Testing

@testable import Wire

/// What one server showed never shows in the flight of the next.
@Suite struct ServerFlightResetTests {
    private func list() -> ExtensionList {
        var list = ExtensionList()
        (list.isPresent, list.dropped, list.droppedValues) = (true, 1, 1)
        list.items = [ExtensionList.Item(type: 1, length: 1, value: .none)]
        return list
    }

    /// A flight in which every property, and every part of one, has a value that a new one has not.
    private func full() -> ServerFlight {
        var flight = ServerFlight()
        (flight.version, flight.legacyVersion, flight.recordVersion) = (1, 1, 1)
        (flight.suite, flight.group, flight.compression, flight.draft) = (1, 1, 1, 1)
        (flight.sessionID, flight.downgrade, flight.close) = (.new, .tls12, .reset)
        (flight.serverHello, flight.encryptedExtensions, flight.certificateEntry) = (list(), list(), list())
        flight.helloRetryRequest.isPresent = true
        (flight.helloRetryRequest.suite, flight.helloRetryRequest.group) = (1, 1)
        flight.helloRetryRequest.extensions = list()
        flight.certificateRequest.isPresent = true
        (flight.certificateRequest.types, flight.certificateRequest.signatureSchemes) = ([1], [1])
        flight.certificateRequest.authorities.append([1].span)
        flight.certificateRequest.authorities.append(beginning: [1].span, atMost: 1)
        flight.certificateRequest.authorities.append([1].span)
        flight.certificateRequest.extensions = list()
        (flight.values, flight.nextProtocol, flight.messages) = ([1], [1], [1])
        (flight.hasExtendedMasterSecret, flight.hasSecureRenegotiation) = (true, true)
        flight.hasWrongListLength = true
        flight.hasSkippedEntries = true
        flight.record(type: 20, length: 1)
        flight.alert(ServerFlight.Alert(level: 2, code: 40))
        (flight.signatureScheme, flight.ocspResponse) = (1, [1])
        flight.chain.append([1].span)
        flight.chain.append(beginning: [1].span, atMost: 1)
        flight.chain.append([1].span)
        flight.timestamps.append([1].span)
        flight.timestamps.append(beginning: [1].span, atMost: 1)
        flight.timestamps.append([1].span)
        flight.junk([1].span)
        flight.dropped = .records
        flight.offered(sessionID: [1].span)
        return flight
    }

    /// Each property by its name, one inside of another by a path.
    private func properties(_ value: Any, _ path: String = "") -> [String: String] {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .struct, !mirror.children.isEmpty else { return [path: "\(value)"] }
        return mirror.children.reduce(into: [:]) { found, child in
            found.merge(properties(child.value, path + "." + (child.label ?? ""))) { first, _ in first }
        }
    }

    /// Bounds, which are no state, and what has no text.
    private static let constant = [".maximumCount", ".maximumBytes", ".offeredSessionID.bytes"]

    @Test func nothingIsLeft() {
        let new = properties(ServerFlight())
        var flight = full()
        let filled = properties(flight)
        for (name, value) in new where !Self.constant.contains(where: name.contains) {
            #expect(filled[name] != value, "\(name)")
        }
        flight.reset()
        #expect(properties(flight) == new)
        #expect(flight == ServerFlight() && full() != ServerFlight())
    }
}
