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

    @Test func theClosedListsAreThoseOfTheFields() {
        func values(_ name: String) -> [String] { Field.named("hallmark.context." + name)?.values ?? [] }
        for name in ["revocation.status", "revocation.staple.status", "revocation.crl.status"] {
            #expect(values(name) == RevocationContext.Status.allCases.map(\.rawValue))
        }
        #expect(values("hosting.kind") == HostingContext.Kind.allCases.map(\.rawValue))
        #expect(values("names.state") == NamesContext.State.allCases.map(\.rawValue))
        #expect(values("names.points") == NamesContext.Direction.allCases.map(\.rawValue))
    }
}
