/// Certificates of which no record has told some part: who saw one in another program's log may know no more
/// than its digest.
///
/// Most corpora have few of them. An index leads to these alone, so that it costs nothing to say of how many
/// a question could not be answered.
package enum UntoldCertificates {
    /// SQL that is true for a row of `certificates` that lacks a part; the index is over it, and taken where
    /// it stands in these words.
    package static let sql = """
        (subject = '' OR issuer = '' OR serial = '' OR length(spki) = 0 OR length(tbs) = 0 OR x509 IS NULL \
        OR details IS NULL)
        """

    static let index = "CREATE INDEX certificates_untold ON certificates (id) WHERE \(sql);"
}
