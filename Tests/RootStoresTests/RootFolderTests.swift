import RootStores
import TestSupport
import Testing

/// Links inside a mounted image lead where they would lead in the system itself.
struct RootFolderTests {
    private let scratch = Scratch()

    @Test func linksStayInside() throws {
        try check("mkdir", ["-p", scratch.file("image/etc/certs"), scratch.file("image/data")])
        try scratch.write("image/data/a.pem", "x")
        for (target, name) in [
            ("/data/a.pem", "absolute"), ("../../data/a.pem", "relative"),
            ("../../../../../../data/a.pem", "above"),
            ("/data", "folder"), ("loop", "loop"), ("/etc/certs/absolute", "twice"), ("/nowhere", "gone"),
        ] {
            try check("ln", ["-s", target, scratch.file("image/etc/certs/\(name)")])
        }
        let root = RootFolder(scratch.file("image"))
        for name in ["absolute", "relative", "above", "twice", "folder/a.pem"] {
            #expect(root.resolve("/etc/certs/\(name)") == "/data/a.pem", "\(name)")
        }
        #expect(root.resolve("/etc/certs/loop") == nil)
        #expect(root.resolve("/etc/certs/gone") == nil)
        #expect(root.matching("/etc/*/absolute") == ["/etc/certs/absolute"])
        #expect(root.matching("/etc/*/gone") == [])
    }
}
