import Foundation
import TestSupport
import Testing

/// `hallmark validate` on real servers: with tools' published defaults, with one weak mark of them, and as
/// they come.
@Suite(.serialized) struct ValidateLabTests {
    private func validate(_ server: ServerProcess, _ more: [String] = []) throws -> Record {
        let result = try Program.run(["validate", "127.0.0.1:\(server.port)", "--json"] + more)
        #expect(result.status == 0, "\(result.errors)")
        let record = try #require(Program.records(result.text).first)
        #expect(record.text("event.outcome") == "success", "\(record.line)")
        #expect(try schemaErrors(record.line) == "")
        return record
    }

    /// Tools whose published defaults hold no structure of their own.
    private static let textOnly: Set<String> = ["DeimosC2", "pwndrop"]

    @Test(arguments: LabTool.published) func defaultsAreTheFirstLead(_ tool: LabTool) throws {
        let server = try tool.start()
        let record = try validate(server)
        let first = try #require(record.leads.first, "\(record.line)")
        #expect(first.software == tool.name)
        #expect(first.kinds.count >= 2, "\(first)")
        if Self.textOnly.contains(tool.name) {
            // A title and what the stack of any server of its language shows: a visitor could write the one.
            #expect((40..<80).contains(first.confidence), "\(first)")
        } else {
            #expect(first.confidence >= 90, "\(first)")
            #expect(first.label == "high")
        }
        #expect(record.text("hallmark.proof") == "proven")
    }

    /// What the server's TLS stack shows may stand beside it: Java's counts a little for what runs on Java.
    ///
    /// A robots.txt such as half the web has is asked for only where there is room for it.
    @Test(arguments: LabTool.weak) func oneWeakMarkStaysLow(_ tool: LabTool) throws {
        let server = try tool.start()
        let record = try validate(server, ["--maximum-requests", "64"])
        #expect(record.leads.contains { $0.software == tool.name }, "\(record.line)")
        #expect(record.leads.allSatisfy { $0.label == "low" && $0.confidence < 50 }, "\(record.leads)")
    }

    @Test(arguments: PlainServer.allCases) func serversAsTheyComeHaveNoLead(_ plain: PlainServer) throws {
        let server = try plain.start()
        let record = try validate(server)
        #expect(record.leads.isEmpty, "\(record.line)")
        #expect(record["http.response.status_code"] != nil)
        #expect(record["tls.server.jarm"] != nil)
    }

    @Test func reportTellsAPersonTheSame() throws {
        for tool in LabTool.published where ["Cobalt Strike", "Mythic"].contains(tool.name) {
            let server = try tool.start()
            let result = try Program.run(["validate", "127.0.0.1:\(server.port)", "--fail-on", "high"])
            #expect(result.status == 3, "\(result.errors)")
            let lines = result.text.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("STRONG LEAD: \(tool.name) (S0") }, "\(result.text)")
            for heading in ["Leads", "Certificate", "TLS", "HTTP", "Next steps"] {
                #expect(lines.contains { $0 == heading }, "\(heading)")
            }
        }
    }
}

extension Record {
    struct Lead {
        let software: String
        let confidence: Int
        let label: String
        let kinds: [String]
    }

    /// The leads in their order.
    var leads: [Lead] {
        ((self["hallmark.leads"] as? [[String: Any]]) ?? []).map { lead in
            Lead(
                software: (lead["software"] as? [String: Any])?["name"] as? String ?? "?",
                confidence: lead["confidence"] as? Int ?? 0,
                label: lead["label"] as? String ?? "?",
                kinds: lead["kinds"] as? [String] ?? []
            )
        }
    }
}
