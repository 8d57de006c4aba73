/// Which hallpass this is.
package enum ProductVersion {
    package static let hallpass = "0.1.0"
}
