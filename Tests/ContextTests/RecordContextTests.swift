import Bytes
import Context
import Foundation
import Observations
import TestSupport
import Testing

/// Where context goes in a record, and that it is made anew.
struct RecordContextTests {
    private func add(_ context: RecordContext, _ line: String) -> String {
        var out = ByteBuffer()
        context.append([UInt8](line.utf8).span, to: &out)
        return out.withSpan { span in span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
    }

    private var hosted: RecordContext {
        var context = RecordContext()
        var hosting = HostingContext()
        hosting.kind = .cdn
        hosting.autonomousSystem = 64500
        hosting.country = "NL"
        context.hosting = hosting
        return context
    }

    @Test func itStandsInItsObjects() {
        let line = #"{"server":{"ip":"192.0.2.1"},"hallmark":{"proof":"presented"}}"#
        let wanted =
            #"{"server":{"ip":"192.0.2.1","as":{"number":64500},"geo":{"country_iso_code":"NL"}},"#
            + #""hallmark":{"proof":"presented","context":{"hosting":{"kind":"cdn"}}}}"#
        let made = add(hosted, line)
        #expect(made == wanted)
        // Again: nothing stands there twice.
        #expect(add(hosted, made) == wanted)
    }

    /// The short way that a record takes that was encoded just now leads to the same place.
    @Test func aFreshRecordGetsTheSame() {
        let lines = [
            #"{"event":{"a":["}"]},"server":{"ip":"192.0.2.1"},"tls":{"server":{"x":1}},"hallmark":{"proof":"p"}}"#,
            #"{"server":{},"hallmark":{}}"#, #"{"tls":{"server":{"a":1}},"hallmark":{"a":{"b":{}}}}"#,
        ]
        var bare = RecordContext()
        bare.time = TimeContext()
        bare.time?.issues = 3
        for context in [hosted, bare, RecordContext()] {
            for line in lines {
                var out = ByteBuffer()
                context.append(fresh: [UInt8]((line + "\n").utf8).span, to: &out)
                #expect(out.text == add(context, line + "\n"))
                #expect(out.text == add(context, line) + "\n")
            }
        }
    }

    @Test func olderContextIsTakenOut() {
        let lines = [
            #"{"hallmark":{"context":{"names":{"x":["}"]}},"proof":"p"}}"#,
            #"{"hallmark":{"proof":"p","context":{"a":1}}}"#,
            #"{"hallmark":{"proof":"p","con\u0074ext":{"a":1}}}"#,
            #"{"hallmark":{"proof":"p"}}"#,
        ]
        for line in lines {
            #expect(add(hosted, line) == #"{"hallmark":{"proof":"p","context":{"hosting":{"kind":"cdn"}}}}"#)
            #expect(add(RecordContext(), line) == #"{"hallmark":{"proof":"p"}}"#)
        }
        #expect(
            add(hosted, #"{"hallmark":{"context":1}}"#)
                == #"{"hallmark":{"context":{"hosting":{"kind":"cdn"}}}}"#
        )
        #expect(add(hosted, #"{"a":1}"#) == #"{"a":1,"hallmark":{"context":{"hosting":{"kind":"cdn"}}}}"#)
    }

    @Test func whatIsNoObjectStaysAsItIs() {
        for line in ["", "[1]", "{", "{\"hallmark\":{", "null"] { #expect(add(hosted, line) == line) }
    }

    /// The certificate's own name first, then the latest, and no more than can be looked through.
    @Test func pastNamesHaveAnOrderAndAnEnd() throws {
        var past = PastNamesContext()
        past.names = (0..<20).map {
            PastNamesContext.Name(
                name: "n\($0).example",
                aliases: [],
                first: 0,
                last: $0 * 1000,
                count: 1,
                isOwn: $0 == 3
            )
        }
        past.addresses = ["192.0.2.7"]
        past.settle()
        #expect(past.names.count == 16)
        #expect(past.names.prefix(3).map(\.name) == ["n3.example", "n19.example", "n18.example"])
        #expect(past.more == 4)
        #expect(past.points == .here)
        past.add(past)
        #expect(past.names.count == 16)
        past.names = []
        #expect(past.points == .elsewhere)
        var context = RecordContext()
        context.pastNames = past
        let made = add(context, "{}")
        #expect(
            made.contains(#""passive_dns":{"points":"elsewhere","more":8,"addresses":["192.0.2.7"]}"#),
            "\(made)"
        )
    }

    @Test func theClosedListsAreThoseOfTheFields() {
        func values(_ name: String) -> [String] { Field.named("hallmark.context." + name)?.values ?? [] }
        for name in ["revocation.status", "revocation.staple.status", "revocation.crl.status"] {
            #expect(values(name) == RevocationContext.Status.allCases.map(\.rawValue))
        }
        #expect(values("hosting.kind") == HostingContext.Kind.allCases.map(\.rawValue))
        #expect(values("names.state") == NamesContext.State.allCases.map(\.rawValue))
        #expect(values("passive_dns.points") == PastNamesContext.Direction.allCases.map(\.rawValue))
        #expect(values("names.points") == NamesContext.Direction.allCases.map(\.rawValue))
    }
}
