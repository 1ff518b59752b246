@testable import Console
import Testing

/// Who may ask.
@Suite struct ConsoleGateTests {
    private static let token = "a-token-of-the-tests-0123456789-abcdefgh"

    /// The name of a scheme counts in either case, and blanks behind it do not (RFC 9110).
    @Test(arguments: [
        ("Bearer TOKEN", true), ("bearer TOKEN", true), ("BEARER  TOKEN", true),
        ("Basic TOKEN", false), ("BearerTOKEN", false), ("TOKEN", false), ("bearer", false),
        ("bearer ", false), ("bearer TOKEN x", false), ("", false),
    ])
    func theSchemeMayBeWrittenInEitherCase(_ text: String, _ isKnown: Bool) {
        let gate = ConsoleGate(token: Self.token, hosts: ["x"], port: 1)
        var request = ConsoleRequest(method: "GET", path: "/")
        request.headers = [
            ("Host", "x"), ("Authorization", text.replacing("TOKEN", with: Self.token)),
        ]
        #expect(gate.answer(request) { _ in .problem(200, "") }.status == (isKnown ? 200 : 401))
    }
}
