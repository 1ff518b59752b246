#include "RecordFrames.h"

// Lists hold objects, and one object may stand for a list of one. Some stores give `hallmark` as such a list, and split it at its
// dots; the members of a list's objects, split so, no longer tell which belong together.
static const struct {
    const char *path;
    hallmark_frame_form form;
} frames[] = {
    {"event", hallmark_frame_object},
    {"server", hallmark_frame_object},
    {"tls", hallmark_frame_object},
    {"tls.server", hallmark_frame_object},
    {"tls.server.hash", hallmark_frame_object},
    {"tls.server.x509", hallmark_frame_object},
    {"hallmark", hallmark_frame_either},
    {"hallmark.certificate", hallmark_frame_object},
    {"hallmark.sightings", hallmark_frame_object},
    {"hallmark.matches", hallmark_frame_list},
    {"hallmark.leads", hallmark_frame_list},
    {"hallmark.indicators", hallmark_frame_list},
    {"hallmark.decisions", hallmark_frame_list},
    {"hallmark.findings", hallmark_frame_list},
    {"hallmark.clients", hallmark_frame_list},
    // What a verdict hangs on (RecordFact).
    {"event.dataset", hallmark_frame_value},
    {"@timestamp", hallmark_frame_value},
    {"event.outcome", hallmark_frame_value},
    {"server.address", hallmark_frame_value},
    {"server.ip", hallmark_frame_value},
    {"server.port", hallmark_frame_value},
    {"tls.server.hash.sha256", hallmark_frame_value},
    {"hallmark.certificate.spki_sha256", hallmark_frame_value},
    {"hallmark.certificate.tbs_no_ct_sha256", hallmark_frame_value},
    {"tls.server.x509.not_before", hallmark_frame_value},
    {"tls.server.x509.not_after", hallmark_frame_value},
    {"tls.server.not_before", hallmark_frame_value},
    {"tls.server.not_after", hallmark_frame_value},
    {"tls.server.x509.public_key_size", hallmark_frame_value},
    {"hallmark.certificate.validity_seconds", hallmark_frame_value},
    {"event.ingested", hallmark_frame_value},
    {"hallmark.sightings.first", hallmark_frame_value},
    {"hallmark.sightings.last", hallmark_frame_value},
    {"tls.server.x509.public_key_algorithm", hallmark_frame_value},
    {"tls.server.x509.signature_algorithm", hallmark_frame_value},
    {"hallmark.certificate.self_signed", hallmark_frame_value},
    // Whom a certificate is for: with one name less it would be for fewer.
    {"tls.server.x509.alternative_names", hallmark_frame_texts},
    {"tls.server.x509.subject.common_name", hallmark_frame_texts},
    {"tls.server.x509.subject.distinguished_name", hallmark_frame_texts},
    {"tls.server.x509.issuer.distinguished_name", hallmark_frame_texts},
};

const char *hallmark_record_frame(size_t index) {
    return index < sizeof frames / sizeof frames[0] ? frames[index].path : nullptr;
}

hallmark_frame_form hallmark_record_frame_form(size_t index) { return frames[index].form; }
