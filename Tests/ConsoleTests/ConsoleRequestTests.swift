@testable import Console
import Testing

/// The fields of a decision that a form or a program sends.
@Suite struct ConsoleRequestTests {
    private static func fields(_ body: String, _ type: String?) throws -> [String: String] {
        var request = ConsoleRequest(method: "POST", path: "/api/decide")
        request.body = Array(body.utf8)
        if let type { request.headers = [("content-type", type)] }
        return try request.fields()
    }

    private static let form = "application/x-www-form-urlencoded"

    @Test func formsAndObjectsSayTheSame() throws {
        let wanted = ["subject": "192.0.2.1:443", "because": "a & b, ü"]
        #expect(try Self.fields("subject=192.0.2.1%3A443&because=a+%26+b%2C+%C3%BC", Self.form) == wanted)
        let json = #"{"subject":"192.0.2.1:443","because":"a & b, \u00fc","until":null}"#
        #expect(try Self.fields(json, "application/json; charset=utf-8") == wanted)
        #expect(try Self.fields("", nil).isEmpty)
    }

    @Test(
        arguments: [
            ("a=1&a=2", form, 400), ("a", form, 400), ("a=%FF", form, 400),
            (#"{"a":"1","a":"2"}"#, "application/json", 400),
            (#"{"a":1}"#, "application/json", 400), (#"["a"]"#, "application/json", 400),
            ("{", "application/json", 400),
            ("a=1", "text/plain", 415), ("a=1", nil, 415), ("x", "multipart/form-data; boundary=x", 415),
        ] as [(String, String?, UInt32)]
    )
    func whatIsNeitherIsRefused(_ body: String, _ type: String?, _ status: UInt32) {
        do {
            _ = try Self.fields(body, type)
            Issue.record("\(body) was taken")
        } catch { #expect((error as? ConsoleError)?.status == status, "\(error)") }
    }
}
