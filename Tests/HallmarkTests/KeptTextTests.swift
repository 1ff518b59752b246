import RuleUpdate
import Terminal
import Testing

/// What is kept of a run's arguments, and where updated rules are looked for.
@Suite struct KeptTextTests {
    @Test(
        arguments: [
            ("http://user:word@host:1/", "http://…@host:1/"),
            ("--proxy=socks5://u@h", "--proxy=socks5://…@h"),
            ("https://a@b@host/x@y", "https://…@host/x@y"), ("http://host/a@b", "http://host/a@b"),
            ("http://a:b@one,http://c:d@two", "http://…@one,http://…@two"), ("a@b", "a@b"), ("://", "://"),
            ("", ""), ("http://", "http://"), ("http://@", "http://…@"),
        ]
    )
    func loginsOfAddressesAreLeftOut(_ text: String, _ shown: String) {
        #expect(SecretText.hidden(text) == shown)
    }

    /// What root has taken over counts for everybody, besides what one has oneself.
    @Test func updatesAreLookedForInOnesOwnFolderAndTheSystems() {
        #expect(
            RuleStore.inUse(["XDG_DATA_HOME": "/somewhere"]).map(\.path) == [
                "/somewhere/hallmark", RuleStore.system.path,
            ]
        )
        #expect(RuleStore.inUse([:]).map(\.path) == [RuleStore.system.path])
        #expect(RuleStore(of: "/nowhere/current/signatures") == nil)
    }
}
