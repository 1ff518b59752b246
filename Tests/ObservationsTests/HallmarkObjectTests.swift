import Bytes
import Testing

@testable import Observations

/// Where members of `hallmark` are added to a line, wherever the object stands in it.
@Suite struct HallmarkObjectTests {
    @Test(arguments: [
        (#"{"a":1,"hallmark":{"x":1}}"#, #"{"a":1,"hallmark":{"x":1,"m":[2]}}"#),
        (#"{"hallmark":{"x":{}},"server":{"as":{}}}"#, #"{"hallmark":{"x":{},"m":[2]},"server":{"as":{}}}"#),
        (#"{"hallmark":{},"b":{"c":{}}}"#, #"{"hallmark":{"m":[2]},"b":{"c":{}}}"#),
        (#"{ "hallmark" : { } , "b":1 }"#, #"{ "hallmark" : { "m":[2]} , "b":1 }"#),
        (#"{"a":{"hallmark":{}},"b":{"c":1}}"#, #"{"a":{"hallmark":{}},"b":{"c":1},"hallmark":{"m":[2]}}"#),
        (
            #"{"a":"\"hallmark\":{","h\u0061llmark":{"x":1}}"#,
            #"{"a":"\"hallmark\":{","h\u0061llmark":{"x":1,"m":[2]}}"#
        ),
        (#"{"hallmark":[{"x":1}],"b":1}"#, #"{"hallmark":[{"x":1},{"m":[2]}],"b":1}"#),
        (#"{"hallmark":[],"b":1}"#, #"{"hallmark":[{"m":[2]}],"b":1}"#),
        (#"{}"#, #"{"hallmark":{"m":[2]}}"#),
        (#"{"hallmark":1}"#, #"{"hallmark":1}"#), (#"[]"#, #"[]"#), ("", ""), (#"{"a""#, #"{"a""#),
    ])
    func membersAreAdded(_ before: String, _ after: String) {
        for end in ["", "\n"] {
            var line = ByteBuffer()
            for byte in (before + end).utf8 { line.append(byte) }
            HallmarkObject.append(Array(#""m":[2]"#.utf8).span, to: &line)
            #expect(line.text == after + end)
        }
    }
}
