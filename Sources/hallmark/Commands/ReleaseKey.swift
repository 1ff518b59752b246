/// The key by which releases of the shipped rules are signed; `Packaging/signatures.pub` is the same.
enum ReleaseKey {
    static let text = "RWSixFXaqsTlMUhmIcKFW+KG38XVgAl64WmynNE+/Zl3tlktBLmCcI8k"
}
